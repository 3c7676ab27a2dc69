/** What follows from an event for the case as a whole: settled alerts, and the review clock that leaves no open case without an alarm. */
import { deriveClocks, type DerivedClock } from './clocks.ts';
import { ladderContinues, pendingDeadlines } from './deadlines.ts';
import type { CaseEvent } from './events.ts';
import { addEnd } from './evolve-episode.ts';
import { isAboutNight, isNightSettled } from './night-handover.ts';
import { isOpen, type Alert, type CaseState } from './state.ts';

/** An alert asks for nobody any more once its promise was kept late, or no longer exists. A review's alert waits until somebody acts on the case. */
export function syncAlerts(state: CaseState, event: CaseEvent): CaseState {
  const open = state.alerts.filter((alert) => alert.acknowledgedAt === null && alert.settledAt === null);
  if (open.length === 0) return state;
  const clocks = deriveClocks(state);
  const settled = open.filter((alert) => isSettled(state, alert, clocks));
  return settled.reduce((next, alert) => addEnd(markSettled(next, alert.alert, event.at), event.at, 'acknowledgement', alert.alert), state);
}

function isSettled(state: CaseState, alert: Alert, clocks: readonly DerivedClock[]): boolean {
  if (!isOpen(state)) return true;
  if (isAboutNight(alert)) return isNightSettled(state, alert);
  const clock = clocks.find((derived) => derived.clock.id === alert.clock)?.clock;
  return clock === undefined || clock.status === 'met' || (clock.status === 'ended' && clock.name !== 'review');
}

function markSettled(state: CaseState, number: number, at: number): CaseState {
  return { ...state, alerts: state.alerts.map((alert) => (alert.alert === number ? { ...alert, settledAt: at } : alert)) };
}

/** The review clock runs exactly while nothing else is pending, so that an open case always has an alarm. */
export function startReview(state: CaseState, event: CaseEvent): CaseState {
  if (!isOpen(state) || state.reviews.some((review) => review.endedAt === null)) return state;
  if (othersPending(state)) return state;
  const ordinal = state.numbers.review + 1;
  const started = { ordinal, from: Math.max(event.at, state.asOf), endedAt: null, met: false };
  return { ...state, reviews: [...state.reviews, started], numbers: { ...state.numbers, review: ordinal } };
}

/** A person's act answers the review; another deadline takes its place; once due, it stays until its alerts are out. */
export function endReview(state: CaseState, event: CaseEvent): CaseState {
  const running = state.reviews.find((review) => review.endedAt === null);
  if (running === undefined) return state;
  const clocks = deriveClocks(state);
  const review = clocks.find(({ clock }) => clock.name === 'review' && clock.status === 'running');
  if (review === undefined) return state;
  const answered = event.actor.kind === 'person';
  const exhausted = review.clock.breach !== null && !ladderContinues(state, review);
  const replaced = review.clock.breach === null && othersPending(state);
  if (!answered && !exhausted && !replaced && isOpen(state)) return state;
  const ended = state.reviews.map((fact) => (fact === running ? { ...fact, endedAt: Math.max(event.at, fact.from), met: answered } : fact));
  // A review that decided nothing leaves no trace: only recorded ones are kept.
  return { ...state, reviews: ended.filter((fact) => fact.endedAt === null || state.records[`review-${fact.ordinal}`] !== undefined) };
}

/** The closing of the day is no promise that somebody acts on the case, nor is the answer to its alert: each evening it would put the review off. */
function othersPending(state: CaseState): boolean {
  const night = new Set(state.alerts.filter(isAboutNight).map(({ alert }) => alert));
  return pendingDeadlines(state).some(({ kind, clock }) => {
    if (kind === 'closing' || clock?.clock.name === 'review') return false;
    return !(clock?.clock.name === 'acknowledgement' && night.has(clock.clock.ref));
  });
}
