/**
 * `decide`: what a command makes of a case, as events, or why not. Pure: the instant comes in.
 * 1. First time passes up to the command's instant (a breach that was due before a claim is recorded before it, even if no timer has fired yet).
 * 2. Then the state must admit the command (`transitions.ts`), then its own rules must (`decide-*.ts`).
 * 3. Last, time passes again at the same instant: a red case raises its supervisor's alert in the revision that opens it.
 */
import { approveClosure, close, proposeClosure, reopen } from './decide-closure.ts';
import { agreeCallback, correctAttempt, decideUnreachable, logAttempt, recordDecision } from './decide-contact.ts';
import {
  acceptHandover,
  assign,
  assignTo,
  claim,
  declineHandover,
  disputeCompetence,
  offerHandover,
  release,
  resolveCompetence,
  withdrawHandover,
} from './decide-ownership.ts';
import { cancelFollowUp, completeFollowUp, pause, planFollowUp, rescheduleFollowUp, resume } from './decide-plan.ts';
import { acknowledgeAlert, changeUrgency, decideReportAssessment, raiseReportAssessment, raiseRules, rebase, recordIncident } from './decide-oversight.ts';
import { eventActor, type Actor, type Command, type CommandType, type Open } from './commands.ts';
import { evolve, evolveOpened } from './evolve.ts';
import type { CaseEvent, Opened } from './events.ts';
import { recordNightHandover } from './night-handover.ts';
import type { Rejection } from './rejection.ts';
import { refuse, type Context } from './rules.ts';
import { RULES_VERSION, type CaseState } from './state.ts';
import { elapse } from './tick.ts';
import { isAllowed } from './transitions.ts';

export type Decision =
  | { readonly ok: true; readonly events: readonly CaseEvent[]; readonly state: CaseState }
  | { readonly ok: false; readonly rejection: Rejection };

export interface Request {
  readonly command: Command;
  readonly actor: Actor;
  /** The revision of the last human change the caller has seen; null when it does not matter. */
  readonly ifMatch?: number | null;
}

/** What a command makes of an existing case at an instant. The state returned is the one after the events. */
export function decide(state: CaseState, request: Request, now: number): Decision {
  const at = Math.max(now, state.asOf);
  const { command, actor } = request;
  if (request.ifMatch !== null && request.ifMatch !== undefined && request.ifMatch !== state.humanRevision) {
    return { ok: false, rejection: refuse(state, command.type, 'case_changed', { revision: state.humanRevision, ifMatch: request.ifMatch }) };
  }
  const before = elapse(state, at);
  if (!isAllowed(before.state, command.type))
    return { ok: false, rejection: refuse(before.state, command.type, 'command_not_allowed', { status: before.state.stage.status }) };
  const outcome = rulesOf(command.type)({ state: before.state, command, actor, at, base: { at, actor: eventActor(actor) } } as never);
  if (!Array.isArray(outcome)) return { ok: false, rejection: outcome as Rejection };
  const after = elapse((outcome as CaseEvent[]).reduce(evolve, before.state), at);
  return { ok: true, events: [...before.events, ...(outcome as CaseEvent[]), ...after.events], state: after.state };
}

/** Opening: the only command without a state. Opened, assigned and whatever is due at once are one revision. */
export function decideOpening(command: Open, actor: Actor, at: number): { readonly events: readonly [Opened, ...CaseEvent[]]; readonly state: CaseState } {
  const base = { at, actor: eventActor(actor) };
  const { type: _, assignment, contested, ...facts } = command;
  const opened: Opened = { ...base, type: 'opened', rulesVersion: RULES_VERSION, ...facts };
  const rest: CaseEvent[] = [];
  if (assignment !== null) rest.push({ ...base, type: 'assigned', ...assignment, provisional: contested !== null });
  if (contested !== null) rest.push({ ...base, type: 'competenceDisputed', dispute: 1, reason: contested, proposed: null });
  const after = elapse(rest.reduce(evolve, evolveOpened(opened)), at);
  return { events: [opened, ...rest, ...after.events], state: after.state };
}

type Rules = (context: Context<never>) => readonly CaseEvent[] | Rejection;

const RULES = {
  assign,
  claim,
  assignTo,
  release,
  reassign: offerHandover,
  transfer: offerHandover,
  acceptHandover,
  declineHandover,
  withdrawHandover,
  agreeCallback,
  logAttempt,
  correctAttempt,
  decideUnreachable,
  recordDecision,
  planFollowUp,
  completeFollowUp,
  rescheduleFollowUp,
  cancelFollowUp,
  pause,
  resume,
  disputeCompetence,
  resolveCompetence,
  changeUrgency,
  acknowledgeAlert,
  recordNightHandover,
  raiseReportAssessment,
  decideReportAssessment,
  proposeClosure,
  approveClosure,
  close,
  reopen,
  rebase,
  raiseRules,
  recordIncident,
  tick: () => [],
  // Never reached: `open` is refused for an existing case before its rules are asked.
  open: () => [],
} satisfies { readonly [T in CommandType]: (context: Context<T>) => readonly CaseEvent[] | Rejection };

function rulesOf(type: CommandType): Rules {
  return RULES[type] as Rules;
}
