/**
 * `evolve` applies one event. It holds no rules, never throws and never looks at a clock: the same for live events and for a rebuild from the log.
 * After each event the two things that depend on everything else are brought up to date: alerts whose promise is settled, and the review clock that
 * watches a case for which nothing else is pending.
 */
import { numbered } from './derivation.ts';
import { endReview, startReview, syncAlerts } from './evolve-derived.ts';
import * as contact from './evolve-contact.ts';
import * as ownership from './evolve-ownership.ts';
import * as timed from './evolve-timed.ts';
import type { CaseEvent, Opened, Revision } from './events.ts';
import { nightHandoverRecorded } from './night-handover.ts';
import type { CaseState } from './state.ts';
import { addMilestones, closeEpisode, reopenEpisode } from './evolve-episode.ts';

/** The state a case begins with. */
export function evolveOpened(event: Opened): CaseState {
  const blank = emptyState(event);
  return startReview(addMilestones(blank, event.at, [{ milestone: 'opened', ref: 1 }]), event);
}

/** The state after one more event. */
export function evolve(state: CaseState, event: CaseEvent): CaseState {
  const seen = { ...state, asOf: Math.max(state.asOf, seenAt(event)), acts: state.acts + 1 };
  return startReview(syncAlerts(endReview(apply(seen, event), event), event), event);
}

/** Applies what `append` stored as one revision. */
export function applyRevision(state: CaseState | null, revision: Revision): CaseState {
  const [first, ...rest] = revision.events;
  const start = state === null ? evolveOpened(first as Opened) : first === undefined ? state : evolve(state, first);
  const next = rest.reduce(evolve, start);
  return numbered(next, revision.revision, revision.actor.kind);
}

/** The state after all stored revisions, in order; null for none. */
export function fold(revisions: readonly Revision[]): CaseState | null {
  return revisions.reduce<CaseState | null>(applyRevision, null);
}

/** A backdated attempt happened before it was told: the case has seen the later instant. */
function seenAt(event: CaseEvent): number {
  return event.type === 'attemptLogged' ? event.recordedAt : event.at;
}

function apply(state: CaseState, event: CaseEvent): CaseState {
  switch (event.type) {
    case 'opened':
      return state;
    case 'assigned':
      return ownership.assigned(state, event);
    case 'claimed':
      return ownership.claimed(state, event);
    case 'released':
      return ownership.released(state, event);
    case 'handoverOffered':
      return ownership.handoverOffered(state, event);
    case 'handoverAccepted':
      return ownership.handoverAccepted(state, event);
    case 'handoverDeclined':
    case 'handoverWithdrawn':
      return ownership.handoverEnded(state, event);
    case 'competenceDisputed':
      return ownership.competenceDisputed(state, event);
    case 'competenceResolved':
      return ownership.competenceResolved(state, event);
    case 'urgencyChanged':
      return ownership.urgencyChanged(state, event);
    default:
      return applyContact(state, event);
  }
}

type OwnershipEvent =
  | 'opened'
  | 'assigned'
  | 'claimed'
  | 'released'
  | 'handoverOffered'
  | 'handoverAccepted'
  | 'handoverDeclined'
  | 'handoverWithdrawn'
  | 'competenceDisputed'
  | 'competenceResolved'
  | 'urgencyChanged';

function applyContact(state: CaseState, event: Exclude<CaseEvent, { type: OwnershipEvent }>): CaseState {
  switch (event.type) {
    case 'callbackAgreed':
      return contact.callbackAgreed(state, event);
    case 'attemptLogged':
      return contact.attemptLogged(state, event);
    case 'attemptCorrected':
      return contact.attemptCorrected(state, event);
    case 'unreachableDecided':
      return contact.unreachableDecided(state, event);
    case 'decisionRecorded':
      return addMilestones({ ...state, decisions: state.decisions + 1 }, event.at, [{ milestone: 'decided', ref: state.decisions + 1 }]);
    case 'followUpPlanned':
      return contact.followUpPlanned(state, event);
    case 'followUpCompleted':
      return contact.followUpCompleted(state, event);
    case 'followUpRescheduled':
      return contact.followUpRescheduled(state, event);
    case 'followUpCancelled':
      return contact.followUpCancelled(state, event);
    case 'paused':
      return { ...state, pauses: [...state.pauses, { reason: event.reason, from: event.at, until: event.until, endedAt: null, by: event.actor.id }] };
    case 'resumed':
      return { ...state, pauses: state.pauses.map((pause) => (pause.endedAt === null ? { ...pause, endedAt: event.at } : pause)) };
    default:
      return applyAside(state, event);
  }
}

type Aside = Extract<
  CaseEvent,
  {
    type:
      | 'callbackReminded'
      | 'clockWarned'
      | 'clockBreached'
      | 'alertRaised'
      | 'alertAcknowledged'
      | 'nightHandoverRecorded'
      | 'reportAssessmentRaised'
      | 'reportAssessmentDecided'
      | 'closureProposed'
      | 'closureApproved'
      | 'closed'
      | 'reopened'
      | 'rebased'
      | 'rulesRaised'
      | 'incidentRecorded';
  }
>;

function applyAside(state: CaseState, event: Aside): CaseState {
  switch (event.type) {
    case 'callbackReminded':
      return state.callback === null ? state : { ...state, callback: { ...state.callback, reminded: true } };
    case 'clockWarned':
    case 'clockBreached':
      return timed.recorded(state, event);
    case 'alertRaised':
      return timed.alertRaised(state, event);
    case 'alertAcknowledged':
      return timed.alertAcknowledged(state, event);
    case 'nightHandoverRecorded':
      return nightHandoverRecorded(state, event);
    case 'reportAssessmentRaised':
      return timed.reportAssessmentRaised(state, event);
    case 'reportAssessmentDecided':
      return addMilestones({ ...state, reportAssessment: null }, event.at, [{ milestone: 'reportDecided', ref: event.assessment }]);
    case 'closureProposed':
      return { ...state, closureProposal: { outcome: event.outcome, by: event.actor.id, at: event.at } };
    case 'closureApproved':
      return { ...state, closureProposal: null };
    case 'closed':
      return closeEpisode(state, event);
    case 'reopened':
      return reopenEpisode(state, event);
    case 'rebased':
      return ownership.rebased(state, event);
    case 'rulesRaised':
      return { ...state, rulesVersion: event.to };
    case 'incidentRecorded':
      return state;
  }
}

/** What every case begins without. */
const NOTHING_YET = {
  competenceAtOpening: null,
  provisional: false,
  hop: 0,
  reachedAt: null,
  handover: null,
  dispute: null,
  closureProposal: null,
  callback: null,
  reportAssessment: null,
  pauses: [],
  attempts: [],
  unreachableDecision: null,
  decisions: 0,
  followUps: [],
  alerts: [],
  nightHandover: null,
  numbers: { handover: 0, dispute: 0, callback: 0, assessment: 0, review: 0 },
  milestones: [],
  ends: [],
  records: {},
  reviews: [],
  pastClocks: [],
} as const satisfies Partial<CaseState>;

function emptyState(event: Opened): CaseState {
  return {
    ...NOTHING_YET,
    rulesVersion: event.rulesVersion,
    caseId: event.caseId,
    household: event.household,
    linkedTo: event.linkedTo,
    openedAt: event.at,
    openedBy: event.actor.id,
    episode: 1,
    episodeOpenedAt: event.at,
    revision: 0,
    humanRevision: 0,
    asOf: event.at,
    acts: 1,
    stage: { status: 'awaiting_assignment', municipio: null, owner: null },
    urgency: event.urgency,
    primaryNeed: event.primaryNeed,
    otherNeeds: event.otherNeeds,
    redFlags: event.redFlags,
    circumstances: event.circumstances,
    attemptsCountedFrom: event.at,
    rulebooks: [event.rulebook],
    bases: [{ from: event.at, urgency: event.urgency, primaryNeed: event.primaryNeed, municipio: null, rulebook: 0 }],
  };
}
