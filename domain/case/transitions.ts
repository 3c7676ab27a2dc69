/**
 * What a command may do in a state: the whole table. A command not allowed here is refused before any of its own rules is looked at, and the refusal lists what
 * is allowed now.
 */
import { isSupervisor } from './codes.ts';
import type { Actor, CommandType } from './commands.ts';
import { PERSON_COMMANDS, type PersonCommandType } from './commands.ts';
import { attemptsExhausted } from './attempts.ts';
import { currentPause, isOpen, isOwned, redSince, type CaseState } from './state.ts';

type Guard = (state: CaseState) => boolean;

const followingUp: Guard = (state) => state.stage.status === 'following_up';
const awaitingClaim: Guard = (state) => state.stage.status === 'awaiting_claim';

const ALLOWED: Readonly<Record<CommandType, Guard>> = {
  open: () => false,
  assign: (state) => state.stage.status === 'awaiting_assignment' || awaitingClaim(state),
  claim: awaitingClaim,
  assignTo: awaitingClaim,
  release: (state) => isOwned(state) && state.handover === null,
  reassign: (state) => isOwned(state) && state.handover === null,
  transfer: (state) => isOwned(state) && state.handover === null,
  acceptHandover: (state) => state.handover !== null,
  declineHandover: (state) => state.handover !== null,
  withdrawHandover: (state) => state.handover !== null,
  agreeCallback: isOpen,
  logAttempt: isOwned,
  correctAttempt: (state) => isOpen(state) && state.attempts.length > 0,
  decideUnreachable: (state) => state.stage.status === 'contacting' && attemptsExhausted(state),
  recordDecision: followingUp,
  planFollowUp: isOwned,
  completeFollowUp: (state) => isOwned(state) && hasPlannedStep(state),
  rescheduleFollowUp: (state) => isOwned(state) && hasPlannedStep(state),
  cancelFollowUp: (state) => isOwned(state) && hasPlannedStep(state),
  pause: (state) => followingUp(state) && state.urgency !== 'red' && currentPause(state) === null,
  resume: (state) => currentPause(state) !== null,
  disputeCompetence: (state) => isOpen(state) && state.dispute === null,
  resolveCompetence: (state) => isOpen(state) && state.dispute !== null,
  changeUrgency: isOpen,
  acknowledgeAlert: (state) => isOpen(state) && state.alerts.some((alert) => alert.settledAt === null && (alert.acknowledgedAt === null || unseenRed(state))),
  recordNightHandover: (state) => isOpen(state) && state.urgency === 'red',
  raiseReportAssessment: (state) => isOpen(state) && state.reportAssessment === null,
  decideReportAssessment: (state) => isOpen(state) && state.reportAssessment !== null,
  proposeClosure: isOwned,
  approveClosure: (state) => isOwned(state) && state.closureProposal !== null,
  close: (state) => isOwned(state) && !needsTwoPeople(state),
  reopen: (state) => !isOpen(state),
  rebase: isOpen,
  tick: isOpen,
  raiseRules: isOpen,
  recordIncident: isOpen,
};

/** Whether the state admits a command at all; its own rules may still refuse it. */
export function isAllowed(state: CaseState, command: CommandType): boolean {
  return ALLOWED[command](state);
}

/** What a person may ask of the case now, for refusals and for the buttons of a screen. Reopening is listed for closed cases. */
export function allowedCommands(state: CaseState): readonly (PersonCommandType | 'reopen')[] {
  return [...PERSON_COMMANDS, 'reopen' as const].filter((command) => isAllowed(state, command));
}

/** Closing a red case takes two people: one proposes, a supervisor approves. */
export function needsTwoPeople(state: CaseState): boolean {
  return state.rulebooks[state.rulebooks.length - 1]!.policy.twoPersonClosure.includes(state.urgency);
}

/** A red case no supervisor has seen since it turned red: an eye on it the last time, before it was lowered, does not count. */
export function unseenRed(state: CaseState): boolean {
  if (state.urgency !== 'red') return false;
  const since = redSince(state);
  const again = state.bases.some(({ urgency, from }) => urgency === 'red' && from < since);
  return !state.milestones.some((fact) => fact.milestone === 'seenBySupervisor' && (!again || fact.at > since));
}

/** Who may answer for a supervisor's act. */
export function actsAsSupervisor(actor: Actor): boolean {
  return isSupervisor(actor.roles);
}

function hasPlannedStep(state: CaseState): boolean {
  return state.followUps.some((step) => step.status === 'planned');
}
