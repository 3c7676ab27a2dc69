/**
 * What would become of a case's promises if something were otherwise: the same rules as ever, on a copy of the state that is then thrown away. Nothing is decided and
 * nothing recorded. A supposition the rules would refuse is refused here too, with the same reason: that is the answer.
 */
import type { Audience, Territory, Urgency } from '../sla/policy.ts';
import { deriveClocks, type Clock } from './clocks.ts';
import { eventActor, type Actor, type Command } from './commands.ts';
import { decide } from './decide.ts';
import type { CaseEvent } from './events.ts';
import { evolve } from './evolve.ts';
import type { Rejection } from './rejection.ts';
import { refuse } from './rules.ts';
import { currentPause, isOpen, isOwned, type CaseState } from './state.ts';
import { elapse } from './tick.ts';

/** Several at once are supposed in this order. */
export interface Supposition {
  readonly urgency?: Urgency;
  /** Moved there and waiting to be claimed. */
  readonly municipio?: Territory;
  /** Waiting for the family until then. */
  readonly waitingUntil?: number;
}

/** One promise as it stands and as it would; null where it does not exist. */
export interface SupposedClock {
  readonly id: string;
  readonly before: Clock | null;
  readonly after: Clock | null;
  /** Later when positive; null where one of the two has no due instant. */
  readonly movedByMs: number | null;
}

export interface SupposedAlert {
  readonly clock: string;
  readonly audience: readonly Audience[];
}

export interface Supposed {
  /** Promises that run now or would run. */
  readonly clocks: readonly SupposedClock[];
  /** Who would be told at once. */
  readonly alerts: readonly SupposedAlert[];
}

/** The promises of a case at an instant, as they are and as they would be. */
export function whatIf(state: CaseState, supposition: Supposition, actor: Actor, at: number): Supposed | Rejection {
  const now = Math.max(at, state.asOf);
  const before = elapse(state, now).state;
  let after: { readonly state: CaseState; readonly events: readonly CaseEvent[] } = { state: before, events: [] };
  for (const step of stepsOf(supposition)) {
    const taken = step(after.state, actor, now);
    if ('code' in taken) return taken;
    after = { state: taken.state, events: [...after.events, ...taken.events] };
  }
  const alerts = after.events.flatMap((event) => (event.type === 'alertRaised' ? [{ clock: event.clock, audience: event.audience }] : []));
  return { clocks: compare(before, after.state), alerts };
}

type Taken = { readonly state: CaseState; readonly events: readonly CaseEvent[] } | Rejection;
type Step = (state: CaseState, actor: Actor, at: number) => Taken;

function stepsOf({ urgency, municipio, waitingUntil }: Supposition): readonly Step[] {
  const steps: Step[] = [];
  if (urgency !== undefined) steps.push((...on) => given({ type: 'changeUrgency', urgency, reason: 'new_information' }, ...on));
  if (municipio !== undefined) steps.push((...on) => moved(municipio, ...on));
  if (waitingUntil !== undefined) steps.push((...on) => given({ type: 'pause', reason: 'WAITING_FAMILY', until: waitingUntil }, ...on));
  return steps;
}

function given(command: Command, state: CaseState, actor: Actor, at: number): Taken {
  const decision = decide(state, { command, actor }, at);
  return decision.ok ? decision : decision.rejection;
}

/** As if a transfer had been offered and accepted; who may do that is not asked, because nobody does it. */
function moved(municipio: Territory, state: CaseState, actor: Actor, at: number): Taken {
  if (!isOpen(state)) return refuse(state, 'transfer', 'command_not_allowed', { status: state.stage.status });
  if (!isOwned(state)) return given({ type: 'assign', municipio, reason: 'competence_decided' }, state, actor, at);
  if (state.stage.municipio === municipio) return refuse(state, 'transfer', 'municipio_is_same', { municipio });
  const base = { at, actor: eventActor(actor) };
  const withdrawn: CaseEvent[] = state.handover === null ? [] : [{ ...base, type: 'handoverWithdrawn', handover: state.handover.handover }];
  const pauseEnds: CaseEvent[] = currentPause(state) === null ? [] : [{ ...base, type: 'resumed', cause: 'handed_over', detectedAt: at }];
  const events: CaseEvent[] = [...withdrawn, ...pauseEnds, { ...base, type: 'handoverAccepted', handover: state.numbers.handover + 1, to: { municipio } }];
  const elapsed = elapse(events.reduce(evolve, state), at);
  return { state: elapsed.state, events: [...events, ...elapsed.events] };
}

function compare(before: CaseState, after: CaseState): SupposedClock[] {
  const [was, is] = [clocksOf(before), clocksOf(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((id) => ({ id, before: was.get(id) ?? null, after: is.get(id) ?? null }))
    .filter((pair) => pair.before?.status === 'running' || pair.after?.status === 'running')
    .map((pair) => ({ ...pair, movedByMs: distance(pair.before?.dueAt ?? null, pair.after?.dueAt ?? null) }));
}

function distance(from: number | null, to: number | null): number | null {
  return from === null || to === null ? null : to - from;
}

function clocksOf(state: CaseState): ReadonlyMap<string, Clock> {
  return new Map(deriveClocks(state).map(({ clock }) => [clock.id, clock]));
}
