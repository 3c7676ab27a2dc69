/**
 * A case's events read once more beside its state, for whoever explains it: a state keeps what is needed to decide (a basis and when it began), not who began it and
 * why. Nothing here decides anything, and the workflow never needs it.
 */
import { numbered } from './derivation.ts';
import type { CaseEvent, EventOf, Opened, Revision } from './events.ts';
import { evolve, evolveOpened } from './evolve.ts';
import type { CaseState } from './state.ts';
import type { Territory } from '../sla/policy.ts';

/** Who had the case for a while: a municipio, and in it a social worker or nobody yet. */
export interface Holding {
  readonly municipio: Territory | null;
  readonly owner: string | null;
  readonly from: number;
  /** Null for who has it now. */
  readonly to: number | null;
  readonly began: CaseEvent;
}

/** One pause with the events around it; `ended` is null while it lasts. */
export interface PauseHistory {
  readonly began: EventOf<'paused'>;
  readonly ended: CaseEvent | null;
}

export interface CaseHistory {
  readonly state: CaseState;
  /** `events[act - 1]` is the one of that act. */
  readonly events: readonly CaseEvent[];
  /** What began each of `state.bases`, `state.pauses` and, in order, each holding of the current episode. */
  readonly bases: readonly CaseEvent[];
  readonly pauses: readonly PauseHistory[];
  readonly holdings: readonly Holding[];
}

/** Reads the revisions of a case from its first; null for none. An earlier episode is read by its revisions alone. */
export function readHistory(revisions: readonly Revision[]): CaseHistory | null {
  let read: Reading | null = null;
  for (const { revision, actor, events } of revisions) {
    for (const event of events) read = read === null ? begin(event as Opened) : next(read, event);
    if (read !== null) read = { ...read, state: numbered(read.state, revision, actor.kind) };
  }
  return read === null ? null : { ...read, events: revisions.flatMap(({ events }) => events) };
}

type Reading = Omit<CaseHistory, 'events'>;

function begin(event: Opened): Reading {
  const state = evolveOpened(event);
  return { state, bases: [event], pauses: [], holdings: [holding(state, event)] };
}

function next(before: Reading, event: CaseEvent): Reading {
  const state = evolve(before.state, event);
  if (event.type === 'reopened') return { state, bases: [event], pauses: [], holdings: [holding(state, event)] };
  const bases = state.bases.length > before.state.bases.length ? [...before.bases, event] : before.bases;
  return { state, bases, pauses: pausesAfter(before.pauses, event), holdings: holdingsAfter(before, state, event) };
}

function pausesAfter(pauses: readonly PauseHistory[], event: CaseEvent): readonly PauseHistory[] {
  if (event.type === 'paused') return [...pauses, { began: event, ended: null }];
  if (event.type !== 'resumed' && event.type !== 'closed') return pauses;
  return pauses.map((pause) => (pause.ended === null ? { ...pause, ended: event } : pause));
}

function holdingsAfter({ state: before, holdings }: Reading, state: CaseState, event: CaseEvent): readonly Holding[] {
  const same = state.stage.municipio === before.stage.municipio && state.stage.owner === before.stage.owner && state.stage.status !== 'closed';
  if (same) return holdings;
  const ended = holdings.map((one) => (one.to === null ? { ...one, to: event.at } : one));
  return state.stage.status === 'closed' ? ended : [...ended, holding(state, event)];
}

function holding({ stage }: CaseState, began: CaseEvent): Holding {
  return { municipio: stage.municipio, owner: stage.owner, from: began.at, to: null, began };
}
