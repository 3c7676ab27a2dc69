/** An SLA policy as data: which promises exist, when they start and stop, how long they last, who is told. */
import type { CalendarSnapshot } from './calendar-snapshot.ts';

export const URGENCIES = ['red', 'yellow', 'green'] as const;
export type Urgency = (typeof URGENCIES)[number];

/** A municipio (`1`..`9` in Milan) or the central team (`CENTRAL`). Territories are data: nothing here depends on their number. */
export type Territory = string;

export const MILESTONES = [
  'opened',
  'assigned',
  'claimed',
  'attempted',
  'reached',
  'decided',
  'followUpPlanned',
  'followUpDone',
  'handedOver',
  'accepted',
  'callbackAgreed',
  'seenBySupervisor',
  'alerted',
  'acknowledged',
  'disputed',
  'competenceResolved',
  'reportRaised',
  'reportDecided',
  'closed',
] as const;
export type Milestone = (typeof MILESTONES)[number];

export const CLOCK_NAMES = [
  'assignment',
  'claim',
  'firstAttempt',
  'firstContact',
  'callbackWindow',
  'nextAttempt',
  'decision',
  'followUp',
  'handover',
  'supervisorSeen',
  'acknowledgement',
  'competence',
  'reportAssessment',
  'review',
  'resolution',
] as const;
export type ClockName = (typeof CLOCK_NAMES)[number];

/**
 * A length of time. `wall` runs round the clock, `working` only in the municipio's opening hours, `businessDays` counts open days and keeps the wall time
 * (or goes to that day's close). The unit therefore also chooses the calendar.
 */
export type Span =
  | { readonly unit: 'wall'; readonly ms: number }
  | { readonly unit: 'working'; readonly ms: number }
  | { readonly unit: 'businessDays'; readonly days: number; readonly endOfDay?: boolean };

/** A warning at a percentage of the budget consumed, or with so many milliseconds of the budget left. */
export type WarningRule = { readonly percent: number } | { readonly leftMs: number };

/** Who is told by an alert. People stand behind a role; names are resolved when it is delivered. */
export const AUDIENCES = ['owner', 'coordinator', 'centralCoordinator', 'manager', 'municipioHead', 'shiftLeader', 'onCall'] as const;
export type Audience = (typeof AUDIENCES)[number];

/**
 * One step of an alert ladder: at an offset from the due instant (negative = before it) as long as the promise is unmet, or when the alert of the
 * step before was not acknowledged in time.
 */
export interface LadderStep {
  readonly trigger: { readonly kind: 'offset'; readonly offset: Span } | { readonly kind: 'unacknowledged' };
  readonly audience: readonly Audience[];
}

/** When a new instance of a clock begins. */
export const INSTANCES = ['once', 'repeats', 'perItem', 'perPromise'] as const;

/** What is promised for one clock at one urgency. */
export interface Target {
  readonly budget: Span;
  readonly warnings: readonly WarningRule[];
  readonly ladder: readonly LadderStep[];
}

export type PauseReason = 'WAITING_FAMILY';

/** Whose promise a clock is. */
export type Party = 'service' | 'municipio' | 'family' | 'worker' | 'receivingSide' | 'line' | 'alerted' | 'central' | 'qualifiedProfessional' | 'responsible';

export interface ClockDefinition {
  readonly name: ClockName;
  readonly starts: Milestone;
  /** The promise is kept at the first of these. */
  readonly stops: readonly Milestone[];
  /**
   * `once` an episode, at every start (`repeats`), at every start and stopped only by a milestone about the same thing (`perItem`), or at the first start and
   * again whenever what had lapsed is promised again (`perPromise`).
   */
  readonly instances: (typeof INSTANCES)[number];
  readonly pausedBy: readonly PauseReason[];
  readonly party: Party;
  /** No target at an urgency: no promise, and the time is not counted. */
  readonly targets: Readonly<Record<Urgency, Target | null>>;
  /** Other targets for a primary need. */
  readonly byNeed?: Readonly<Record<string, Partial<Record<Urgency, Target | null>>>>;
}

/** How often the family is tried before a coordinator decides. */
export interface AttemptRule {
  readonly exhaustedAfter: number;
  /** An attempt earlier than this after the last counted one is recorded, not counted. */
  readonly minimumGap: Span;
}

/** Which cases a policy is for. A list left out admits everything. */
export interface PolicyScope {
  readonly territories?: readonly Territory[];
  /** Primary needs. */
  readonly needs?: readonly string[];
  readonly urgencies?: readonly Urgency[];
}

export interface Policy {
  readonly id: string;
  readonly version: number;
  /** @default every case */
  readonly appliesTo?: PolicyScope;
  readonly clocks: readonly ClockDefinition[];
  readonly attempts: Readonly<Record<Urgency, AttemptRule>>;
  /** Longest time a case may wait for the family in one episode, in service days. */
  readonly maximumPauseDays: number;
  readonly reopenWindowMs: number;
  /** How far back an attempt may be dated. */
  readonly backdateMs: number;
  /** How long the author of an attempt may correct it; later the coordinator does. */
  readonly authorCorrectionMs: number;
  readonly twoPersonClosure: readonly Urgency[];
}

/** Everything a case is measured by, pinned by value: the policy and the calendars of each territory at one version. */
export interface Rulebook {
  readonly policy: Policy;
  /** By `CalendarSnapshot.version`. */
  readonly calendars: Readonly<Record<string, CalendarSnapshot>>;
  /** Territory -> calendar version; `*` for every other territory. */
  readonly calendarOf: Readonly<Record<Territory, string>>;
}
