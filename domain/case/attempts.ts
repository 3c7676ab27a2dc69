/** Counting attempts: a frightened phone is not rung every ten minutes, and one missed call is not a refusal. */
import { addSpan } from '../sla/business-time.ts';
import { WALL_CLOCK, type CalendarSnapshot } from '../sla/calendar-snapshot.ts';
import type { AttemptRule } from '../sla/policy.ts';
import { isContact, wasMade } from './codes.ts';
import { rulebookOf, type CaseState } from './state.ts';

/** Whether an attempt at this instant keeps the minimum gap to the last counted one, whatever came of that: its outcome may yet be corrected. */
export function isCounted(state: CaseState, occurredAt: number): boolean {
  const counted = state.attempts
    .filter((attempt) => attempt.counted && wasMade(attempt) && attempt.occurredAt >= state.attemptsCountedFrom)
    .map((attempt) => attempt.occurredAt);
  const last = counted.filter((at) => at <= occurredAt).sort((a, b) => b - a)[0];
  if (last === undefined) return true;
  const gap = attemptRule(state).minimumGap;
  return occurredAt >= addSpan(gap.unit === 'wall' ? WALL_CLOCK : serviceCalendar(state), last, gap);
}

/** Attempts without contact that count, since the opening or the last decision to try again. */
export function countedAttempts(state: CaseState) {
  return state.attempts.filter(
    (attempt) => attempt.counted && wasMade(attempt) && !isContact(attempt.outcome) && attempt.occurredAt >= state.attemptsCountedFrom,
  );
}

/** Enough attempts were made: a coordinator decides what happens next. */
export function attemptsExhausted(state: CaseState): boolean {
  return state.reachedAt === null && countedAttempts(state).length >= attemptRule(state).exhaustedAfter;
}

export function attemptRule(state: CaseState): AttemptRule {
  return rulebookOf(state).policy.attempts[state.urgency];
}

/** The opening hours of the municipio that has the case. */
export function serviceCalendar(state: CaseState): CalendarSnapshot {
  const rulebook = rulebookOf(state);
  const version = rulebook.calendarOf[state.stage.municipio ?? 'CENTRAL'] ?? rulebook.calendarOf['*'];
  return (version === undefined ? undefined : rulebook.calendars[version]) ?? WALL_CLOCK;
}
