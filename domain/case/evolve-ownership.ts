/** Events about who has the case and by what it is measured. */
import type { Territory } from '../sla/policy.ts';
import type { EventOf } from './events.ts';
import { addBasis, addEnd, addMilestones } from './evolve-episode.ts';
import { isOwned, type CaseState } from './state.ts';

export function assigned(state: CaseState, event: EventOf<'assigned'>): CaseState {
  const frozen = state.competenceAtOpening ?? { municipio: event.municipio, reason: event.reason };
  return hopTo({ ...state, competenceAtOpening: frozen, provisional: event.provisional }, event.at, event.municipio);
}

export function claimed(state: CaseState, event: EventOf<'claimed'>): CaseState {
  const owned = takenBy(state, event.owner, event.at, state.reachedAt === null ? 'contacting' : 'following_up');
  return addMilestones(owned, event.at, [{ milestone: 'claimed', ref: state.hop }]);
}

/** Nobody has the case again: a new claim clock starts (the family's clocks run on). */
export function released(state: CaseState, event: EventOf<'released'>): CaseState {
  const municipio = state.stage.municipio ?? 'CENTRAL';
  const queued: CaseState = { ...state, stage: { status: 'awaiting_claim', municipio, owner: null }, closureProposal: null };
  return addMilestones(queued, event.at, [{ milestone: 'assigned', ref: state.hop }]);
}

export function handoverOffered(state: CaseState, event: EventOf<'handoverOffered'>): CaseState {
  const offered: CaseState = {
    ...state,
    handover: { handover: event.handover, to: event.to, since: event.at, by: event.actor.id },
    numbers: { ...state.numbers, handover: event.handover },
  };
  // The receiving side answers in its own hours.
  const receiver = 'municipio' in event.to ? { territory: event.to.municipio } : {};
  return addMilestones(offered, event.at, [{ milestone: 'handedOver', ref: event.handover, ...receiver }]);
}

export function handoverAccepted(state: CaseState, event: EventOf<'handoverAccepted'>): CaseState {
  const accepted = addMilestones({ ...state, handover: null }, event.at, [{ milestone: 'accepted', ref: event.handover }]);
  if ('municipio' in event.to) return hopTo({ ...accepted, provisional: false }, event.at, event.to.municipio);
  return isOwned(accepted) ? takenBy(accepted, event.to.worker, event.at, accepted.stage.status) : accepted;
}

export function handoverEnded(state: CaseState, event: EventOf<'handoverDeclined'> | EventOf<'handoverWithdrawn'>): CaseState {
  return addEnd({ ...state, handover: null }, event.at, 'handover', event.handover);
}

export function competenceDisputed(state: CaseState, event: EventOf<'competenceDisputed'>): CaseState {
  const disputed: CaseState = {
    ...state,
    provisional: true,
    dispute: { dispute: event.dispute, proposed: event.proposed, since: event.at },
    numbers: { ...state.numbers, dispute: event.dispute },
  };
  return addMilestones(disputed, event.at, [{ milestone: 'disputed', ref: event.dispute }]);
}

export function competenceResolved(state: CaseState, event: EventOf<'competenceResolved'>): CaseState {
  const resolved = addMilestones({ ...state, dispute: null, provisional: false }, event.at, [{ milestone: 'competenceResolved', ref: event.dispute }]);
  return event.municipio === state.stage.municipio ? resolved : hopTo(resolved, event.at, event.municipio);
}

export function urgencyChanged(state: CaseState, event: EventOf<'urgencyChanged'>): CaseState {
  const redFlags = [...new Set([...state.redFlags, ...event.redFlags])];
  return addBasis({ ...state, urgency: event.to, redFlags, closureProposal: null }, event.at, { urgency: event.to });
}

export function rebased(state: CaseState, event: EventOf<'rebased'>): CaseState {
  const rulebooks = [...state.rulebooks, event.rulebook];
  return addBasis({ ...state, rulebooks }, event.at, { rulebook: rulebooks.length - 1 });
}

/** The case waits to be claimed by a municipio: a new hop, with a full claim clock and that municipio's calendar. */
function hopTo(state: CaseState, at: number, municipio: Territory): CaseState {
  const hop = state.hop + 1;
  const moved: CaseState = { ...state, stage: { status: 'awaiting_claim', municipio, owner: null }, hop, closureProposal: null };
  return addMilestones(addBasis(moved, at, { municipio }), at, [{ milestone: 'assigned', ref: hop }]);
}

/** A new owner also inherits the steps still planned. */
function takenBy(state: CaseState, owner: string, at: number, status: 'contacting' | 'following_up'): CaseState {
  return {
    ...state,
    stage: { status, municipio: state.stage.municipio ?? 'CENTRAL', owner, ownedSince: at },
    followUps: state.followUps.map((step) => (step.status === 'planned' ? { ...step, owner } : step)),
  };
}
