/** Calendars as administrators write and read them. Their sense is checked by the domain, their shape here. */
import { Type, type Static } from 'typebox';
import { CALENDAR_ID_FORM, WEEKDAYS } from '../../domain/sla/calendar-definition.ts';
import { CLOSED, Instant, Nullable } from './common.ts';
import { VERSION_HEAD } from './versions.ts';
import type { FieldFault } from './problem.ts';

export const CalendarId = Type.String({
  pattern: CALENDAR_ID_FORM,
  maxLength: 64,
  description: '`city`, `central`, `municipio-6`, a team `municipio-6/night`, or another name to inherit from',
  examples: ['municipio-6'],
});

const Time = Type.String({ maxLength: 8, description: '`HH:MM` or `HH:MM:SS`; `24:00` is the end of the day', examples: ['08:00'] });
const LocalDate = Type.String({ maxLength: 10, description: '`YYYY-MM-DD`, local', examples: ['2026-12-07'] });
const Label = Type.String({
  maxLength: 80,
  pattern: '^[^\\p{Cc}\\p{Cs}]+$',
  description: 'Shown in explanations: never the name of a person',
});
const Hours = Type.Array(Type.Array(Time, { minItems: 2, maxItems: 2 }), {
  maxItems: 24,
  description: 'Openings `[open, close)` in their order; one that closes earlier in the day than it opens goes on past midnight, for 12 hours at most',
});
const HOLIDAY = Type.Object({ date: LocalDate, label: Label }, CLOSED);

const Weekday = Type.Optional(Hours);
const Week = { mon: Weekday, tue: Weekday, wed: Weekday, thu: Weekday, fri: Weekday, sat: Weekday, sun: Weekday };

export const CalendarBody = Type.Object(
  {
    parent: Nullable(CalendarId),
    timeZone: Type.Optional(Type.String({ maxLength: 64, description: 'IANA zone; the parent’s unless told', examples: ['Europe/Rome'] })),
    weekly: Type.Optional(Type.Object(Week, { ...CLOSED, description: 'A weekday named here replaces the parent’s' })),
    holidays: Type.Optional(Type.Array(HOLIDAY, { maxItems: 1_000, description: 'Besides the parent’s' })),
    removedHolidays: Type.Optional(Type.Array(LocalDate, { maxItems: 1_000, description: 'Holidays of the parent that are none here' })),
    special: Type.Optional(
      Type.Array(Type.Object({ date: LocalDate, hours: Hours, label: Label }, CLOSED), { maxItems: 1_000, description: 'Shorter, longer or extra openings' }),
    ),
    closures: Type.Optional(Type.Array(Type.Object({ from: LocalDate, to: LocalDate, reason: Label }, CLOSED), { maxItems: 200 })),
  },
  CLOSED,
);
export type CalendarBodyOf = Static<typeof CalendarBody>;

export const CalendarParams = Type.Object({ calendarId: CalendarId });
export const CalendarVersionParams = Type.Object({ calendarId: CalendarId, version: Type.String({ maxLength: 16, description: 'A number, or `draft`' }) });

const HEAD = { calendarId: CalendarId, ...VERSION_HEAD };
export const CalendarHead = Type.Object(HEAD, { $id: 'CalendarHead' });
export type CalendarHeadBody = Static<typeof CalendarHead>;

const Source = Type.String({ description: 'The calendar that says so' });
const EffectiveHours = Type.Object({ hours: Hours, source: Nullable(Source) });
export const EffectiveCalendarView = Type.Object(
  {
    id: CalendarId,
    chain: Type.Array(CalendarId, { description: 'What it inherits from, the first first, and itself' }),
    timeZone: Type.String(),
    weekly: Type.Object(Object.fromEntries(WEEKDAYS.map((weekday) => [weekday, EffectiveHours])) as Record<(typeof WEEKDAYS)[number], typeof EffectiveHours>),
    days: Type.Array(Type.Object({ date: LocalDate, kind: Type.Enum(['holiday', 'special', 'closure']), hours: Hours, label: Type.String(), source: Source })),
  },
  { $id: 'EffectiveCalendar' },
);
export type EffectiveCalendarBody = Static<typeof EffectiveCalendarView>;

const Effective = Nullable(Type.Unsafe<EffectiveCalendarBody>({ $ref: 'EffectiveCalendar#' }));
export const CalendarVersionView = Type.Object({ ...HEAD, definition: CalendarBody, effective: Effective }, { $id: 'CalendarVersion' });
export type CalendarVersionBody = Static<typeof CalendarVersionView>;

const Head = Type.Unsafe<CalendarHeadBody>({ $ref: 'CalendarHead#' });
export const CalendarListView = Type.Object({
  asOf: Instant,
  items: Type.Array(
    Type.Object({
      id: CalendarId,
      territory: Nullable(Type.String({ description: 'Whose cases count by it; `*` for all without one of their own' })),
      inForce: Nullable(Head),
      scheduled: Type.Array(Head, { description: 'Published, and in force later' }),
      draft: Nullable(Head),
    }),
  ),
});
export const CalendarView = Type.Object({
  asOf: Instant,
  id: CalendarId,
  territory: Nullable(Type.String()),
  inForce: Nullable(Type.Unsafe<CalendarVersionBody>({ $ref: 'CalendarVersion#' })),
  versions: Type.Array(Head, { description: 'Newest first' }),
});

const Fault = Type.Unsafe<Static<typeof FieldFault>>({ $ref: 'FieldFault#' });
export const ValidateBody = Type.Object(
  {
    definition: Type.Optional(CalendarBody),
    validFrom: Type.Optional(Instant),
  },
  { ...CLOSED, description: 'The draft, unless a definition is given' },
);
export const ValidationView = Type.Object({
  valid: Type.Boolean({ description: 'It could be published for that instant' }),
  problems: Type.Array(Fault),
  warnings: Type.Array(Fault, { description: 'Worth a look; they keep nothing from being published' }),
  effective: Effective,
});
export type ValidationBody = Static<typeof ValidationView>;

export const PublishBody = Type.Object(
  { validFrom: Type.Optional(Instant) },
  { ...CLOSED, description: 'In force from then, never in the past; from now unless told' },
);
