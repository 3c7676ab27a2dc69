/** How an episode ends and the next begins, and how facts are added. */
import { allClocks } from './clocks.ts';
import type { EventOf } from './events.ts';
import type { Basis, CaseState, EndFact, MilestoneFact } from './state.ts';

/** Adds milestones of the event being applied. */
export function addMilestones(state: CaseState, at: number, facts: readonly (Omit<MilestoneFact, 'act' | 'at'> & { readonly at?: number })[]): CaseState {
  return { ...state, milestones: [...state.milestones, ...facts.map((fact) => ({ ...fact, at: fact.at ?? at, act: state.acts }))] };
}

/** Ends what runs under a clock's name (`ref` null) or one instance of it. */
export function addEnd(state: CaseState, at: number, clock: EndFact['clock'], ref: number | null): CaseState {
  return { ...state, ends: [...state.ends, { act: state.acts, clock, ref, at }] };
}

/** From now on the case is measured by something else. */
export function addBasis(state: CaseState, at: number, change: Partial<Omit<Basis, 'from'>>): CaseState {
  const last = state.bases[state.bases.length - 1]!;
  return { ...state, bases: [...state.bases, { ...last, ...change, from: at }] };
}

export function closeEpisode(state: CaseState, event: EventOf<'closed'>): CaseState {
  const lastOwner = state.stage.owner ?? event.actor.id;
  const closed: CaseState = {
    ...state,
    stage: { status: 'closed', municipio: state.stage.municipio, owner: null, outcome: event.outcome, closedAt: event.at, lastOwner },
    handover: null,
    dispute: null,
    closureProposal: null,
    callback: null,
    pauses: state.pauses.map((pause) => (pause.endedAt === null ? { ...pause, endedAt: event.at } : pause)),
  };
  return addMilestones(closed, event.at, [{ milestone: 'closed', ref: state.episode }]);
}

/** A new episode of the same case, awaiting claim where it was: new clocks; the old ones are frozen with their figures. */
export function reopenEpisode(state: CaseState, event: EventOf<'reopened'>): CaseState {
  const municipio = state.stage.municipio;
  const frozen = allClocks(state);
  const fresh: CaseState = {
    ...state,
    rulesVersion: event.rulesVersion,
    episode: event.episode,
    episodeOpenedAt: event.at,
    stage: municipio === null ? { status: 'awaiting_assignment', municipio, owner: null } : { status: 'awaiting_claim', municipio, owner: null },
    hop: municipio === null ? 0 : 1,
    provisional: false,
    reachedAt: null,
    reportAssessment: null,
    pauses: [],
    attempts: [],
    attemptsCountedFrom: event.at,
    unreachableDecision: null,
    decisions: 0,
    followUps: [],
    nightHandover: null,
    alerts: state.alerts.map((alert) => ({ ...alert, settledAt: alert.settledAt ?? event.at })),
    numbers: { ...state.numbers, review: 0 },
    rulebooks: [event.rulebook],
    bases: [{ from: event.at, urgency: state.urgency, primaryNeed: state.primaryNeed, municipio, rulebook: 0 }],
    milestones: [],
    ends: [],
    records: {},
    reviews: [],
    pastClocks: frozen,
  };
  const assigned = municipio === null ? [] : [{ milestone: 'assigned' as const, ref: 1 }];
  return addMilestones(fresh, event.at, [{ milestone: 'opened', ref: event.episode }, ...assigned]);
}
