/** What may be asked of a case. One object a command; ids, codes and epoch milliseconds only. */
import type { Rulebook, Territory, Urgency } from '../sla/policy.ts';
import type {
  AcknowledgementNote,
  AssignReason,
  AttemptOutcome,
  CorrectedOutcome,
  Circumstance,
  ClosureOutcome,
  CompetenceReason,
  CorrectionReason,
  DecisionKind,
  DeclineReason,
  DisputeReason,
  FollowUpCancelReason,
  FollowUpKind,
  HandoverReason,
  NeedCategory,
  NightRoute,
  RedFlag,
  RebaseReason,
  ReleaseReason,
  ReopenReason,
  ReportDecision,
  ReportGround,
  ReportReason,
  Role,
  UnreachableDecision,
  UrgencyReason,
} from './codes.ts';
import type { EventActor } from './events.ts';

/** Who acts. `system` is the engine itself: time passing, recovery, effects. */
export interface Actor {
  readonly kind: 'person' | 'system';
  readonly id: string;
  readonly roles: readonly Role[];
  readonly municipi: readonly Territory[];
  /** Territories the person is on call for at this moment, `*` for the city. @default none */
  readonly onCall?: readonly Territory[];
}

export const SYSTEM: Actor = { kind: 'system', id: 'system', roles: [], municipi: [] };

/** The actor as an event keeps it: who and in which role, not where else they may work. */
export function eventActor(actor: Actor): EventActor {
  return { kind: actor.kind, id: actor.id, roles: actor.roles };
}

export interface Open {
  readonly type: 'open';
  readonly caseId: string;
  /** Opaque id: the people behind it are stored elsewhere, protected. */
  readonly household: string;
  readonly urgency: Urgency;
  readonly primaryNeed: NeedCategory;
  readonly otherNeeds: readonly NeedCategory[];
  readonly redFlags: readonly RedFlag[];
  readonly circumstances: readonly Circumstance[];
  /** Known on the normal path: opened and assigned are then one revision. */
  readonly assignment: { readonly municipio: Territory; readonly reason: AssignReason } | null;
  /** Competence is contested from the start: accepted provisionally, the dispute runs beside. */
  readonly contested: DisputeReason | null;
  /** An earlier case of the household past its reopening window. */
  readonly linkedTo: string | null;
  readonly rulebook: Rulebook;
}

export type Command =
  | Open
  | { readonly type: 'assign'; readonly municipio: Territory; readonly reason: AssignReason }
  | { readonly type: 'claim' }
  | { readonly type: 'assignTo'; readonly worker: string }
  | { readonly type: 'release'; readonly reason: ReleaseReason }
  | { readonly type: 'reassign'; readonly worker: string; readonly reason: HandoverReason }
  | { readonly type: 'transfer'; readonly municipio: Territory; readonly reason: HandoverReason }
  | { readonly type: 'acceptHandover' }
  | { readonly type: 'declineHandover'; readonly reason: DeclineReason }
  | { readonly type: 'withdrawHandover' }
  | { readonly type: 'agreeCallback'; readonly from: number; readonly to: number }
  | { readonly type: 'logAttempt'; readonly outcome: AttemptOutcome; readonly occurredAt?: number }
  | { readonly type: 'correctAttempt'; readonly attempt: number; readonly outcome: CorrectedOutcome; readonly reason: CorrectionReason }
  | { readonly type: 'decideUnreachable'; readonly decision: UnreachableDecision }
  | { readonly type: 'recordDecision'; readonly kind: DecisionKind }
  | { readonly type: 'planFollowUp'; readonly kind: FollowUpKind; readonly dueAt: number; readonly owner?: string }
  | { readonly type: 'completeFollowUp'; readonly step: number }
  | { readonly type: 'rescheduleFollowUp'; readonly step: number; readonly dueAt: number }
  | { readonly type: 'cancelFollowUp'; readonly step: number; readonly reason: FollowUpCancelReason }
  | { readonly type: 'pause'; readonly reason: 'WAITING_FAMILY'; readonly until: number }
  | { readonly type: 'resume' }
  | { readonly type: 'disputeCompetence'; readonly reason: DisputeReason; readonly proposed?: Territory }
  | { readonly type: 'resolveCompetence'; readonly municipio: Territory; readonly reason: CompetenceReason }
  | { readonly type: 'changeUrgency'; readonly urgency: Urgency; readonly reason: UrgencyReason; readonly redFlags?: readonly RedFlag[] }
  | { readonly type: 'acknowledgeAlert'; readonly alert: number; readonly note: AcknowledgementNote }
  /** `onCall`: the person who answers for the case until the morning. */
  | { readonly type: 'recordNightHandover'; readonly route: NightRoute; readonly onCall: string }
  | { readonly type: 'raiseReportAssessment'; readonly ground: ReportGround }
  | { readonly type: 'decideReportAssessment'; readonly assessment: number; readonly decision: ReportDecision; readonly reason: ReportReason }
  | { readonly type: 'proposeClosure'; readonly outcome: ClosureOutcome }
  | { readonly type: 'approveClosure' }
  | { readonly type: 'close'; readonly outcome: ClosureOutcome }
  | { readonly type: 'reopen'; readonly reason: ReopenReason; readonly rulebook: Rulebook }
  | { readonly type: 'rebase'; readonly rulebook: Rulebook; readonly reason: RebaseReason; readonly batch?: string }
  | { readonly type: 'tick' }
  | { readonly type: 'raiseRules'; readonly to: number }
  | { readonly type: 'recordIncident'; readonly incident: 'engine_cancelled' | 'effect_failed'; readonly about: string };

export type CommandType = Command['type'];

/** Commands people give over the API on an existing case; each is one Temporal Update of the same name. */
export const PERSON_COMMANDS = [
  'assign',
  'claim',
  'assignTo',
  'release',
  'reassign',
  'transfer',
  'acceptHandover',
  'declineHandover',
  'withdrawHandover',
  'agreeCallback',
  'logAttempt',
  'correctAttempt',
  'decideUnreachable',
  'recordDecision',
  'planFollowUp',
  'completeFollowUp',
  'rescheduleFollowUp',
  'cancelFollowUp',
  'pause',
  'resume',
  'disputeCompetence',
  'resolveCompetence',
  'changeUrgency',
  'acknowledgeAlert',
  'recordNightHandover',
  'raiseReportAssessment',
  'decideReportAssessment',
  'proposeClosure',
  'approveClosure',
  'close',
] as const satisfies readonly CommandType[];
export type PersonCommandType = (typeof PERSON_COMMANDS)[number];

/** Commands the workflow handles as Updates: those of people, and a rebase by the system. */
export const UPDATE_COMMANDS = [...PERSON_COMMANDS, 'rebase'] as const satisfies readonly CommandType[];
export type UpdateCommandType = (typeof UPDATE_COMMANDS)[number];
export type UpdateCommand = Extract<Command, { type: UpdateCommandType }>;
