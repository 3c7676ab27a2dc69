/**
 * Requests of working-time arithmetic and their answers, as docs/reference/sla-compute.md has them. What is wrong inside a request is said in its answer, so
 * that the others of a call are answered all the same: these shapes describe, the reader of requests decides.
 */
import { Type } from 'typebox';
import { Instant } from './common.ts';

const KINDS = ['deadline', 'elapsed', 'pausedTotal', 'businessDays', 'ladder', 'policyChange', 'nextOpen', 'isOpen', 'openIntervals'] as const;
/** Most requests of one call. */
export const MOST_COMPUTATIONS = 200;

const Time = Type.String({ examples: ['08:00', '24:00'] });
/** A list of two: OpenAPI 3.1 has no place for the `additionalItems` of a tuple. */
const PAIR = { minItems: 2, maxItems: 2 } as const;
const Hours = Type.Array(Type.Array(Time, PAIR), { description: '`[open, close)`; a close not after its open is on the next date' });
const ByDate = Type.Record(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }), Hours);

const Calendar = Type.Object({
  timeZone: Type.String({ examples: ['Europe/Rome'], description: 'IANA zone of all hours and dates' }),
  weekly: Type.Object({
    ...{ mon: Type.Optional(Hours), tue: Type.Optional(Hours), wed: Type.Optional(Hours), thu: Type.Optional(Hours) },
    ...{ fri: Type.Optional(Hours), sat: Type.Optional(Hours), sun: Type.Optional(Hours) },
  }),
  holidays: Type.Optional(Type.Array(Type.String({ examples: ['2026-12-07'] }), { description: 'Dates without hours' })),
  annualHolidays: Type.Optional(Type.Array(Type.String({ examples: ['12-07'] }), { description: 'Dates without hours, every year' })),
  dateOverrides: Type.Optional(Type.Unsafe<Record<string, unknown>>({ ...ByDate, description: 'Date -> hours in place of the weekly ones' })),
  breaks: Type.Optional(Type.Unsafe<Record<string, unknown>>({ ...ByDate, description: 'Date -> spans cut out of what is open then' })),
});

const Change = Type.Object({
  at: Instant,
  workingSeconds: Type.Optional(Type.Number()),
  days: Type.Optional(Type.Integer()),
  endOfWorkingDay: Type.Optional(Type.Boolean()),
  calendar: Type.Optional(Calendar),
});

export const ComputationRequest = Type.Object(
  {
    id: Type.Optional(Type.Unknown({ description: 'Comes back with the answer' })),
    kind: Type.Enum([...KINDS]),
    calendar: Calendar,
    start: Type.Optional(Instant),
    end: Type.Optional(Instant),
    deadline: Type.Optional(Instant),
    at: Type.Optional(Instant),
    from: Type.Optional(Instant),
    workingSeconds: Type.Optional(Type.Number({ description: 'Negative counts backwards' })),
    days: Type.Optional(Type.Integer()),
    endOfWorkingDay: Type.Optional(Type.Boolean()),
    offsetWorkingSeconds: Type.Optional(Type.Number()),
    offsetBusinessDays: Type.Optional(Type.Integer()),
    take: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
    pauses: Type.Optional(Type.Array(Type.Object({ from: Instant, to: Type.Optional(Instant) }))),
    changes: Type.Optional(Type.Array(Change)),
  },
  { $id: 'ComputationRequest', description: 'Which fields are needed depends on `kind`; others are ignored' },
);

const Segment = Type.Object({ from: Instant, to: Instant, kind: Type.Enum(['open', 'closed', 'holiday', 'paused']), countedSeconds: Type.Number() });

export const ComputationAnswer = Type.Object(
  {
    id: Type.Unknown({ description: 'As the request gave it, or null' }),
    deadline: Type.Optional(Instant),
    workingSeconds: Type.Optional(Type.Number()),
    level: Type.Optional(Instant),
    open: Type.Optional(Type.Union([Instant, Type.Boolean()])),
    intervals: Type.Optional(Type.Array(Type.Array(Instant, PAIR))),
    segments: Type.Optional(Type.Array(Segment, { description: 'What the time between start and end was; the counted seconds add up' })),
    error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String(), pointer: Type.Optional(Type.String()) })),
  },
  { $id: 'ComputationAnswer' },
);
