/** Trying a calendar out: a deadline and why, and when it is open. */
import { Type, type Static } from 'typebox';
import { CalendarBody, CalendarId } from './calendar.ts';
import { CLOSED, Instant, Nullable } from './common.ts';

const TEN_YEARS_MS = 315_619_200_000;
const TEN_YEARS_DAYS = 3_653;

/** One schema with both fields, so that a wrong one is named by itself; which of them a unit needs is checked by the route. */
const Amount = Type.Object(
  {
    unit: Type.Enum(['working', 'businessDays', 'wall']),
    ms: Type.Optional(Type.Integer({ minimum: 1, maximum: TEN_YEARS_MS, description: 'Of working or wall time' })),
    days: Type.Optional(Type.Integer({ minimum: 1, maximum: TEN_YEARS_DAYS, description: 'Of business days' })),
    endOfDay: Type.Optional(Type.Boolean({ description: 'Business days up to that date’s closing instead of the same time of day' })),
  },
  CLOSED,
);

export const SimulationRequest = Type.Object(
  {
    calendar: Type.Optional(CalendarId),
    version: Type.Optional(Type.Union([Type.Integer({ minimum: 1 }), Type.Enum(['draft'])], { description: 'The version in force unless told' })),
    definition: Type.Optional(CalendarBody),
    start: Instant,
    amount: Amount,
    pauses: Type.Optional(Type.Array(Type.Object({ from: Instant, to: Instant }, CLOSED), { maxItems: 50 })),
    asOf: Type.Optional(Instant),
  },
  {
    ...CLOSED,
    description:
      'A stored calendar by its id, or a definition that is stored nowhere. What it inherits is as published for `asOf`: the start unless told, or now when that has passed',
  },
);
export type SimulationRequestBody = Static<typeof SimulationRequest>;

const Which = Type.Object({
  id: Type.String(),
  version: Nullable(Type.Integer({ description: 'Null for a definition that is stored nowhere' })),
  timeZone: Type.String(),
  chain: Type.Array(Type.String()),
  snapshot: Type.String({ description: 'Hash of what was counted by: equal for equal calendars' }),
});
const Words = Type.Object({ it: Type.Array(Type.String()), en: Type.Array(Type.String()) });

export const SimulationView = Type.Object(
  {
    asOf: Instant,
    calendar: Which,
    start: Instant,
    amount: Amount,
    dueAt: Instant,
    dueLocal: Type.String({
      description: 'As the clocks of the calendar’s zone show it, with the offset in force',
      examples: ['2026-12-09T10:00:00.000+01:00'],
    }),
    countedMs: Type.Integer({ description: 'Opening time from start to due: what the segments add up to' }),
    segments: Type.Array(
      Type.Object({
        from: Instant,
        to: Instant,
        kind: Type.Enum(['open', 'closed', 'holiday', 'paused']),
        countedMs: Type.Integer(),
        label: Type.Optional(Type.String()),
      }),
    ),
    dates: Type.Array(Type.Object({ date: Type.String(), counted: Type.Boolean(), label: Type.Optional(Type.String()) }), {
      description: 'For business days: each date after the start, and whether it counts',
    }),
    because: Words,
  },
  { $id: 'CalendarSimulation' },
);
export type SimulationViewBody = Static<typeof SimulationView>;

export const OpeningsQuery = Type.Object(
  {
    from: Instant,
    to: Instant,
    version: Type.Optional(Type.String({ pattern: '^([1-9][0-9]{0,8}|draft)$', description: 'The version in force at `from` unless told' })),
  },
  CLOSED,
);

export const OpeningsView = Type.Object(
  {
    calendar: Which,
    from: Instant,
    to: Instant,
    intervals: Type.Array(Type.Object({ from: Instant, to: Instant }), { description: 'One for each time it opens, cut to the range' }),
    days: Type.Array(
      Type.Object({
        date: Type.String(),
        kind: Type.Enum(['holiday', 'special', 'closure']),
        label: Type.String(),
        source: Type.String({ description: 'The calendar that says so' }),
      }),
      { description: 'Dates in the range that do not follow the week' },
    ),
  },
  { $id: 'CalendarOpenings' },
);
export type OpeningsViewBody = Static<typeof OpeningsView>;

const Year = Type.String({ pattern: '^(19[7-9][0-9]|20[0-9]{2}|21[0-9]{2})$', examples: ['2038'] });
export const HolidaysQuery = Type.Object({ from: Year, to: Type.Optional(Year) }, CLOSED);
export const HolidaysView = Type.Object({
  source: Type.String(),
  items: Type.Array(Type.Object({ date: Type.String(), label: Type.String() })),
});
