/**
 * Calendars as people write them (local hours, holidays with names, a zone) turned into the integers the domain computes with.
 * Zone rules are read here and nowhere else in computing time, so that zone data can change without changing what a pinned case computes.
 */
import { createHash } from 'node:crypto';
import { Temporal } from 'temporal-polyfill';
import { WEEKDAYS, type LocalHours, type Weekday } from '../../domain/sla/calendar-definition.ts';
import type { CalendarSnapshot, DayInterval, SpecialDay } from '../../domain/sla/calendar-snapshot.ts';

export type { LocalHours, Weekday };

export interface CalendarInput {
  readonly id: string;
  /** IANA zone in which hours and dates are local. */
  readonly timeZone: string;
  /** Hours of each weekday; one left out is closed. */
  readonly weekly: Readonly<Partial<Record<Weekday, readonly LocalHours[]>>>;
  /** Local dates `YYYY-MM-DD` without hours. */
  readonly holidays: readonly { readonly date: string; readonly label: string }[];
  /** Dates with other hours than their weekday's (none: an unplanned closure). They win over a holiday on the same date. */
  readonly special?: readonly { readonly date: string; readonly hours: readonly LocalHours[]; readonly label: string }[];
  /** First local date of the horizon. */
  readonly from: string;
  /** Length of the horizon. */
  readonly years: number;
}

/** A calendar that cannot be understood. `pointer` is a JSON pointer into the input. */
export class InvalidCalendar extends Error {
  readonly type = 'InvalidCalendar';
  readonly code: 'time_zone_unknown' | 'date_invalid' | 'time_invalid' | 'hours_overlap';
  readonly pointer: string;

  constructor(code: InvalidCalendar['code'], pointer: string) {
    super(`Calendar input: ${code} at ${pointer}`);
    this.name = 'InvalidCalendar';
    this.code = code;
    this.pointer = pointer;
  }
}

/**
 * Builds a snapshot. Dates outside the horizon are left out; equal content gives an equal version whatever the order of its parts.
 * @throws InvalidCalendar
 */
export function buildCalendarSnapshot(input: CalendarInput): CalendarSnapshot {
  const first = parseDate(input.from, '/from');
  const start = startOf(first, input.timeZone);
  const end = startOf(first.add({ years: input.years }), input.timeZone);
  const content: Omit<CalendarSnapshot, 'version'> = {
    id: input.id,
    timeZone: input.timeZone,
    from: start.epochMilliseconds,
    until: end.epochMilliseconds,
    offsets: offsetsBetween(start, end),
    weekly: WEEKDAYS.map((weekday) => parseHours(input.weekly[weekday] ?? [], `/weekly/${weekday}`)),
    days: specialDays(input, dayNumber(first), dayNumber(first.add({ years: input.years }))),
  };
  const version = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
  return { ...content, version };
}

function startOf(date: Temporal.PlainDate, timeZone: string): Temporal.ZonedDateTime {
  try {
    return date.toZonedDateTime(timeZone);
  } catch {
    throw new InvalidCalendar('time_zone_unknown', '/timeZone');
  }
}

function offsetsBetween(start: Temporal.ZonedDateTime, end: Temporal.ZonedDateTime): [number, number][] {
  const offsets: [number, number][] = [[start.epochMilliseconds, offsetMs(start)]];
  for (let next = start.getTimeZoneTransition('next'); next !== null; next = next.getTimeZoneTransition('next')) {
    if (next.epochMilliseconds >= end.epochMilliseconds) break;
    // A zone may change its name or its law without moving the clock.
    if (offsetMs(next) !== offsets[offsets.length - 1]![1]) offsets.push([next.epochMilliseconds, offsetMs(next)]);
  }
  return offsets;
}

function offsetMs(moment: Temporal.ZonedDateTime): number {
  return moment.offsetNanoseconds / 1_000_000;
}

function specialDays(input: CalendarInput, firstDay: number, endDay: number): SpecialDay[] {
  const days = new Map<number, SpecialDay>();
  for (const [index, { date, label }] of input.holidays.entries()) {
    const day = dayNumber(parseDate(date, `/holidays/${index}/date`));
    days.set(day, { day, kind: 'holiday', intervals: [], label });
  }
  for (const [index, { date, hours, label }] of (input.special ?? []).entries()) {
    const day = dayNumber(parseDate(date, `/special/${index}/date`));
    const intervals = parseHours(hours, `/special/${index}/hours`);
    days.set(day, { day, kind: intervals.length === 0 ? 'closure' : 'special', intervals, label });
  }
  return [...days.values()].filter(({ day }) => day >= firstDay && day < endDay).sort((a, b) => a.day - b.day);
}

function parseDate(text: string, pointer: string): Temporal.PlainDate {
  try {
    if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return Temporal.PlainDate.from(text);
  } catch {
    // Falls through: a date like 2026-02-30 has the right shape only.
  }
  throw new InvalidCalendar('date_invalid', pointer);
}

function dayNumber(date: Temporal.PlainDate): number {
  return Temporal.PlainDate.from('1970-01-01').until(date, { largestUnit: 'days' }).days;
}

function parseHours(hours: readonly LocalHours[], pointer: string): DayInterval[] {
  const intervals = hours.map(([from, to], index): [number, number] => {
    const open = parseTime(from, `${pointer}/${index}/0`);
    const close = parseTime(to, `${pointer}/${index}/1`);
    return [open, close > open ? close : close + 86_400];
  });
  intervals.sort((a, b) => a[0] - b[0]);
  const overlaps = intervals.some(([open], index) => index > 0 && open < intervals[index - 1]![1]);
  if (overlaps) throw new InvalidCalendar('hours_overlap', pointer);
  return intervals;
}

function parseTime(text: string, pointer: string): number {
  const match = /^(\d{2}):([0-5]\d)(?::([0-5]\d))?$/.exec(text);
  const seconds = match === null ? Number.NaN : Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3] ?? 0);
  if (!(seconds <= 86_400)) throw new InvalidCalendar('time_invalid', pointer);
  return seconds;
}
