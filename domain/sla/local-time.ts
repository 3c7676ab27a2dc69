/**
 * Local dates and wall times as integers.
 * 1. A local time is reached at the earliest instant at which the wall clock shows it or a later time. One rule covers every day: a time inside a skipped hour is
 *    reached when the clock jumps over it, a time inside a repeated hour at its first pass. It never goes back, so hours that touch leave neither hole nor overlap.
 * 2. A date's hours belong to the date on which they open, also when they close after midnight.
 */
import type { CalendarSnapshot, DayInterval, SpecialDay } from './calendar-snapshot.ts';

export const DAY_MS = 86_400_000;

/** Local time minus UTC at an instant, in milliseconds. */
export function offsetAt({ offsets }: CalendarSnapshot, at: number): number {
  for (let index = offsets.length - 1; index > 0; index--) {
    const [since, offset] = offsets[index]!;
    if (since <= at) return offset;
  }
  return offsets[0]?.[1] ?? 0;
}

/** The local date of an instant, in days since 1970-01-01. */
export function localDayOf(calendar: CalendarSnapshot, at: number): number {
  return Math.floor((at + offsetAt(calendar, at)) / DAY_MS);
}

/** The instant at which a local time (milliseconds since 1970-01-01T00:00 on the wall) is reached: rule 1. */
export function instantOf({ offsets }: CalendarSnapshot, local: number): number {
  const last = offsets.length - 1;
  for (let index = 0; index < last; index++) {
    const [since, offset] = offsets[index]!;
    if (offsets[index + 1]![0] + offset > local) return index === 0 ? local - offset : Math.max(since, local - offset);
  }
  const [since, offset] = offsets[last] ?? [0, 0];
  return last > 0 ? Math.max(since, local - offset) : local - offset;
}

/** The instant at which a local date begins. */
export function startOfDay(calendar: CalendarSnapshot, day: number): number {
  return instantOf(calendar, day * DAY_MS);
}

/** Position in `calendar.days` of the first special date on or after a date. */
export function specialIndex({ days }: CalendarSnapshot, day: number): number {
  let low = 0;
  let high = days.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (days[middle]!.day < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The special date on a date, if it is one. */
export function specialDayOn(calendar: CalendarSnapshot, day: number): SpecialDay | undefined {
  const special = calendar.days[specialIndex(calendar, day)];
  return special?.day === day ? special : undefined;
}

/** The hours that open on a local date, in seconds of that date. */
export function hoursOn(calendar: CalendarSnapshot, day: number): readonly DayInterval[] {
  // Day 0 was a Thursday; the second modulo keeps dates before it in range.
  return specialDayOn(calendar, day)?.intervals ?? calendar.weekly[(((day + 3) % 7) + 7) % 7] ?? [];
}

/** True for a calendar that never closes. Found by content, because a calendar that travelled as JSON has no identity. */
export function isRoundTheClock({ days, weekly }: CalendarSnapshot): boolean {
  return days.length === 0 && weekly.length === 7 && weekly.every((hours) => hours.length === 1 && hours[0]![0] <= 0 && hours[0]![1] >= 86_400);
}
