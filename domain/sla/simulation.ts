/** What a calendar makes of an instant and an amount of work, by the very code that counts for cases: nothing is decided here. */
import type { CalendarSnapshot, Interval } from './calendar-snapshot.ts';
import type { ClockCourse } from './clock.ts';
import { explainCourse, type ExplainedPart } from './explanation.ts';
import { hoursOn, localDayOf, specialDayOn } from './local-time.ts';
import type { Span } from './policy.ts';
import { workingTime } from './business-time.ts';

/** A local date on the way to a deadline in business days. */
export interface CountedDate {
  /** Local days since 1970-01-01. */
  readonly day: number;
  readonly counted: boolean;
  /** Why it does not count, or has hours of its own. */
  readonly label: string;
}

export interface Simulation {
  readonly dueAt: number;
  /** From start to due; what they count adds up to `countedMs`. */
  readonly parts: readonly ExplainedPart[];
  readonly countedMs: number;
  /** For business days the dates after the start, up to the one that counts last; else empty. */
  readonly dates: readonly CountedDate[];
}

/**
 * `span` after `from` on one calendar, with pauses cut out; null when that is past the horizon of the snapshot, where holidays are not known.
 * @throws CalendarNeverOpen
 */
export function simulate(calendar: CalendarSnapshot, from: number, span: Span, pauses: readonly Interval[]): Simulation | null {
  if (span.unit !== 'businessDays' && span.ms > (span.unit === 'wall' ? calendar.until - from : workingTime(calendar, from, calendar.until))) return null;
  const { dueAt, ahead } = explainCourse(courseOf(calendar, from, span, pauses), from, true);
  if (dueAt === null || dueAt > calendar.until) return null;
  return {
    dueAt,
    parts: ahead,
    countedMs: ahead.reduce((sum, part) => sum + part.countedMs, 0),
    dates: span.unit === 'businessDays' ? datesOf(calendar, from, span.days) : [],
  };
}

function courseOf(calendar: CalendarSnapshot, from: number, budget: Span, pauses: readonly Interval[]): ClockCourse {
  return {
    startedAt: from,
    explicitDueAt: null,
    segments: [{ from, target: { budget, warnings: [], ladder: [] }, calendar }],
    pauses: pauses.map((pause) => ({ ...pause, open: false, reason: 'WAITING_FAMILY', by: '' })),
  };
}

function datesOf(calendar: CalendarSnapshot, from: number, days: number): CountedDate[] {
  const dates: CountedDate[] = [];
  for (let day = localDayOf(calendar, from) + 1, left = days; left > 0; day++) {
    const counted = hoursOn(calendar, day).length > 0;
    dates.push({ day, counted, label: specialDayOn(calendar, day)?.label ?? '' });
    if (counted) left--;
  }
  return dates;
}
