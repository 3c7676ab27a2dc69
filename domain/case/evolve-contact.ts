/** Events about reaching the family and what was agreed with it. */
import { isContact, wasMade } from './codes.ts';
import type { EventOf } from './events.ts';
import { addEnd, addMilestones } from './evolve-episode.ts';
import { isOwned, type Attempt, type CaseState, type FollowUpStep, type MilestoneFact } from './state.ts';

export function callbackAgreed(state: CaseState, event: EventOf<'callbackAgreed'>): CaseState {
  const agreed: CaseState = {
    ...state,
    callback: { callback: event.callback, from: event.from, to: event.to, reminded: false },
    numbers: { ...state.numbers, callback: event.callback },
  };
  return addMilestones(agreed, event.at, [{ milestone: 'callbackAgreed', ref: event.callback, dueAt: event.to, notBefore: event.from }]);
}

export function attemptLogged(state: CaseState, event: EventOf<'attemptLogged'>): CaseState {
  const attempt: Attempt = {
    attempt: event.attempt,
    outcome: event.outcome,
    occurredAt: event.at,
    recordedAt: event.recordedAt,
    counted: event.counted,
    by: event.actor.id,
    act: state.acts,
  };
  const reached = isContact(event.outcome) ? [{ milestone: 'reached' as const, ref: event.attempt }] : [];
  const noted = addMilestones({ ...state, attempts: [...state.attempts, attempt] }, event.at, [{ milestone: 'attempted', ref: event.attempt }, ...reached]);
  return settleCallback(contactStage(noted), event.at, isContact(event.outcome));
}

/** The attempt's outcome is replaced and everything derived from it follows. One that was not made keeps nobody's promise. */
export function attemptCorrected(state: CaseState, event: EventOf<'attemptCorrected'>): CaseState {
  const attempts = state.attempts.map((attempt) => (attempt.attempt === event.attempt ? { ...attempt, outcome: event.outcome } : attempt));
  const corrected = attempts.find((attempt) => attempt.attempt === event.attempt);
  if (corrected === undefined) return state;
  const withdrawn = wasMade(corrected) ? undefined : { at: event.at, act: state.acts };
  const others = state.milestones
    .filter((fact) => !(fact.milestone === 'reached' && fact.act === corrected.act))
    .map((fact) => (fact.milestone === 'attempted' && fact.ref === corrected.attempt ? withdraw(fact, withdrawn) : fact));
  const reached = { act: corrected.act, milestone: 'reached' as const, at: corrected.occurredAt, ref: corrected.attempt };
  return contactStage({ ...state, attempts, milestones: isContact(event.outcome) ? [...others, reached] : others });
}

function withdraw({ withdrawn: _before, ...fact }: MilestoneFact, withdrawn: MilestoneFact['withdrawn']): MilestoneFact {
  return withdrawn === undefined ? fact : { ...fact, withdrawn };
}

export function unreachableDecided(state: CaseState, event: EventOf<'unreachableDecided'>): CaseState {
  const decided: CaseState = { ...state, unreachableDecision: { decision: event.decision, at: event.at } };
  // Trying again leaves the promise of a next attempt running; a letter or a visit takes its place.
  return event.decision === 'retry' ? { ...decided, attemptsCountedFrom: event.at } : addEnd(decided, event.at, 'nextAttempt', null);
}

export function followUpPlanned(state: CaseState, event: EventOf<'followUpPlanned'>): CaseState {
  const step: FollowUpStep = { step: event.step, kind: event.kind, owner: event.owner, dueAt: event.dueAt, status: 'planned' };
  return addMilestones({ ...state, followUps: [...state.followUps, step] }, event.at, [{ milestone: 'followUpPlanned', ref: event.step, dueAt: event.dueAt }]);
}

export function followUpCompleted(state: CaseState, event: EventOf<'followUpCompleted'>): CaseState {
  return addMilestones(withStep(state, event.step, { status: 'done' }), event.at, [{ milestone: 'followUpDone', ref: event.step }]);
}

/** A new promise for the same step: the old one ends, a breach already recorded stays with it. */
export function followUpRescheduled(state: CaseState, event: EventOf<'followUpRescheduled'>): CaseState {
  const ended = addEnd(withStep(state, event.step, { dueAt: event.dueAt }), event.at, 'followUp', event.step);
  return addMilestones(ended, event.at, [{ milestone: 'followUpPlanned', ref: event.step, dueAt: event.dueAt }]);
}

export function followUpCancelled(state: CaseState, event: EventOf<'followUpCancelled'>): CaseState {
  return addEnd(withStep(state, event.step, { status: 'cancelled' }), event.at, 'followUp', event.step);
}

function withStep(state: CaseState, number: number, change: Partial<FollowUpStep>): CaseState {
  return { ...state, followUps: state.followUps.map((step) => (step.step === number ? { ...step, ...change } : step)) };
}

/** Contacting until the family was reached, following up from then on. */
function contactStage(state: CaseState): CaseState {
  const contacts = state.attempts.filter((attempt) => isContact(attempt.outcome)).map((attempt) => attempt.occurredAt);
  const reachedAt = contacts.length === 0 ? null : Math.min(...contacts);
  if (!isOwned(state)) return { ...state, reachedAt };
  return { ...state, reachedAt, stage: { ...state.stage, status: reachedAt === null ? 'contacting' : 'following_up' } };
}

/** An agreed window needs no reminder once it was kept. */
function settleCallback(state: CaseState, at: number, reached: boolean): CaseState {
  const kept = state.callback !== null && (reached || at >= state.callback.from);
  return kept ? { ...state, callback: null } : state;
}
