/**
 * The state of a case: plain JSON, folded from its events. Clocks are not stored as deadlines: the state keeps facts (milestones, pauses, what the case was
 * measured by and since when) and `domain/case/clocks.ts` derives every clock from them, so a corrected fact corrects every clock that used it.
 */
import type { Audience, ClockName, Milestone, PauseReason, Rulebook, Territory, Urgency } from '../sla/policy.ts';
import type {
  AssignReason,
  CorrectedOutcome,
  Circumstance,
  ClosureOutcome,
  FollowUpKind,
  NeedCategory,
  NightRoute,
  RedFlag,
  UnreachableDecision,
} from './codes.ts';
import type { Clock } from './clocks.ts';

/** Version of the rules in `decide` and `evolve`. Raised only by the workflow, by an event, behind `patched()`. */
export const RULES_VERSION = 1;

export const CASE_STATUSES = ['awaiting_assignment', 'awaiting_claim', 'contacting', 'following_up', 'closed'] as const;
export type CaseStatus = (typeof CASE_STATUSES)[number];

/** Where the case stands. Impossible combinations (a claimed case without an owner) do not compile. */
export type Stage =
  | { readonly status: 'awaiting_assignment'; readonly municipio: null; readonly owner: null }
  | { readonly status: 'awaiting_claim'; readonly municipio: Territory; readonly owner: null }
  | { readonly status: 'contacting' | 'following_up'; readonly municipio: Territory; readonly owner: string; readonly ownedSince: number }
  | {
      readonly status: 'closed';
      readonly municipio: Territory | null;
      readonly owner: null;
      readonly outcome: ClosureOutcome;
      readonly closedAt: number;
      readonly lastOwner: string;
    };

/** A milestone passed. `act` is the event that caused it, `ref` what it is about (attempt, step, alert...). */
export interface MilestoneFact {
  readonly act: number;
  readonly milestone: Milestone;
  readonly at: number;
  readonly ref: number;
  /** Whose hours count, where they are not those of who has the case (who was offered it). */
  readonly territory?: Territory;
  /** An explicit due instant, for promises made by a person (callback window, follow-up step). */
  readonly dueAt?: number;
  /** A stop before this instant does not keep the promise, unless the family was reached. */
  readonly notBefore?: number;
  /** When, and by which act, it turned out not to have happened. It keeps its place: clocks are numbered by it. */
  readonly withdrawn?: { readonly at: number; readonly act: number };
}

/** A clock ended without its promise being kept or broken by it: the promise no longer exists. */
export interface EndFact {
  readonly act: number;
  readonly clock: ClockName;
  /** The start it ends; null ends whatever runs under that name. */
  readonly ref: number | null;
  readonly at: number;
}

/** What the case is measured by from an instant on. */
export interface Basis {
  readonly from: number;
  readonly urgency: Urgency;
  readonly primaryNeed: NeedCategory;
  readonly municipio: Territory | null;
  /** Index in `rulebooks`. */
  readonly rulebook: number;
}

export interface Pause {
  readonly reason: PauseReason;
  readonly from: number;
  readonly until: number;
  readonly endedAt: number | null;
  readonly by: string;
}

export interface Attempt {
  readonly attempt: number;
  readonly outcome: CorrectedOutcome;
  readonly occurredAt: number;
  readonly recordedAt: number;
  readonly counted: boolean;
  readonly by: string;
  readonly act: number;
}

export interface FollowUpStep {
  readonly step: number;
  readonly kind: FollowUpKind;
  readonly owner: string;
  readonly dueAt: number;
  readonly status: 'planned' | 'done' | 'cancelled';
}

export interface Handover {
  readonly handover: number;
  readonly to: { readonly worker: string } | { readonly municipio: Territory };
  readonly since: number;
  readonly by: string;
}

export interface Alert {
  readonly alert: number;
  readonly clock: string;
  readonly step: number;
  readonly audience: readonly Audience[];
  readonly raisedAt: number;
  readonly acknowledgedAt: number | null;
  readonly acknowledgedBy: string | null;
  /** The promise was kept late, or no longer exists: nobody needs to answer any more. */
  readonly settledAt: number | null;
}

/** Who answers for a red case while its municipio is closed, as it was last recorded. */
export interface NightHandover {
  readonly route: NightRoute;
  readonly onCall: string;
  readonly at: number;
  readonly by: string;
}

/** A broken promise: when it was due, when that was noticed, and with whom the case was then. */
export interface BreachRecord {
  readonly dueAt: number;
  readonly detectedAt: number;
  readonly municipio: Territory | null;
  readonly urgency: Urgency;
}

/** What time has already decided about a clock; kept even when a correction changes the facts below it. */
export interface ClockRecord {
  readonly name: ClockName;
  readonly startedAt: number;
  readonly warned: readonly number[];
  readonly breach: BreachRecord | null;
  /** Ladder steps raised: the alert of each, by step number from 1. */
  readonly alerts: readonly { readonly step: number; readonly alert: number }[];
}

/** One span in which nothing else was pending, watched by the `review` clock. */
export interface ReviewFact {
  readonly ordinal: number;
  readonly from: number;
  readonly endedAt: number | null;
  readonly met: boolean;
}

export interface CaseState {
  readonly rulesVersion: number;
  readonly caseId: string;
  readonly household: string;
  readonly linkedTo: string | null;
  readonly openedAt: number;
  readonly openedBy: string;
  readonly episode: number;
  readonly episodeOpenedAt: number;
  /** Last revision applied, and the last one made by a person: the case's ETag. */
  readonly revision: number;
  readonly humanRevision: number;
  /** Latest business instant seen: nothing is decided before it. */
  readonly asOf: number;
  /** Events applied so far. */
  readonly acts: number;

  readonly stage: Stage;
  readonly urgency: Urgency;
  readonly primaryNeed: NeedCategory;
  readonly otherNeeds: readonly NeedCategory[];
  readonly redFlags: readonly RedFlag[];
  readonly circumstances: readonly Circumstance[];
  readonly competenceAtOpening: { readonly municipio: Territory; readonly reason: AssignReason } | null;
  readonly provisional: boolean;
  /** Municipi the case has been with in this episode, from 1. */
  readonly hop: number;
  readonly reachedAt: number | null;

  readonly handover: Handover | null;
  readonly dispute: { readonly dispute: number; readonly proposed: Territory | null; readonly since: number } | null;
  readonly closureProposal: { readonly outcome: ClosureOutcome; readonly by: string; readonly at: number } | null;
  readonly callback: { readonly callback: number; readonly from: number; readonly to: number; readonly reminded: boolean } | null;
  readonly reportAssessment: { readonly assessment: number; readonly since: number } | null;
  readonly pauses: readonly Pause[];
  readonly attempts: readonly Attempt[];
  /** Attempts up to this instant no longer count towards "not reached": a person decided to try again. */
  readonly attemptsCountedFrom: number;
  readonly unreachableDecision: { readonly decision: UnreachableDecision; readonly at: number } | null;
  readonly decisions: number;
  readonly followUps: readonly FollowUpStep[];
  readonly alerts: readonly Alert[];
  readonly nightHandover: NightHandover | null;
  /** Last number given to a handover, dispute, callback or assessment. */
  readonly numbers: { readonly handover: number; readonly dispute: number; readonly callback: number; readonly assessment: number; readonly review: number };

  readonly rulebooks: readonly Rulebook[];
  readonly bases: readonly Basis[];
  readonly milestones: readonly MilestoneFact[];
  readonly ends: readonly EndFact[];
  readonly records: Readonly<Record<string, ClockRecord>>;
  readonly reviews: readonly ReviewFact[];
  /** Clocks of earlier episodes, frozen at their closure. */
  readonly pastClocks: readonly Clock[];
}

export function isOpen(state: CaseState): boolean {
  return state.stage.status !== 'closed';
}

export function isOwned(state: CaseState): state is CaseState & { readonly stage: Extract<Stage, { ownedSince: number }> } {
  return state.stage.status === 'contacting' || state.stage.status === 'following_up';
}

/** The pause in force, if any. */
export function currentPause(state: CaseState): Pause | null {
  return state.pauses.find((pause) => pause.endedAt === null) ?? null;
}

export function rulebookOf(state: CaseState): Rulebook {
  return state.rulebooks[state.rulebooks.length - 1]!;
}

/** Since when a red case has been red without a break, in epoch milliseconds. */
export function redSince({ bases }: CaseState): number {
  const lastOther = bases.findLastIndex(({ urgency }) => urgency !== 'red');
  return bases[lastOther + 1]?.from ?? bases[bases.length - 1]!.from;
}

/** Who answers for an open case: its owner, else the coordination of the municipio that has it, else the central team. Null once closed. */
export function responsibleParty(
  state: CaseState,
): { readonly kind: 'worker'; readonly id: string } | { readonly kind: 'team'; readonly municipio: Territory } | null {
  if (!isOpen(state)) return null;
  if (isOwned(state)) return { kind: 'worker', id: state.stage.owner };
  return { kind: 'team', municipio: state.stage.municipio ?? 'CENTRAL' };
}
