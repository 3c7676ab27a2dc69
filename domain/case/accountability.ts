/**
 * Where a family's waiting went: the time from the opening of an episode until the family was spoken with (else until it was closed, else until now), split by who had
 * the case and by what the time was spent on. It measures the service, not people. The contract:
 * 1. The whole is cut wherever the case changes hands (municipio or owner) or is measured by something else (urgency, rulebook). Each piece has one calendar.
 * 2. Each millisecond of a piece is of exactly one kind; the kinds of a hop add up to the hop, and the hops to the whole. Where several apply, the first of these:
 *    `closed`      the promise to reach the family does not count that time (closing hours, holidays); never while a red case is promised round the clock;
 *    `family`      waiting for the family: a pause, or until an agreed callback window begins;
 *    `unreachable` after an attempt without contact, until the next attempt is made or the promise of it is due, whichever comes first: until then nobody is late.
 *                  It also ends with a decision about the unreachable family: from then on there is something to do;
 *    `office`      everything else: the municipio's own time.
 * 3. A hop is a municipio with one owner or none. While a handover is offered the sender has the duty, and the time.
 */
import { workingTime } from '../sla/business-time.ts';
import { WALL_CLOCK, type CalendarSnapshot, type Interval } from '../sla/calendar-snapshot.ts';
import type { Territory } from '../sla/policy.ts';
import { basisTarget, calendarOfBasis, deriveClocks } from './clocks.ts';
import { isContact, wasMade } from './codes.ts';
import type { CaseEvent } from './events.ts';
import type { CaseHistory, Holding } from './history.ts';
import type { Basis, CaseState } from './state.ts';

export const WAITING_KINDS = ['office', 'unreachable', 'family', 'closed'] as const;
export type WaitingKind = (typeof WAITING_KINDS)[number];

/** Milliseconds of each kind. */
export type WaitingSplit = Readonly<Record<WaitingKind, number>>;

export interface WaitingHop extends Interval {
  readonly municipio: Territory | null;
  readonly owner: string | null;
  /** The event the hop began with. */
  readonly began: CaseEvent['type'];
  readonly ms: number;
  readonly split: WaitingSplit;
}

export interface Accountability extends Interval {
  readonly episode: number;
  /** The waiting ended with the family spoken with, with the closure, or goes on. */
  readonly end: 'reached' | 'closed' | 'waiting';
  readonly ms: number;
  readonly split: WaitingSplit;
  readonly hops: readonly WaitingHop[];
  /** On which wall clock its instants are told: that of who has the case last. */
  readonly calendar: CalendarSnapshot;
}

const NOTHING: WaitingSplit = { office: 0, unreachable: 0, family: 0, closed: 0 };

/** Splits the waiting of the current episode, up to `asOf` where it goes on. */
export function accountFor(history: CaseHistory, asOf: number): Accountability {
  const { state } = history;
  const from = state.episodeOpenedAt;
  const { end, at } = endOfWaiting(state, asOf);
  const to = Math.max(from, at);
  const asides: Asides = { family: clip(familyTime(state, to), from, to), unreachable: clip(unreachableTime(history, to), from, to) };
  const hops = history.holdings.flatMap((holding) => hopOf(state, holding, from, to, asides));
  const calendar = calendarOfBasis(state, state.bases[state.bases.length - 1]!);
  return { episode: state.episode, from, to, end, ms: to - from, split: hops.reduce((sum, hop) => add(sum, hop.split), NOTHING), hops, calendar };
}

function endOfWaiting(state: CaseState, asOf: number): { readonly end: Accountability['end']; readonly at: number } {
  if (state.reachedAt !== null) return { end: 'reached', at: state.reachedAt };
  return state.stage.status === 'closed' ? { end: 'closed', at: state.stage.closedAt } : { end: 'waiting', at: asOf };
}

interface Asides {
  readonly family: readonly Interval[];
  readonly unreachable: readonly Interval[];
}

function hopOf(state: CaseState, holding: Holding, from: number, to: number, asides: Asides): WaitingHop[] {
  const begins = Math.max(from, holding.from);
  const ends = Math.min(to, holding.to ?? to);
  if (ends <= begins) return [];
  const split = state.bases.reduce((sum, basis, index) => {
    const first = Math.max(begins, basis.from);
    const last = Math.min(ends, state.bases[index + 1]?.from ?? ends);
    return last > first ? add(sum, splitOf(promiseCalendar(state, basis), first, last, asides)) : sum;
  }, NOTHING);
  return [{ from: begins, to: ends, municipio: holding.municipio, owner: holding.owner, began: holding.began.type, ms: ends - begins, split }];
}

/** Open time, then without the family's, then without the unreachable: each kind is a difference, so that together they are the whole. */
function splitOf(calendar: CalendarSnapshot, from: number, to: number, { family, unreachable }: Asides): WaitingSplit {
  const open = workingTime(calendar, from, to);
  const withoutFamily = workingTime(calendar, from, to, family);
  const office = workingTime(calendar, from, to, [...family, ...unreachable]);
  return { office, unreachable: withoutFamily - office, family: open - withoutFamily, closed: to - from - open };
}

/** The calendar on which the promise to reach the family counts. */
function promiseCalendar(state: CaseState, basis: Basis): CalendarSnapshot {
  return basisTarget(state, 'firstContact', basis)?.budget.unit === 'wall' ? WALL_CLOCK : calendarOfBasis(state, basis);
}

/** Pauses, and the time until an agreed window begins (or another agreement replaces it). */
function familyTime(state: CaseState, until: number): Interval[] {
  const pauses = state.pauses.map((pause) => ({ from: pause.from, to: pause.endedAt ?? until }));
  const agreed = state.milestones.filter(({ milestone }) => milestone === 'callbackAgreed');
  return [...pauses, ...agreed.map((fact, index) => ({ from: fact.at, to: Math.min(fact.notBefore ?? fact.at, agreed[index + 1]?.at ?? until) }))];
}

function unreachableTime({ state, events }: CaseHistory, until: number): Interval[] {
  const decisions = events.filter(({ type }) => type === 'unreachableDecided').map(({ at }) => at);
  const made = state.attempts.filter(wasMade);
  const promises = deriveClocks(state).filter(({ clock }) => clock.name === 'nextAttempt');
  return made
    .filter(({ outcome }) => !isContact(outcome))
    .map(({ attempt, occurredAt }) => {
      const due = promises.find(({ clock }) => clock.ref === attempt)?.clock.dueAt ?? occurredAt;
      const ends = [...made.map((attempt) => attempt.occurredAt).filter((at) => at > occurredAt), ...decisions.filter((at) => at >= occurredAt), due, until];
      return { from: occurredAt, to: Math.min(...ends) };
    });
}

function clip(intervals: readonly Interval[], from: number, to: number): Interval[] {
  return intervals.map((one) => ({ from: Math.max(from, one.from), to: Math.min(to, one.to) })).filter((one) => one.to > one.from);
}

function add(a: WaitingSplit, b: WaitingSplit): WaitingSplit {
  return { office: a.office + b.office, unreachable: a.unreachable + b.unreachable, family: a.family + b.family, closed: a.closed + b.closed };
}
