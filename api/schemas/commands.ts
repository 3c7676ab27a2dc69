/** The body of every command a person may give on a case: its fields without `type`, instants as ISO 8601. One table; routes and documentation follow from it. */
import { Type, type TObject } from 'typebox';
import {
  ACKNOWLEDGEMENT_NOTES,
  ASSIGN_REASONS,
  ATTEMPT_OUTCOMES,
  CORRECTED_OUTCOMES,
  CLOSURE_OUTCOMES,
  COMPETENCE_REASONS,
  CORRECTION_REASONS,
  DECISION_KINDS,
  DECLINE_REASONS,
  DISPUTE_REASONS,
  FOLLOW_UP_CANCEL_REASONS,
  FOLLOW_UP_KINDS,
  HANDOVER_REASONS,
  NIGHT_ROUTES,
  RED_FLAGS,
  RELEASE_REASONS,
  REOPEN_REASONS,
  REPORT_DECISIONS,
  REPORT_GROUNDS,
  REPORT_REASONS,
  UNREACHABLE_DECISIONS,
  URGENCY_REASONS,
} from '../../domain/case/codes.ts';
import type { PersonCommandType } from '../../domain/case/commands.ts';
import { CLOSED, Code, Codes, Instant, TerritoryCode, UrgencyCode, WorkerId } from './common.ts';

const Ordinal = Type.Integer({ minimum: 1, maximum: 100_000 });
const Empty = Type.Object({}, CLOSED);

export const COMMAND_BODIES = {
  assign: Type.Object({ municipio: TerritoryCode, reason: Code(ASSIGN_REASONS) }, CLOSED),
  claim: Empty,
  assignTo: Type.Object({ worker: WorkerId }, CLOSED),
  release: Type.Object({ reason: Code(RELEASE_REASONS) }, CLOSED),
  reassign: Type.Object({ worker: WorkerId, reason: Code(HANDOVER_REASONS) }, CLOSED),
  transfer: Type.Object({ municipio: TerritoryCode, reason: Code(HANDOVER_REASONS) }, CLOSED),
  acceptHandover: Empty,
  declineHandover: Type.Object({ reason: Code(DECLINE_REASONS) }, CLOSED),
  withdrawHandover: Empty,
  agreeCallback: Type.Object({ from: Instant, to: Instant }, { ...CLOSED, examples: [{ from: '2030-01-07T14:00:00.000Z', to: '2030-01-07T15:00:00.000Z' }] }),
  logAttempt: Type.Object({ outcome: Code(ATTEMPT_OUTCOMES), occurredAt: Type.Optional(Instant) }, { ...CLOSED, examples: [{ outcome: 'no_answer' }] }),
  correctAttempt: Type.Object({ attempt: Ordinal, outcome: Code(CORRECTED_OUTCOMES), reason: Code(CORRECTION_REASONS) }, CLOSED),
  decideUnreachable: Type.Object({ decision: Code(UNREACHABLE_DECISIONS) }, CLOSED),
  recordDecision: Type.Object({ kind: Code(DECISION_KINDS) }, CLOSED),
  planFollowUp: Type.Object(
    { kind: Code(FOLLOW_UP_KINDS), dueAt: Instant, owner: Type.Optional(WorkerId) },
    { ...CLOSED, examples: [{ kind: 'call', dueAt: '2030-01-07T14:00:00.000Z' }] },
  ),
  completeFollowUp: Type.Object({ step: Ordinal }, CLOSED),
  rescheduleFollowUp: Type.Object({ step: Ordinal, dueAt: Instant }, { ...CLOSED, examples: [{ step: 1, dueAt: '2030-01-08T14:00:00.000Z' }] }),
  cancelFollowUp: Type.Object({ step: Ordinal, reason: Code(FOLLOW_UP_CANCEL_REASONS) }, CLOSED),
  pause: Type.Object({ reason: Type.Enum(['WAITING_FAMILY']), until: Instant }, CLOSED),
  resume: Empty,
  disputeCompetence: Type.Object({ reason: Code(DISPUTE_REASONS), proposed: Type.Optional(TerritoryCode) }, CLOSED),
  resolveCompetence: Type.Object({ municipio: TerritoryCode, reason: Code(COMPETENCE_REASONS) }, CLOSED),
  changeUrgency: Type.Object({ urgency: UrgencyCode, reason: Code(URGENCY_REASONS), redFlags: Type.Optional(Codes(RED_FLAGS)) }, CLOSED),
  acknowledgeAlert: Type.Object({ alert: Ordinal, note: Code(ACKNOWLEDGEMENT_NOTES) }, CLOSED),
  recordNightHandover: Type.Object({ route: Code(NIGHT_ROUTES), onCall: WorkerId }, CLOSED),
  raiseReportAssessment: Type.Object({ ground: Code(REPORT_GROUNDS) }, CLOSED),
  decideReportAssessment: Type.Object({ assessment: Ordinal, decision: Code(REPORT_DECISIONS), reason: Code(REPORT_REASONS) }, CLOSED),
  proposeClosure: Type.Object({ outcome: Code(CLOSURE_OUTCOMES) }, CLOSED),
  approveClosure: Empty,
  close: Type.Object({ outcome: Code(CLOSURE_OUTCOMES) }, CLOSED),
} as const satisfies Readonly<Record<PersonCommandType, TObject>>;

export const ReopenBody = Type.Object({ reason: Code(REOPEN_REASONS) }, CLOSED);

/** What each command is for, as the documentation says it. */
export const COMMAND_SUMMARIES: Readonly<Record<PersonCommandType, string>> = {
  assign: 'Give the case to the competent municipio',
  claim: 'Take charge of a case: one winner becomes its owner',
  assignTo: 'Give a waiting case to a social worker',
  release: 'Put an owned case back into the queue of its municipio',
  reassign: 'Offer the case to a colleague; owner and duty stay until it is accepted',
  transfer: 'Offer the case to another municipio; owner and duty stay until it is accepted',
  acceptHandover: 'Accept a case that was offered',
  declineHandover: 'Decline a case that was offered',
  withdrawHandover: 'Take an offer back',
  agreeCallback: 'Promise the family a call within a window',
  logAttempt: 'Record an attempt to reach the family',
  correctAttempt: 'Put a wrongly recorded attempt right',
  decideUnreachable: 'Decide about a family that does not answer',
  recordDecision: 'Record what was decided with the family',
  planFollowUp: 'Plan a next step',
  completeFollowUp: 'Record that a planned step was done',
  rescheduleFollowUp: 'Move a planned step',
  cancelFollowUp: 'Cancel a planned step',
  pause: 'Wait for the family until a date',
  resume: 'End the waiting',
  disputeCompetence: 'Contest which municipio is competent; the case goes on meanwhile',
  resolveCompetence: 'Decide which municipio is competent',
  changeUrgency: 'Change the urgency, for a reason',
  acknowledgeAlert: 'Answer an alert',
  recordNightHandover: 'Record where a red case goes for the night, and who answers for it until the morning',
  raiseReportAssessment: 'Ask a qualified professional whether there is a duty to report',
  decideReportAssessment: 'Decide about the duty to report; nothing is sent by software',
  proposeClosure: 'Propose to close: the first of two people for a red case',
  approveClosure: 'Approve a proposed closure: the second person',
  close: 'Close the case with its outcome',
};

/** `assignTo` -> `assign-to`: the last part of a command's address. */
export function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
