/** What Postgres shows of a case: one row, one row a clock, and the answer to a command. Folding the events gives exactly these. */
import { allClocks, deriveClocks, type Clock } from './clocks.ts';
import { nextDeadline } from './deadlines.ts';
import { currentPause, isOpen, responsibleParty, type CaseState, type CaseStatus } from './state.ts';
import type { ClockName, Party, Territory, Urgency } from '../sla/policy.ts';
import { wasMade, type Circumstance, type ClosureOutcome, type NeedCategory, type RedFlag } from './codes.ts';
import { attemptsExhausted } from './attempts.ts';

export interface CaseRow {
  readonly caseId: string;
  readonly episode: number;
  readonly revision: number;
  /** Revision of the last human change: the ETag. */
  readonly humanRevision: number;
  readonly status: CaseStatus;
  readonly urgency: Urgency;
  readonly primaryNeed: NeedCategory;
  readonly otherNeeds: readonly NeedCategory[];
  readonly redFlags: readonly RedFlag[];
  readonly circumstances: readonly Circumstance[];
  readonly household: string;
  readonly linkedTo: string | null;
  readonly municipio: Territory | null;
  readonly competenceAtOpening: Territory | null;
  readonly provisional: boolean;
  readonly disputed: boolean;
  readonly hop: number;
  readonly owner: string | null;
  /** Who answers for it: a worker's id, or `team:<municipio>`; null once closed. */
  readonly responsible: string | null;
  readonly handoverTo: string | null;
  readonly pausedUntil: number | null;
  readonly attempts: number;
  readonly attemptsExhausted: boolean;
  readonly openAlerts: number;
  /** An alert tells the central team and is not settled: they may look at the case. */
  readonly centralAlerted: boolean;
  /** When it was last handed over for a night. */
  readonly nightHandoverAt: number | null;
  readonly closureProposedBy: string | null;
  readonly outcome: ClosureOutcome | null;
  readonly openedBy: string;
  readonly openedAt: number;
  readonly episodeOpenedAt: number;
  readonly reachedAt: number | null;
  readonly closedAt: number | null;
  /** When something will happen by itself; null once closed. */
  readonly nextDeadline: number | null;
  /** The earliest promise still to be kept, past or to come: what a queue is sorted by. */
  readonly nearestDueAt: number | null;
  /** When it must be claimed; null unless it waits for that. */
  readonly claimDueAt: number | null;
  readonly policy: string;
}

export interface ClockRow {
  readonly caseId: string;
  readonly episode: number;
  readonly clockId: string;
  readonly name: ClockName;
  readonly ordinal: number;
  readonly ref: number;
  readonly party: Party;
  readonly status: Clock['status'];
  readonly startedAt: number;
  readonly stoppedAt: number | null;
  readonly dueAt: number | null;
  readonly paused: boolean;
  readonly breachedDueAt: number | null;
  readonly breachDetectedAt: number | null;
  /** With whom the case was when the promise was broken, and how urgent it was. */
  readonly breachedMunicipio: Territory | null;
  readonly breachedUrgency: Urgency | null;
  readonly recordedLate: boolean;
  readonly warnings: number;
}

/** What the caller of a command reads: its own write. */
export interface CommandAnswer {
  readonly revision: number;
  readonly etag: number;
  readonly status: CaseStatus;
  readonly clocks: readonly Clock[];
}

export interface Projection {
  readonly row: CaseRow;
  readonly clocks: readonly ClockRow[];
}

export interface ClockChanges {
  readonly changed: readonly ClockRow[];
  readonly removed: readonly { readonly episode: number; readonly clockId: string }[];
}

export function project(state: CaseState): Projection {
  const clocks = allClocks(state);
  return { row: caseRow(state, clocks), clocks: clocks.map((clock) => clockRow(state.caseId, clock)) };
}

export function answerOf(state: CaseState): CommandAnswer {
  return {
    revision: state.revision,
    etag: state.humanRevision,
    status: state.stage.status,
    clocks: deriveClocks(state).flatMap(({ clock }) => (isPassing(clock) ? [] : [clock])),
  };
}

/** Alerts and reviews add up over the months of a case nobody closes; an answer stays small without those that were answered, or breached already. */
function isPassing(clock: Clock): boolean {
  return (clock.name === 'acknowledgement' || clock.name === 'review') && (clock.status !== 'running' || clock.breach !== null);
}

/** The clock rows that differ between two projections of one case, so that `append` writes no more than those. */
export function clockChanges(before: Projection | null, after: Projection): ClockChanges {
  const old = new Map((before?.clocks ?? []).map((row) => [`${row.episode}:${row.clockId}`, JSON.stringify(row)]));
  const changed = after.clocks.filter((row) => old.get(`${row.episode}:${row.clockId}`) !== JSON.stringify(row));
  const kept = new Set(after.clocks.map((row) => `${row.episode}:${row.clockId}`));
  const removed = (before?.clocks ?? []).filter((row) => !kept.has(`${row.episode}:${row.clockId}`)).map(({ episode, clockId }) => ({ episode, clockId }));
  return { changed, removed };
}

function caseRow(state: CaseState, clocks: readonly Clock[]): CaseRow {
  const { stage } = state;
  const responsible = responsibleParty(state);
  const policy = state.rulebooks[state.rulebooks.length - 1]!.policy;
  return {
    caseId: state.caseId,
    episode: state.episode,
    revision: state.revision,
    humanRevision: state.humanRevision,
    status: stage.status,
    urgency: state.urgency,
    primaryNeed: state.primaryNeed,
    otherNeeds: state.otherNeeds,
    redFlags: state.redFlags,
    circumstances: state.circumstances,
    household: state.household,
    linkedTo: state.linkedTo,
    municipio: stage.municipio,
    competenceAtOpening: state.competenceAtOpening?.municipio ?? null,
    provisional: state.provisional,
    disputed: state.dispute !== null,
    hop: state.hop,
    owner: stage.owner,
    responsible: responsible === null ? null : responsible.kind === 'worker' ? responsible.id : `team:${responsible.municipio}`,
    handoverTo: state.handover === null ? null : 'worker' in state.handover.to ? state.handover.to.worker : `team:${state.handover.to.municipio}`,
    pausedUntil: currentPause(state)?.until ?? null,
    attempts: state.attempts.filter(wasMade).length,
    attemptsExhausted: isOpen(state) && attemptsExhausted(state),
    ...oversight(state),
    closureProposedBy: state.closureProposal?.by ?? null,
    outcome: stage.status === 'closed' ? stage.outcome : null,
    openedBy: state.openedBy,
    ...instantsOf(state, clocks),
    policy: `${policy.id}@${policy.version}`,
  };
}

function oversight({ alerts, nightHandover }: CaseState): Pick<CaseRow, 'openAlerts' | 'centralAlerted' | 'nightHandoverAt'> {
  const unsettled = alerts.filter(({ settledAt }) => settledAt === null);
  return {
    openAlerts: unsettled.filter(({ acknowledgedAt }) => acknowledgedAt === null).length,
    centralAlerted: unsettled.some(({ audience }) => audience.includes('centralCoordinator')),
    nightHandoverAt: nightHandover?.at ?? null,
  };
}

type Instants = 'openedAt' | 'episodeOpenedAt' | 'reachedAt' | 'closedAt' | 'nextDeadline' | 'nearestDueAt' | 'claimDueAt';

function instantsOf(state: CaseState, clocks: readonly Clock[]): Pick<CaseRow, Instants> {
  return {
    openedAt: state.openedAt,
    episodeOpenedAt: state.episodeOpenedAt,
    reachedAt: state.reachedAt,
    closedAt: state.stage.status === 'closed' ? state.stage.closedAt : null,
    nextDeadline: nextDeadline(state) ?? null,
    nearestDueAt: nearestDue(clocks),
    claimDueAt: nearestDue(clocks.filter((clock) => clock.name === 'claim')),
  };
}

function nearestDue(clocks: readonly Clock[]): number | null {
  const dues = clocks.flatMap((clock) => (clock.status === 'running' && clock.dueAt !== null ? [clock.dueAt] : []));
  return dues.length === 0 ? null : Math.min(...dues);
}

function clockRow(caseId: string, clock: Clock): ClockRow {
  return {
    caseId,
    episode: clock.episode,
    clockId: clock.id,
    name: clock.name,
    ordinal: clock.ordinal,
    ref: clock.ref,
    party: clock.party,
    status: clock.status,
    startedAt: clock.startedAt,
    stoppedAt: clock.stoppedAt,
    dueAt: clock.dueAt,
    paused: clock.paused,
    breachedDueAt: clock.breach?.dueAt ?? null,
    breachDetectedAt: clock.breach?.detectedAt ?? null,
    breachedMunicipio: clock.breach?.municipio ?? null,
    breachedUrgency: clock.breach?.urgency ?? null,
    recordedLate: clock.breach?.recordedLate ?? false,
    warnings: clock.warned.length,
  };
}
