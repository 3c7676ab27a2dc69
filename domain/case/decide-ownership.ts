/** Rules about who has the case: assignment, claim, handover, competence. */
import type { CaseEvent } from './events.ts';
import type { Rejection } from './rejection.ts';
import { answersFor, refuse, type Context } from './rules.ts';
import { currentPause, type CaseState } from './state.ts';

type Outcome = readonly CaseEvent[] | Rejection;

export function assign({ state, command, base }: Context<'assign'>): Outcome {
  if (state.stage.municipio === command.municipio) return refuse(state, 'assign', 'already_at_municipio', { municipio: command.municipio });
  return [{ ...base, type: 'assigned', municipio: command.municipio, reason: command.reason, provisional: command.reason === 'provisional_acceptance' }];
}

export function claim({ base, actor }: Context<'claim'>): Outcome {
  return [{ ...base, type: 'claimed', owner: actor.id }];
}

export function assignTo({ base, command }: Context<'assignTo'>): Outcome {
  return [{ ...base, type: 'claimed', owner: command.worker }];
}

export function release({ state, command, actor, base }: Context<'release'>): Outcome {
  if (!answersFor(state, actor)) return refuse(state, 'release', 'not_the_owner');
  return [...endPause(state, base), { ...base, type: 'released', owner: state.stage.owner ?? '', reason: command.reason }];
}

/** Reassigning to a colleague or transferring to a municipio: state, owner and duty stay until it is accepted. */
export function offerHandover({ state, command, actor, base }: Context<'reassign'> | Context<'transfer'>): Outcome {
  if (!answersFor(state, actor)) return refuse(state, command.type, 'not_the_owner');
  if (command.type === 'reassign' && command.worker === state.stage.owner) return refuse(state, command.type, 'already_owner', { worker: command.worker });
  if (command.type === 'transfer' && command.municipio === state.stage.municipio)
    return refuse(state, command.type, 'municipio_is_same', { municipio: command.municipio });
  const to = command.type === 'reassign' ? { worker: command.worker } : { municipio: command.municipio };
  return [{ ...base, type: 'handoverOffered', handover: state.numbers.handover + 1, to, reason: command.reason }];
}

export function acceptHandover(context: Context<'acceptHandover'>): Outcome {
  const { state, base } = context;
  const handover = state.handover!;
  if (!isReceiver(context)) return refuse(state, 'acceptHandover', 'not_the_receiver');
  const pauseEnds = 'municipio' in handover.to ? endPause(state, base) : [];
  return [...pauseEnds, { ...base, type: 'handoverAccepted', handover: handover.handover, to: handover.to }];
}

export function declineHandover(context: Context<'declineHandover'>): Outcome {
  if (!isReceiver(context)) return refuse(context.state, 'declineHandover', 'not_the_receiver');
  return [{ ...context.base, type: 'handoverDeclined', handover: context.state.handover!.handover, reason: context.command.reason }];
}

export function withdrawHandover({ state, actor, base }: Context<'withdrawHandover'>): Outcome {
  if (state.handover!.by !== actor.id && !answersFor(state, actor)) return refuse(state, 'withdrawHandover', 'not_the_sender');
  return [{ ...base, type: 'handoverWithdrawn', handover: state.handover!.handover }];
}

export function disputeCompetence({ state, command, base }: Context<'disputeCompetence'>): Outcome {
  if (command.proposed !== undefined && command.proposed === state.stage.municipio) {
    return refuse(state, 'disputeCompetence', 'municipio_is_same', { municipio: command.proposed });
  }
  return [{ ...base, type: 'competenceDisputed', dispute: state.numbers.dispute + 1, reason: command.reason, proposed: command.proposed ?? null }];
}

/** The central coordinator decides; another municipio than the one that has the case means a new hop. */
export function resolveCompetence({ state, command, base }: Context<'resolveCompetence'>): Outcome {
  const moves = command.municipio !== state.stage.municipio;
  const withdrawn: CaseEvent[] = moves && state.handover !== null ? [{ ...base, type: 'handoverWithdrawn', handover: state.handover.handover }] : [];
  const pauseEnds = moves ? endPause(state, base) : [];
  return [
    ...withdrawn,
    ...pauseEnds,
    { ...base, type: 'competenceResolved', dispute: state.dispute!.dispute, municipio: command.municipio, reason: command.reason },
  ];
}

/** A case that changes hands among municipi, or has none, cannot go on waiting for the family. */
function endPause(state: CaseState, base: Context<'release'>['base']): CaseEvent[] {
  return currentPause(state) === null ? [] : [{ ...base, type: 'resumed', cause: 'handed_over', detectedAt: base.at }];
}

function isReceiver({ state, actor }: Context<'acceptHandover'> | Context<'declineHandover'>): boolean {
  const to = state.handover!.to;
  return 'worker' in to ? to.worker === actor.id : actor.municipi.includes(to.municipio);
}
