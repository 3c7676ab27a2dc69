/**
 * One-off questions of working-time arithmetic, without a case. Each kind is one function of the engine's own core: what is computed here is what a clock of
 * a case would be.
 */
import { addSpan, addWorkingTime, CalendarNeverOpen, isOpen, nextOpen, segments, workingTime } from './business-time.ts';
import type { CalendarSnapshot, Interval } from './calendar-snapshot.ts';
import { clockDueAt } from './clock.ts';
import { isRoundTheClock, localDayOf, startOfDay } from './local-time.ts';
import { mergePauses, SEARCH_BOUND_MS, walkOpenings } from './openings.ts';
import type { Span } from './policy.ts';
import type { Segment } from './segments.ts';

/** A promise replaced at an instant: from then on it has this budget and this calendar. */
export interface ComputedTarget {
  readonly from: number;
  readonly budget: Span;
  readonly calendar: CalendarSnapshot;
}

/** A question. Instants are epoch milliseconds, lengths milliseconds. */
export type Computation =
  | (OnCalendar & { readonly kind: 'deadline'; readonly start: number; readonly workingMs: number; readonly pauses: readonly Interval[] })
  | (OnCalendar & { readonly kind: 'elapsed'; readonly start: number; readonly end: number; readonly pauses: readonly Interval[] })
  | (OnCalendar & { readonly kind: 'pausedTotal'; readonly pauses: readonly Interval[] })
  | (OnCalendar & { readonly kind: 'businessDays' | 'ladder'; readonly from: number; readonly span: Span; readonly pauses: readonly Interval[] })
  | { readonly kind: 'policyChange'; readonly targets: readonly ComputedTarget[]; readonly pauses: readonly Interval[] }
  | (OnCalendar & { readonly kind: 'nextOpen' | 'isOpen'; readonly at: number })
  | (OnCalendar & { readonly kind: 'openIntervals'; readonly from: number; readonly take: number });

interface OnCalendar {
  readonly calendar: CalendarSnapshot;
}

export type Computed =
  | { readonly kind: 'deadline'; readonly deadline: number; readonly segments: readonly Segment[] }
  | { readonly kind: 'elapsed'; readonly workingMs: number; readonly segments: readonly Segment[] }
  | { readonly kind: 'pausedTotal'; readonly workingMs: number }
  | { readonly kind: 'businessDays' | 'policyChange'; readonly deadline: number }
  | { readonly kind: 'ladder'; readonly level: number }
  | { readonly kind: 'nextOpen'; readonly open: number }
  | { readonly kind: 'isOpen'; readonly open: boolean }
  | { readonly kind: 'openIntervals'; readonly intervals: readonly Interval[] };

/** How far a list of openings looks ahead. */
const LONGEST_LIST_MS = 12 * SEARCH_BOUND_MS;

/**
 * The answer.
 * @throws CalendarNeverOpen when an instant is asked of a calendar that does not open (any more).
 */
export function compute(asked: Computation): Computed {
  switch (asked.kind) {
    case 'deadline': {
      const { calendar, start, workingMs, pauses } = asked;
      const deadline = addWorkingTime(calendar, start, workingMs, pauses);
      return { kind: 'deadline', deadline, segments: segments(calendar, Math.min(start, deadline), Math.max(start, deadline), pauses) };
    }
    case 'elapsed': {
      const list = segments(asked.calendar, asked.start, asked.end, asked.pauses);
      return { kind: 'elapsed', workingMs: list.reduce((sum, { countedMs }) => sum + countedMs, 0), segments: list };
    }
    case 'pausedTotal':
      return { kind: 'pausedTotal', workingMs: mergePauses(asked.pauses).reduce((sum, { from, to }) => sum + workingTime(asked.calendar, from, to), 0) };
    case 'businessDays':
      return { kind: 'businessDays', deadline: addSpan(asked.calendar, asked.from, asked.span, asked.pauses) };
    case 'ladder':
      return { kind: 'ladder', level: addSpan(asked.calendar, asked.from, asked.span, asked.pauses) };
    case 'policyChange':
      return { kind: 'policyChange', deadline: dueAfterChanges(asked.targets, asked.pauses) };
    case 'nextOpen':
      return { kind: 'nextOpen', open: nextOpen(asked.calendar, asked.at) };
    case 'isOpen':
      return { kind: 'isOpen', open: isOpen(asked.calendar, asked.at) };
    case 'openIntervals':
      return { kind: 'openIntervals', intervals: takeIntervals(asked.calendar, asked.from, asked.take) };
  }
}

/** The deadline of a clock that lived through these targets: the very course a case has after its promise was changed. */
function dueAfterChanges(targets: readonly ComputedTarget[], pauses: readonly Interval[]): number {
  const startedAt = targets[0]?.from ?? 0;
  const due = clockDueAt({
    startedAt,
    explicitDueAt: null,
    segments: targets.map(({ from, budget, calendar }) => ({ from, calendar, target: { budget, warnings: [], ladder: [] } })),
    pauses: pauses.map(({ from, to }) => ({ from, to, open: false, reason: 'WAITING_FAMILY', by: '' })),
  });
  return due ?? startedAt;
}

/** The next openings, the first cut at `from`; fewer when the calendar does not open again. One that never closes is cut into its local dates. */
function takeIntervals(calendar: CalendarSnapshot, from: number, take: number): readonly Interval[] {
  const found: Interval[] = [];
  if (isRoundTheClock(calendar)) {
    for (let day = localDayOf(calendar, from); found.length < take; day++) {
      found.push({ from: Math.max(from, startOfDay(calendar, day)), to: startOfDay(calendar, day + 1) });
    }
    return found;
  }
  walkOpenings(calendar, from, from + LONGEST_LIST_MS, (opens, closes) => {
    found.push({ from: opens, to: closes });
    return found.length >= take;
  });
  if (found.length === 0) throw new CalendarNeverOpen(calendar.id, from);
  return found;
}
