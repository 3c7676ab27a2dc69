/** Rules about closing a case and opening it again. */
import type { ClosureOutcome } from './codes.ts';
import { closureBlock, needsContact } from './decide-contact.ts';
import type { CaseEvent } from './events.ts';
import type { Rejection } from './rejection.ts';
import { answersFor, refuse, type Context } from './rules.ts';
import { RULES_VERSION, rulebookOf, type CaseState } from './state.ts';
import { actsAsSupervisor } from './transitions.ts';

type Outcome = readonly CaseEvent[] | Rejection;

export function proposeClosure({ state, command, actor, base }: Context<'proposeClosure'>): Outcome {
  if (!answersFor(state, actor)) return refuse(state, 'proposeClosure', 'not_the_owner');
  return blocked(state, 'proposeClosure', command.outcome) ?? [{ ...base, type: 'closureProposed', outcome: command.outcome }];
}

/** The second pair of eyes: a supervisor who did not propose it. */
export function approveClosure({ state, actor, base }: Context<'approveClosure'>): Outcome {
  const proposal = state.closureProposal!;
  if (proposal.by === actor.id) return refuse(state, 'approveClosure', 'second_person_required', { proposedBy: proposal.by });
  if (!actsAsSupervisor(actor)) return refuse(state, 'approveClosure', 'supervisor_required');
  const block = blocked(state, 'approveClosure', proposal.outcome);
  if (block !== null) return block;
  const approved: CaseEvent = { ...base, type: 'closureApproved', outcome: proposal.outcome, proposedBy: proposal.by };
  return [approved, { ...base, type: 'closed', outcome: proposal.outcome }];
}

export function close({ state, command, actor, base }: Context<'close'>): Outcome {
  if (!answersFor(state, actor)) return refuse(state, 'close', 'not_the_owner');
  return blocked(state, 'close', command.outcome) ?? [{ ...base, type: 'closed', outcome: command.outcome }];
}

/** Within the policy's window the same case goes on as a new episode; later a new case is opened and linked. */
export function reopen({ state, command, at, base }: Context<'reopen'>): Outcome {
  const closedAt = state.stage.status === 'closed' ? state.stage.closedAt : at;
  const windowMs = rulebookOf(state).policy.reopenWindowMs;
  if (at - closedAt > windowMs) return refuse(state, 'reopen', 'reopen_window_over', { closedAt, until: closedAt + windowMs });
  const next = { episode: state.episode + 1, rulesVersion: RULES_VERSION, rulebook: command.rulebook };
  return [{ ...base, type: 'reopened', reason: command.reason, ...next }];
}

function blocked(state: CaseState, command: 'close' | 'proposeClosure' | 'approveClosure', outcome: ClosureOutcome): Rejection | null {
  if (needsContact(outcome) && state.reachedAt === null) return refuse(state, command, 'family_not_reached', { outcome });
  // A letter, a visit or another try is not the decision to close; and a family that was reached is not unreachable.
  const decided = state.unreachableDecision?.decision === 'close' && state.reachedAt === null;
  if (outcome === 'unreachable_decided' && !decided) return refuse(state, command, 'unreachable_not_decided', { outcome });
  return closureBlock(state, command);
}
