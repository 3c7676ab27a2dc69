/**
 * Waiting for the family has a limit in service days. What happens there: the pause ends by itself like any other, and because no whole day of waiting is left the
 * coordinator is told, once, about the promise that was kept waiting. Until then it was the family's turn; from then on somebody must decide what to do.
 */
import { addBusinessDays, workingTime } from '../sla/business-time.ts';
import { serviceCalendar } from './attempts.ts';
import { deriveClocks, type DerivedClock } from './clocks.ts';
import { rulebookOf, type CaseState } from './state.ts';

/** Service time waited in the pauses of the episode, and the most it may come to for a pause that begins at an instant. Milliseconds. */
export function waitingTime(state: CaseState, at: number): { readonly used: number; readonly most: number; readonly latest: number } {
  const calendar = serviceCalendar(state);
  const latest = addBusinessDays(calendar, at, rulebookOf(state).policy.maximumPauseDays);
  const used = state.pauses.reduce((sum, pause) => sum + workingTime(calendar, pause.from, pause.endedAt ?? at), 0);
  return { used, most: workingTime(calendar, at, latest), latest };
}

/** The promise to alert about, and since when; null unless the last pause ran to its end and used the waiting up, and nobody was told yet. */
export function usedUpWaiting(state: CaseState): { readonly at: number; readonly clock: DerivedClock } | null {
  const last = state.pauses[state.pauses.length - 1];
  if (last === undefined || last.endedAt === null || last.endedAt < last.until) return null;
  const { endedAt } = last;
  const clock = deriveClocks(state).find(
    ({ clock: { status, startedAt }, course }) => status === 'running' && course.pauses.length > 0 && startedAt <= endedAt,
  );
  if (clock === undefined || state.alerts.some((alert) => alert.step === 0 && alert.clock === clock.clock.id && alert.raisedAt >= endedAt)) return null;
  const { used, most } = waitingTime(state, last.from);
  const wholeDay = most / rulebookOf(state).policy.maximumPauseDays;
  return most - used >= wholeDay ? null : { at: endedAt, clock };
}
