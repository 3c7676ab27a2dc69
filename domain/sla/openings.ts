/**
 * The openings of a calendar in order, with or without the pauses of a clock: the only place that goes from date to date.
 * 1. Openings that overlap (hours past midnight into the next date's hours) count once.
 * 2. Nothing is stored between calls: a workflow worker holds thousands of cases, and a date costs some tens of nanoseconds.
 */
import type { CalendarSnapshot, Interval } from './calendar-snapshot.ts';
import { DAY_MS, hoursOn, instantOf, isRoundTheClock, localDayOf, startOfDay } from './local-time.ts';

/** How long a calendar may stay closed before it counts as never open: ten years with their leap days. */
export const SEARCH_BOUND_MS = 3_653 * DAY_MS;

/** A deadline was asked of a calendar that does not open (any more). Such a calendar is refused when saved; this names it when one slipped through. */
export class CalendarNeverOpen extends Error {
  readonly type = 'CalendarNeverOpen';
  readonly calendarId: string;
  readonly at: number;

  constructor(calendarId: string, at: number) {
    super(`Calendar ${calendarId} does not open within ten years of ${at}`);
    this.name = 'CalendarNeverOpen';
    this.calendarId = calendarId;
    this.at = at;
  }
}

/** Looks at one opening; true ends the walk. */
export type Visit = (opens: number, closes: number) => boolean;

/** Visits the openings within [from, until) in order, cut to it. Returns whether a visit ended the walk. */
export function walkOpenings(calendar: CalendarSnapshot, from: number, until: number, visit: Visit): boolean {
  if (!(until > from)) return false;
  if (isRoundTheClock(calendar)) return visit(from, until);
  let reached = from;
  // The date before may still be open past midnight.
  for (let day = localDayOf(calendar, from) - 1; startOfDay(calendar, day) < until; day++) {
    for (const [open, close] of hoursOn(calendar, day)) {
      const opens = Math.max(reached, instantOf(calendar, day * DAY_MS + open * 1000));
      const closes = Math.min(until, instantOf(calendar, day * DAY_MS + close * 1000));
      if (closes <= opens) continue;
      reached = closes;
      if (visit(opens, closes)) return true;
    }
  }
  return false;
}

/** As `walkOpenings`, without the pauses (as merged by `mergePauses`). A pause is jumped over, however long it is. */
export function walkRunning(calendar: CalendarSnapshot, from: number, until: number, pauses: readonly Interval[], visit: Visit): boolean {
  let cursor = from;
  for (const pause of pauses) {
    if (pause.to <= cursor) continue;
    if (pause.from >= until) break;
    if (walkOpenings(calendar, cursor, pause.from, visit)) return true;
    cursor = pause.to;
  }
  return walkOpenings(calendar, cursor, until, visit);
}

/** Pauses sorted, without empty ones, those that overlap or touch made one. */
export function mergePauses(pauses: readonly Interval[]): readonly Interval[] {
  const merged: { from: number; to: number }[] = [];
  for (const { from, to } of pauses.length > 1 ? [...pauses].sort((a, b) => a.from - b.from) : pauses) {
    const last = merged[merged.length - 1];
    if (to <= from) continue;
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}
