/**
 * Business days over a change of calendar. A date counts by the calendar in force at that time of the day: what was open before the change stays a day, whatever
 * the new calendar says of it (a holiday added afterwards takes no day back), and what comes after it follows the new one.
 */
import { addBusinessDays } from './business-time.ts';
import type { CalendarSnapshot } from './calendar-snapshot.ts';
import { DAY_MS, instantOf, localDayOf, offsetAt } from './local-time.ts';

/** A stretch of time on one calendar; null for the stretch still running. */
export interface DatedLeg {
  readonly from: number;
  readonly to: number | null;
  readonly calendar: CalendarSnapshot;
}

/**
 * `days` open dates after that of the first leg's start, at the same wall time or at the last closing of the date. With one leg this is `addBusinessDays`. Dates
 * between two legs count for nothing. The last leg has no end.
 * @throws CalendarNeverOpen
 */
export function addDaysOverLegs(legs: readonly DatedLeg[], days: number, endOfDay = false): number {
  const first = legs[0]!;
  const wallTime = first.from + offsetAt(first.calendar, first.from) - localDayOf(first.calendar, first.from) * DAY_MS;
  let left = days;
  let anchor = first.from;
  for (const [index, { from, to, calendar }] of legs.entries()) {
    if (index > 0) anchor = lastAt(calendar, from, wallTime);
    const counted = to === null ? left : datesWithin(calendar, anchor, wallTime, to, left);
    if (counted === left) return endOfDay ? addBusinessDays(calendar, anchor, left, true) : dateAfter(calendar, anchor, wallTime, left);
    left -= counted;
  }
  throw new RangeError('The last leg of a course has no end');
}

/** As `addBusinessDays`, at a wall time that the anchor may not show: its date may have skipped it. */
function dateAfter(calendar: CalendarSnapshot, anchor: number, wallTime: number, days: number): number {
  return instantOf(calendar, localDayOf(calendar, addBusinessDays(calendar, anchor, days)) * DAY_MS + wallTime);
}

/** The latest instant not after another at which the wall showed a time of day. */
function lastAt(calendar: CalendarSnapshot, at: number, wallTime: number): number {
  const day = localDayOf(calendar, at);
  const sameDay = instantOf(calendar, day * DAY_MS + wallTime);
  return sameDay <= at ? sameDay : instantOf(calendar, (day - 1) * DAY_MS + wallTime);
}

/** Open dates after that of `anchor` that reach the wall time by `to`, `most` of them at most. */
function datesWithin(calendar: CalendarSnapshot, anchor: number, wallTime: number, to: number, most: number): number {
  let counted = 0;
  while (counted < most && dateAfter(calendar, anchor, wallTime, counted + 1) <= to) counted++;
  return counted;
}
