/**
 * The slow way to compute working time: for every minute it takes from the zone library what the wall clock shows, and looks that up in the hours as they were
 * written.
 * Shares nothing with the product but the rules: hours belong to the date they open on, holidays have none, breaks are cut out of their own date, and a clock
 * that is put back shows nothing new until it has passed where it was.
 */
import { Temporal } from 'temporal-polyfill';

export type WrittenHours = readonly (readonly [open: string, close: string])[];

export interface WrittenCalendar {
  readonly timeZone: string;
  readonly weekly: Readonly<Record<string, WrittenHours>>;
  readonly holidays?: readonly string[];
  readonly annualHolidays?: readonly string[];
  readonly dateOverrides?: Readonly<Record<string, WrittenHours>>;
  readonly breaks?: Readonly<Record<string, WrittenHours>>;
}

export interface WrittenPause {
  readonly from: string;
  readonly to: string;
}

export const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const DAY_MINUTES = 1_440;
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** For each minute from `from` (epoch milliseconds, a whole minute): whether it is open. */
export function openMinutes(calendar: WrittenCalendar, from: number, count: number): readonly boolean[] {
  const dates = new Map<number, readonly boolean[]>();
  const wallMinute = createWall(calendar.timeZone);
  // Whether the clock stands before where it once was is seen from a day before.
  let shown = Number.NEGATIVE_INFINITY;
  const open: boolean[] = [];
  for (let index = -DAY_MINUTES; index < count; index++) {
    shown = Math.max(shown, wallMinute(from + index * MINUTE));
    if (index < 0) continue;
    const day = Math.floor(shown / DAY_MINUTES);
    const minutes = dates.get(day) ?? minutesOfDate(calendar, day);
    dates.set(day, minutes);
    open.push(minutes[shown - day * DAY_MINUTES]!);
  }
  return open;
}

/** For each minute from `from`: whether it lies in a pause. */
export function pausedMinutes(pauses: readonly WrittenPause[], from: number, count: number): readonly boolean[] {
  const spans = pauses.map((pause) => [Date.parse(pause.from), Date.parse(pause.to)] as const);
  return Array.from({ length: count }, (_, index) => spans.some(([since, until]) => from + index * MINUTE >= since && from + index * MINUTE < until));
}

/** The instant `days` open dates after `start` at the same wall time; a time the clocks skip is the instant of the jump. */
export function slowBusinessDays(calendar: WrittenCalendar, start: number, days: number, endOfDay: boolean): number {
  const zoned = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(calendar.timeZone);
  let date = zoned.toPlainDate();
  for (let left = Math.abs(days); left > 0; left--) {
    do date = date.add({ days: Math.sign(days) });
    while (hoursOfDate(calendar, date).length === 0);
  }
  const lastClose = Math.max(...hoursOfDate(calendar, date).map(([open, close]) => closingMinute(open, close)));
  return endOfDay
    ? reached(date.toPlainDateTime().add({ minutes: lastClose }), calendar.timeZone)
    : reached(date.toPlainDateTime(zoned.toPlainTime()), calendar.timeZone);
}

/** The first instant at which the wall clock shows a time or a later one. */
function reached(wall: Temporal.PlainDateTime, timeZone: string): number {
  const zoned = wall.toZonedDateTime(timeZone, { disambiguation: 'compatible' });
  if (zoned.toPlainDateTime().equals(wall)) return zoned.epochMilliseconds;
  const jump = zoned.getTimeZoneTransition('previous');
  return jump?.epochMilliseconds ?? zoned.epochMilliseconds;
}

/** Wall time in minutes. Where both ends of a quarter of an hour have one offset the library is not asked in between; St. John's once changed a minute past. */
function createWall(timeZone: string): (instant: number) => number {
  const offsetAt = (instant: number): number => Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone).offsetNanoseconds / 1e6;
  let quarter = Number.NaN;
  let offset = 0;
  let next = Number.NaN;
  return (instant) => {
    const now = Math.floor(instant / QUARTER);
    if (now !== quarter) {
      offset = now === quarter + 1 ? next : offsetAt(now * QUARTER);
      next = offsetAt((now + 1) * QUARTER);
      quarter = now;
    }
    return (instant + (offset === next ? offset : offsetAt(instant))) / MINUTE;
  };
}

function minutesOfDate(calendar: WrittenCalendar, day: number): readonly boolean[] {
  const date = Temporal.PlainDate.from('1970-01-01').add({ days: day });
  const before = date.subtract({ days: 1 });
  const minutes = Array.from({ length: DAY_MINUTES }, () => false);
  const paint = (hours: WrittenHours, shift: number, open: boolean): void => {
    for (const [from, to] of hours) minutes.fill(open, Math.max(0, minuteOf(from) - shift), Math.max(0, closingMinute(from, to) - shift));
  };
  paint(hoursOfDate(calendar, before), DAY_MINUTES, true);
  paint(hoursOfDate(calendar, date), 0, true);
  paint(calendar.breaks?.[before.toString()] ?? [], DAY_MINUTES, false);
  paint(calendar.breaks?.[date.toString()] ?? [], 0, false);
  return minutes;
}

/** What opens on a date, without its breaks. */
function hoursOfDate({ weekly, holidays = [], annualHolidays = [], dateOverrides = {} }: WrittenCalendar, date: Temporal.PlainDate): WrittenHours {
  const text = date.toString();
  if (holidays.includes(text) || annualHolidays.includes(text.slice(5))) return [];
  return dateOverrides[text] ?? weekly[WEEKDAYS[date.dayOfWeek - 1]!] ?? [];
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function closingMinute(open: string, close: string): number {
  return minuteOf(close) > minuteOf(open) ? minuteOf(close) : minuteOf(close) + DAY_MINUTES;
}
