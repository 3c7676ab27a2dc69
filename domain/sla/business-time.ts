/**
 * Business time in whole milliseconds, from a calendar snapshot alone. The contract:
 * 1. Openings are [open, close). A pause is cut as an instant and matters only where the calendar is open; pauses that overlap count once.
 * 2. Adding gives the earliest instant at which the time is used up, so a budget that ends with the day is due at closing, not at the next opening.
 *    Backwards it gives the latest instant from which that time remains: the mirror image, at an opening. Nothing to add is the start itself, open or not.
 * 3. Business days count the dates that open and keep the wall time, even outside that date's hours. Time paused until then is added after.
 * 4. Past the horizon of the snapshot the week goes on with the last offset and without holidays: a case is rebased long before that matters.
 * 5. The only error is `CalendarNeverOpen`. Time spent on a calendar that never opens is 0, but it can give no deadline.
 */
import { WALL_CLOCK, type CalendarSnapshot, type Interval } from './calendar-snapshot.ts';
import { DAY_MS, hoursOn, instantOf, localDayOf, offsetAt } from './local-time.ts';
import { CalendarNeverOpen, mergePauses, SEARCH_BOUND_MS, walkOpenings, walkRunning } from './openings.ts';
import type { Span } from './policy.ts';

export { CalendarNeverOpen } from './openings.ts';
export { segments } from './segments.ts';

/** Milliseconds open within [from, to) and not paused; 0 when `to` is not after `from`. */
export function workingTime(calendar: CalendarSnapshot, from: number, to: number, pauses: readonly Interval[] = []): number {
  let total = 0;
  walkRunning(calendar, from, to, mergePauses(pauses), (opens, closes) => {
    total += closes - opens;
    return false;
  });
  return total;
}

/**
 * The instant at which `ms` of working time after `from` are used up; before `from` when `ms` is negative. See rule 2.
 * @throws CalendarNeverOpen when nothing opens for ten years (a pause without end included).
 */
export function addWorkingTime(calendar: CalendarSnapshot, from: number, ms: number, pauses: readonly Interval[] = []): number {
  if (ms === 0) return from;
  return ms > 0 ? advance(calendar, from, ms, mergePauses(pauses)) : goBack(calendar, from, -ms, mergePauses(pauses));
}

function advance(calendar: CalendarSnapshot, from: number, ms: number, pauses: readonly Interval[]): number {
  let left = ms;
  let due = from;
  for (let cursor = from; ; cursor += SEARCH_BOUND_MS) {
    const before = left;
    const found = walkRunning(calendar, cursor, cursor + SEARCH_BOUND_MS, pauses, (opens, closes) => {
      due = opens + left;
      left -= closes - opens;
      return left <= 0;
    });
    if (found) return due;
    if (left === before) throw new CalendarNeverOpen(calendar.id, from);
  }
}

/** In windows that double, each read forwards: openings that overlap over midnight can only be told apart from their beginning. */
function goBack(calendar: CalendarSnapshot, from: number, ms: number, pauses: readonly Interval[]): number {
  let left = ms;
  let end = from;
  let earliestOpen = from;
  for (let window = 7 * DAY_MS; ; window *= 2) {
    const found: Interval[] = [];
    walkRunning(calendar, end - window, end, pauses, (opens, closes) => {
      found.push({ from: opens, to: closes });
      return false;
    });
    for (const opening of found.reverse()) {
      if (opening.to - opening.from >= left) return opening.to - left;
      left -= opening.to - opening.from;
      earliestOpen = opening.from;
    }
    end -= window;
    if (!(earliestOpen - end <= SEARCH_BOUND_MS)) throw new CalendarNeverOpen(calendar.id, from);
  }
}

/**
 * `days` open dates after the local date of `from` (before it when negative), at the same wall time or at that date's last closing. The date of `from` is never
 * counted, open or closed: one business day from a Sunday is Monday. 0 days is `from` itself, or the first closing not before it. Hours that run past midnight
 * belong to the date they open on. A wall time skipped or repeated by the zone that day: see `instantOf`.
 * @throws CalendarNeverOpen when no date opens for ten years.
 */
export function addBusinessDays(calendar: CalendarSnapshot, from: number, days: number, endOfDay = false): number {
  const start = localDayOf(calendar, from);
  if (days === 0) return endOfDay ? nextClosing(calendar, from, start) : from;
  let day = start;
  for (let left = Math.abs(days); left > 0; left--) day = nextOpenDay(calendar, day, days > 0 ? 1 : -1, from);
  const wallTime = from + offsetAt(calendar, from) - start * DAY_MS;
  return endOfDay ? closingOf(calendar, day) : instantOf(calendar, day * DAY_MS + wallTime);
}

function nextOpenDay(calendar: CalendarSnapshot, after: number, step: 1 | -1, from: number): number {
  const bound = SEARCH_BOUND_MS / DAY_MS;
  for (let distance = 1; distance <= bound; distance++) {
    const day = after + step * distance;
    if (hoursOn(calendar, day).length > 0) return day;
  }
  throw new CalendarNeverOpen(calendar.id, from);
}

/** The last closing of an open date. */
function closingOf(calendar: CalendarSnapshot, day: number): number {
  return instantOf(calendar, day * DAY_MS + (hoursOn(calendar, day).at(-1)?.[1] ?? 0) * 1000);
}

function nextClosing(calendar: CalendarSnapshot, from: number, start: number): number {
  let day = start - 1;
  do day = nextOpenDay(calendar, day, 1, from);
  while (closingOf(calendar, day) < from);
  return closingOf(calendar, day);
}

/** `from` plus a span of any unit. `calendar` is that of working time and business days; wall time needs none, and pauses are cut from it as they are. */
export function addSpan(calendar: CalendarSnapshot, from: number, span: Span, pauses: readonly Interval[] = []): number {
  if (span.unit === 'wall') return addWorkingTime(WALL_CLOCK, from, span.ms, pauses);
  if (span.unit === 'working') return addWorkingTime(calendar, from, span.ms, pauses);
  const base = addBusinessDays(calendar, from, span.days, span.endOfDay);
  if (pauses.length === 0) return base;
  const [first, last] = base >= from ? [from, base] : [base, from];
  const paused = workingTime(calendar, first, last) - workingTime(calendar, first, last, pauses);
  return addWorkingTime(calendar, base, base >= from ? paused : -paused, pauses);
}

/** The openings within [from, to), one for each time the calendar opens, cut to it. A calendar that never closes is one interval. */
export function openIntervals(calendar: CalendarSnapshot, from: number, to: number): readonly Interval[] {
  const found: Interval[] = [];
  walkOpenings(calendar, from, to, (opens, closes) => {
    found.push({ from: opens, to: closes });
    return false;
  });
  return found;
}

/**
 * `at` when open then, else the next opening.
 * @throws CalendarNeverOpen when nothing opens for ten years.
 */
export function nextOpen(calendar: CalendarSnapshot, at: number): number {
  let opening = at;
  const found = walkOpenings(calendar, at, at + SEARCH_BOUND_MS, (opens) => {
    opening = opens;
    return true;
  });
  if (!found) throw new CalendarNeverOpen(calendar.id, at);
  return opening;
}

/** Whether the calendar is open at an instant. */
export function isOpen(calendar: CalendarSnapshot, at: number): boolean {
  return walkOpenings(calendar, at, at + 1, () => true);
}
