/** Rules about reaching the family. */
import { attemptRule, attemptsExhausted, countedAttempts, isCounted } from './attempts.ts';
import { clockId, deriveClocks } from './clocks.ts';
import { eventActor, SYSTEM } from './commands.ts';
import type { CaseEvent } from './events.ts';
import { evolve } from './evolve.ts';
import type { Rejection } from './rejection.ts';
import { refuse, type Context } from './rules.ts';
import { currentPause, isOwned, rulebookOf, type CaseState } from './state.ts';
import { nextAlert } from './tick.ts';
import { needsTwoPeople } from './transitions.ts';

type Outcome = readonly CaseEvent[] | Rejection;

/** A callback window longer than this is no promise. */
const LONGEST_WINDOW_MS = 12 * 3_600_000;

export function agreeCallback({ state, command, at, base }: Context<'agreeCallback'>): Outcome {
  if (command.to <= at || command.to <= command.from || command.to - command.from > LONGEST_WINDOW_MS) {
    return refuse(state, 'agreeCallback', 'window_invalid', { from: command.from, to: command.to, now: at });
  }
  return [{ ...base, type: 'callbackAgreed', callback: state.numbers.callback + 1, from: command.from, to: command.to }];
}

export function logAttempt({ state, command, at, actor, base }: Context<'logAttempt'>): Outcome {
  const occurredAt = command.occurredAt ?? at;
  if (occurredAt > at) return refuse(state, 'logAttempt', 'occurred_in_future', { occurredAt, now: at });
  const earliest = Math.max(isOwned(state) ? state.stage.ownedSince : at, at - rulebookOf(state).policy.backdateMs);
  if (occurredAt < earliest) return refuse(state, 'logAttempt', 'occurred_too_early', { occurredAt, earliest });
  const attempt = state.attempts.length + 1;
  const counted = isCounted(state, occurredAt);
  const logged: CaseEvent = { at: occurredAt, actor: eventActor(actor), type: 'attemptLogged', attempt, outcome: command.outcome, counted, recordedAt: at };
  return [logged, ...exhaustion(evolve(state, logged), state, base.at)];
}

/** Enough attempts without an answer: the coordinator is told, because nobody closes such a case silently. */
function exhaustion(after: CaseState, before: CaseState, at: number): CaseEvent[] {
  if (!attemptsExhausted(after) || attemptsExhausted(before) || after.stage.status !== 'contacting') return [];
  const ordinal = after.milestones.filter((fact) => fact.milestone === 'attempted').findLastIndex((fact) => fact.withdrawn === undefined) + 1;
  const clock = clockId('nextAttempt', ordinal);
  const startedAt = deriveClocks(after).find((derived) => derived.clock.id === clock)?.clock.startedAt ?? at;
  const base = { at, actor: eventActor(SYSTEM), detectedAt: at };
  const about = { clock, name: 'nextAttempt' as const, startedAt, step: 0, municipio: after.stage.municipio };
  return [{ ...base, ...about, type: 'alertRaised', alert: nextAlert(after), audience: ['coordinator'] }];
}

/** A wrong tap is put right by its author, later by a coordinator; not once something was built on it. */
export function correctAttempt({ state, command, at, actor, base }: Context<'correctAttempt'>): Outcome {
  const attempt = state.attempts.find((candidate) => candidate.attempt === command.attempt);
  if (attempt === undefined) return refuse(state, 'correctAttempt', 'attempt_unknown', { attempt: command.attempt });
  if (attempt.outcome === command.outcome) return refuse(state, 'correctAttempt', 'attempt_unchanged', { outcome: attempt.outcome });
  const author = attempt.by === actor.id && at - attempt.recordedAt <= rulebookOf(state).policy.authorCorrectionMs;
  if (!author && !actor.roles.includes('coordinator')) return refuse(state, 'correctAttempt', 'correction_not_yours', { by: attempt.by });
  const corrected: CaseEvent = { ...base, type: 'attemptCorrected', attempt: command.attempt, outcome: command.outcome, reason: command.reason };
  const unreached = state.reachedAt !== null && evolve(state, corrected).reachedAt === null;
  if (unreached && state.decisions > 0) return refuse(state, 'correctAttempt', 'correction_conflicts', { decisions: state.decisions });
  const pauseEnds: CaseEvent[] = unreached && currentPause(state) !== null ? [{ ...base, type: 'resumed', cause: 'contact_corrected', detectedAt: at }] : [];
  const events = [...pauseEnds, corrected];
  return [...events, ...exhaustion(events.reduce(evolve, state), state, at)];
}

/** A person decides about a family that does not answer. Closing a red case this way still takes a second person. */
export function decideUnreachable({ state, command, actor, base }: Context<'decideUnreachable'>): Outcome {
  if (!actor.roles.includes('coordinator')) {
    return refuse(state, 'decideUnreachable', 'supervisor_required', { counted: countedAttempts(state).length, needed: attemptRule(state).exhaustedAfter });
  }
  const decided: CaseEvent = { ...base, type: 'unreachableDecided', decision: command.decision };
  if (command.decision !== 'close') return [decided];
  const blocked = closureBlock(state, 'decideUnreachable');
  if (blocked !== null) return blocked;
  const outcome = 'unreachable_decided' as const;
  return needsTwoPeople(state) ? [decided, { ...base, type: 'closureProposed', outcome }] : [decided, { ...base, type: 'closed', outcome }];
}

export function recordDecision({ command, base }: Context<'recordDecision'>): Outcome {
  return [{ ...base, type: 'decisionRecorded', kind: command.kind }];
}

/** What must be settled before any closure: nobody's promise is dropped silently. */
export function closureBlock(state: CaseState, command: 'decideUnreachable' | 'close' | 'proposeClosure' | 'approveClosure'): Rejection | null {
  const steps = state.followUps.filter((step) => step.status === 'planned').map((step) => step.step);
  if (steps.length > 0) return refuse(state, command, 'follow_ups_open', { steps });
  if (state.handover !== null) return refuse(state, command, 'handover_open', { handover: state.handover.handover });
  if (state.reportAssessment !== null) return refuse(state, command, 'report_assessment_open', { assessment: state.reportAssessment.assessment });
  return null;
}

/** Outcomes that claim something was agreed with the family. */
export function needsContact(outcome: string): boolean {
  return ['informed', 'referred_accepted', 'appointment_made', 'taken_in_charge', 'declined_by_family'].includes(outcome);
}
