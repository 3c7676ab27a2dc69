/**
 * What happened to a case. Events are facts: stored for ever, folded to the state, never changed. `at` is the business instant (epoch milliseconds);
 * for what time decided it is when it was due, and `detectedAt` when the engine noticed.
 */
import type { Audience, ClockName, PauseReason, Rulebook, Territory, Urgency } from '../sla/policy.ts';
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
import type { MovedClock } from './rebase.ts';

/** The actor as stored with an event. */
export interface EventActor {
  readonly kind: 'person' | 'system';
  readonly id: string;
  readonly roles: readonly Role[];
}

interface Base {
  readonly at: number;
  readonly actor: EventActor;
}

/** Decided by time, not by a person. */
interface Timed extends Base {
  readonly detectedAt: number;
}

export interface Opened extends Base {
  readonly type: 'opened';
  readonly caseId: string;
  readonly household: string;
  readonly urgency: Urgency;
  readonly primaryNeed: NeedCategory;
  readonly otherNeeds: readonly NeedCategory[];
  readonly redFlags: readonly RedFlag[];
  readonly circumstances: readonly Circumstance[];
  readonly linkedTo: string | null;
  readonly rulesVersion: number;
  readonly rulebook: Rulebook;
}

export type CaseEvent =
  | Opened
  | (Base & { readonly type: 'assigned'; readonly municipio: Territory; readonly reason: AssignReason; readonly provisional: boolean })
  | (Base & { readonly type: 'claimed'; readonly owner: string })
  | (Base & { readonly type: 'released'; readonly owner: string; readonly reason: ReleaseReason })
  | (Base & {
      readonly type: 'handoverOffered';
      readonly handover: number;
      readonly to: { readonly worker: string } | { readonly municipio: Territory };
      readonly reason: HandoverReason;
    })
  | (Base & { readonly type: 'handoverAccepted'; readonly handover: number; readonly to: { readonly worker: string } | { readonly municipio: Territory } })
  | (Base & { readonly type: 'handoverDeclined'; readonly handover: number; readonly reason: DeclineReason })
  | (Base & { readonly type: 'handoverWithdrawn'; readonly handover: number })
  | (Base & { readonly type: 'callbackAgreed'; readonly callback: number; readonly from: number; readonly to: number })
  | (Timed & { readonly type: 'callbackReminded'; readonly callback: number })
  | (Base & {
      readonly type: 'attemptLogged';
      readonly attempt: number;
      readonly outcome: AttemptOutcome;
      readonly counted: boolean;
      readonly recordedAt: number;
    })
  | (Base & { readonly type: 'attemptCorrected'; readonly attempt: number; readonly outcome: CorrectedOutcome; readonly reason: CorrectionReason })
  | (Base & { readonly type: 'unreachableDecided'; readonly decision: UnreachableDecision })
  | (Base & { readonly type: 'decisionRecorded'; readonly kind: DecisionKind })
  | (Base & { readonly type: 'followUpPlanned'; readonly step: number; readonly kind: FollowUpKind; readonly owner: string; readonly dueAt: number })
  | (Base & { readonly type: 'followUpCompleted'; readonly step: number })
  | (Base & { readonly type: 'followUpRescheduled'; readonly step: number; readonly dueAt: number })
  | (Base & { readonly type: 'followUpCancelled'; readonly step: number; readonly reason: FollowUpCancelReason })
  | (Base & { readonly type: 'paused'; readonly reason: PauseReason; readonly until: number })
  | (Base & {
      readonly type: 'resumed';
      readonly cause: 'by_person' | 'end_reached' | 'urgency_red' | 'contact_corrected' | 'handed_over';
      readonly detectedAt: number;
    })
  | (Base & { readonly type: 'competenceDisputed'; readonly dispute: number; readonly reason: DisputeReason; readonly proposed: Territory | null })
  | (Base & { readonly type: 'competenceResolved'; readonly dispute: number; readonly municipio: Territory; readonly reason: CompetenceReason })
  | (Base & {
      readonly type: 'urgencyChanged';
      readonly from: Urgency;
      readonly to: Urgency;
      readonly reason: UrgencyReason;
      readonly redFlags: readonly RedFlag[];
    })
  | (Timed & { readonly type: 'clockWarned'; readonly clock: string; readonly name: ClockName; readonly startedAt: number; readonly warning: number })
  | (Timed & { readonly type: 'clockBreached'; readonly clock: string; readonly name: ClockName; readonly dueAt: number; readonly startedAt: number })
  | (Timed & {
      readonly type: 'alertRaised';
      readonly alert: number;
      /** The clock it is about; `nightHandover-<n>` for a red case nobody was handed for the night, which is no clock. */
      readonly clock: string;
      readonly name: ClockName | 'nightHandover';
      readonly startedAt: number;
      /** Ladder step from 1; 0 for an alert outside the ladder (attempts exhausted, waiting used up, night hand-over missing). */
      readonly step: number;
      readonly audience: readonly Audience[];
      readonly municipio: Territory | null;
    })
  | (Base & {
      readonly type: 'alertAcknowledged';
      readonly alert: number;
      readonly note: AcknowledgementNote /** A supervisor, on a red case. */;
      readonly bySupervisor: boolean;
    })
  | (Base & { readonly type: 'nightHandoverRecorded'; readonly route: NightRoute; readonly onCall: string })
  | (Base & { readonly type: 'reportAssessmentRaised'; readonly assessment: number; readonly ground: ReportGround })
  | (Base & { readonly type: 'reportAssessmentDecided'; readonly assessment: number; readonly decision: ReportDecision; readonly reason: ReportReason })
  | (Base & { readonly type: 'closureProposed'; readonly outcome: ClosureOutcome })
  | (Base & { readonly type: 'closureApproved'; readonly outcome: ClosureOutcome; readonly proposedBy: string })
  | (Base & { readonly type: 'closed'; readonly outcome: ClosureOutcome })
  | (Base & { readonly type: 'reopened'; readonly reason: ReopenReason; readonly episode: number; readonly rulesVersion: number; readonly rulebook: Rulebook })
  | (Base & {
      readonly type: 'rebased';
      readonly reason: RebaseReason;
      readonly rulebook: Rulebook;
      /** The running promises it moved. */
      readonly moved?: readonly MovedClock[];
      /** The batch it was one case of. */
      readonly batch?: string;
    })
  | (Base & { readonly type: 'rulesRaised'; readonly to: number })
  | (Base & { readonly type: 'incidentRecorded'; readonly incident: 'engine_cancelled' | 'effect_failed'; readonly about: string });

export type EventType = CaseEvent['type'];
export type EventOf<T extends EventType> = Extract<CaseEvent, { type: T }>;

/** One command's worth of events: what `append` stores in one transaction and returns. */
export interface Revision {
  readonly revision: number;
  readonly commandId: string;
  readonly command: string;
  readonly actor: EventActor;
  readonly events: readonly CaseEvent[];
}
