/**
 * Every clock of a case, derived from its facts. Nothing here is stored: milestones, pauses and bases go in, clocks come out.
 * 1. Each start milestone of a clock's definition makes an instance (`once`: only the first of the episode), numbered in the order recorded.
 * 2. Its stop is the earliest later stop milestone (`perItem`: about the same thing). Starts, stops and due instants are business instants: a backdated
 *    attempt stops a clock when it happened, not when it was typed.
 * 3. An instance stopped by the very act that started it never was a promise (a call that reached the family owes no next attempt), nor was one started by a
 *    call that turned out not to have been made. What was recorded of it stays.
 * 4. A new start of a repeating clock, an end fact or the closure ends what still runs.
 * 5. Where the policy in force never promised anything (no resolution time, no supervisor for a green case) there is no clock; it starts with the promise.
 * 6. A promise that lapses and is made again goes on where it was, or (`perPromise`) is a new one: a case that turns red a second time is seen a second time.
 */
import { CENTRAL } from '../access/scope.ts';
import type { ClockDefinition, ClockName, Party, Target, Territory } from '../sla/policy.ts';
import { clockDueAt, targetAt, type ClockCourse, type CourseSegment } from '../sla/clock.ts';
import { WALL_CLOCK, type CalendarSnapshot } from '../sla/calendar-snapshot.ts';
import { derivedOnce } from './derivation.ts';
import type { Basis, BreachRecord, CaseState, EndFact, MilestoneFact } from './state.ts';

export interface Clock {
  /** `<name>-<ordinal>`, unique within an episode. */
  readonly id: string;
  readonly name: ClockName;
  readonly ordinal: number;
  readonly episode: number;
  readonly party: Party;
  /** What the instance is about: attempt, step, alert, handover... */
  readonly ref: number;
  readonly status: 'running' | 'met' | 'ended';
  readonly startedAt: number;
  readonly stoppedAt: number | null;
  /** Null when the policy promises nothing for this clock. */
  readonly dueAt: number | null;
  readonly paused: boolean;
  readonly breach: (BreachRecord & { readonly recordedLate: boolean }) | null;
  readonly warned: readonly number[];
}

/** A clock together with what is needed to compute on it. */
export interface DerivedClock {
  readonly clock: Clock;
  readonly course: ClockCourse;
  readonly target: Target | null;
  /** What each span of the course was measured by. */
  readonly bases: readonly Basis[];
  /** The acts it started and ended with (`MilestoneFact.act`); null where it was time, or a change of what the case is measured by. */
  readonly acts: { readonly start: number | null; readonly end: number | null };
}

/** All clocks of the current episode, in the order of the policy. */
export const deriveClocks = derivedOnce((state): readonly DerivedClock[] => {
  const policy = state.rulebooks[state.rulebooks.length - 1]!.policy;
  return policy.clocks.flatMap((definition) => (definition.name === 'review' ? deriveReviews(state, definition) : deriveInstances(state, definition)));
});

/** The clocks of every episode, as they are to be shown and projected. */
export function allClocks(state: CaseState): readonly Clock[] {
  return [...state.pastClocks, ...deriveClocks(state).map(({ clock }) => clock)];
}

function deriveInstances(state: CaseState, definition: ClockDefinition): DerivedClock[] {
  const starts = startsOf(state, definition);
  const instances: DerivedClock[] = [];
  for (const [index, start] of starts.entries()) {
    const nextStart = definition.instances === 'perItem' ? undefined : starts.slice(index + 1).find(happened);
    const stop = findStop(state, definition, start);
    const neverPromised = stop?.act === start.act || start.withdrawn !== undefined;
    if (neverPromised && state.records[clockId(definition.name, index + 1)] === undefined) continue;
    const ending = start.withdrawn === undefined ? endOf(state, definition, start, stop, nextStart) : { status: 'ended' as const, ...start.withdrawn };
    const instance = build(state, definition, index + 1, start, ending);
    if (instance.course.segments.some(isPromised)) instances.push(instance);
  }
  return instances;
}

function happened({ withdrawn }: MilestoneFact): boolean {
  return withdrawn === undefined;
}

function startsOf(state: CaseState, definition: ClockDefinition): readonly MilestoneFact[] {
  const starts = state.milestones.filter((fact) => fact.milestone === definition.starts);
  if (definition.instances === 'repeats' || definition.instances === 'perItem') return starts;
  const first = starts.slice(0, 1);
  return definition.instances === 'once' ? first : first.flatMap((start) => [start, ...renewalsOf(state, definition, start)]);
}

/**
 * Where a promise that had lapsed was made again. A change of what a case is measured by is no milestone: what is recorded for the very instant of the change
 * is taken to have come before it, so that a supervisor is asked once too often rather than never.
 */
function renewalsOf(state: CaseState, definition: ClockDefinition, start: MilestoneFact): MilestoneFact[] {
  const made = state.bases.filter(
    (basis, index) =>
      basisTarget(state, definition.name, basis) !== null && (index === 0 || basisTarget(state, definition.name, state.bases[index - 1]!) === null),
  );
  return made.slice(1).map(({ from }) => {
    const acts = [...state.milestones, ...state.ends].filter((fact) => fact.at <= from).map(({ act }) => act);
    return { ...start, at: from, act: Math.max(...acts) + 1 };
  });
}

type Ending = { readonly status: 'running' | 'met' | 'ended'; readonly at: number | null; readonly act: number | null };

const RUNNING: Ending = { status: 'running', at: null, act: null };

function endOf(
  state: CaseState,
  definition: ClockDefinition,
  start: MilestoneFact,
  stop: MilestoneFact | undefined,
  nextStart: MilestoneFact | undefined,
): Ending {
  const ends = [findEnd(state, definition, start), nextStart, findClosure(state)].filter((end) => end !== undefined && end.at >= start.at);
  const ended = (ends as EndFact[]).reduce<EndFact | undefined>((first, end) => (first === undefined || end.at < first.at ? end : first), undefined);
  if (stop !== undefined && (ended === undefined || stop.at <= ended.at)) return { status: 'met', at: Math.max(stop.at, start.at), act: stop.act };
  if (ended === undefined) return RUNNING;
  return { status: 'ended', at: ended.at, act: isRenewal(definition, ended, nextStart) ? null : ended.act };
}

/** A promise made again begins with a change of what the case is measured by: its number only puts it in order. */
function isRenewal({ instances }: ClockDefinition, end: object, nextStart: MilestoneFact | undefined): boolean {
  return instances === 'perPromise' && end === nextStart;
}

function findStop(state: CaseState, definition: ClockDefinition, start: MilestoneFact): MilestoneFact | undefined {
  const candidates = state.milestones.filter(
    (fact) =>
      definition.stops.includes(fact.milestone) &&
      happened(fact) &&
      (definition.instances !== 'perItem' || fact.ref === start.ref) &&
      (fact.at > start.at || (fact.at === start.at && fact.act >= start.act)) &&
      fact !== start &&
      (fact.milestone === 'reached' || fact.at >= (start.notBefore ?? start.at)),
  );
  return candidates.sort((a, b) => a.at - b.at || a.act - b.act)[0];
}

function findEnd(state: CaseState, definition: ClockDefinition, start: MilestoneFact): EndFact | undefined {
  return state.ends.find((end) => end.clock === definition.name && end.act > start.act && (end.ref === null || end.ref === start.ref));
}

function findClosure(state: CaseState): MilestoneFact | undefined {
  return state.milestones.find((fact) => fact.milestone === 'closed');
}

function deriveReviews(state: CaseState, definition: ClockDefinition): DerivedClock[] {
  return state.reviews
    .filter((review) => review.endedAt === null || state.records[clockId('review', review.ordinal)] !== undefined)
    .map((review) => {
      const start: MilestoneFact = { act: 0, milestone: 'opened', at: review.from, ref: review.ordinal };
      const status = review.endedAt === null ? 'running' : review.met ? 'met' : 'ended';
      return build(state, definition, review.ordinal, start, { status, at: review.endedAt, act: null });
    });
}

function build(state: CaseState, definition: ClockDefinition, ordinal: number, start: MilestoneFact, ending: Ending): DerivedClock {
  const id = clockId(definition.name, ordinal);
  const record = state.records[id];
  const bases = basesOf(state, start, ending.at);
  const course = courseOf(state, definition, start, bases);
  const target = targetAt(course);
  const dueAt = clockDueAt(course);
  const late = record?.breach ? ending.status === 'met' && ending.at !== null && ending.at < record.breach.dueAt : false;
  const clock: Clock = {
    id,
    name: definition.name,
    ordinal,
    episode: state.episode,
    party: definition.party,
    ref: start.ref,
    status: ending.status,
    startedAt: course.segments.find(isPromised)?.from ?? start.at,
    stoppedAt: ending.at,
    dueAt,
    paused: ending.status === 'running' && course.pauses.some((pause) => pause.open),
    breach: record?.breach ? { ...record.breach, recordedLate: late } : null,
    warned: record?.warned ?? [],
  };
  const timed = definition.name === 'review' || (definition.instances === 'perPromise' && ordinal > 1);
  return { clock, course, target, bases, acts: { start: timed ? null : start.act, end: ending.act } };
}

function isPromised(segment: CourseSegment): boolean {
  return segment.target !== null;
}

/** What the case was measured by while a clock ran. */
function basesOf(state: CaseState, start: MilestoneFact, stoppedAt: number | null): readonly Basis[] {
  const bases = state.bases.filter((basis) => stoppedAt === null || basis.from < stoppedAt || basis === state.bases[0]);
  const relevant = bases.filter((_, index) => (bases[index + 1]?.from ?? Number.POSITIVE_INFINITY) > start.at);
  return relevant.length === 0 ? bases.slice(-1) : relevant;
}

/** The spans a clock has run through, each measured by what was in force then. */
function courseOf(state: CaseState, definition: ClockDefinition, start: MilestoneFact, bases: readonly Basis[]): ClockCourse {
  const segments: CourseSegment[] = bases.map((basis, index) => ({
    from: index === 0 ? start.at : basis.from,
    target: basisTarget(state, definition.name, basis),
    calendar: calendarOfBasis(state, basis, definition.party === 'central' ? CENTRAL : start.territory),
  }));
  const pauses = state.pauses
    .filter((pause) => definition.pausedBy.includes(pause.reason))
    .map((pause) => ({ from: pause.from, to: pause.endedAt ?? pause.until, open: pause.endedAt === null, reason: pause.reason, by: pause.by }));
  return { startedAt: start.at, explicitDueAt: start.dueAt ?? null, segments, pauses };
}

/** What was promised for a clock under a basis; null for nothing. */
export function basisTarget(state: CaseState, name: ClockName, basis: Basis): Target | null {
  const inForce = state.rulebooks[basis.rulebook]!.policy.clocks.find((candidate) => candidate.name === name);
  if (inForce === undefined) return null;
  const byNeed = inForce.byNeed?.[basis.primaryNeed]?.[basis.urgency];
  return byNeed === undefined ? inForce.targets[basis.urgency] : byNeed;
}

/** The opening hours a basis goes by: those of its municipio, unless somebody else is to keep the promise. */
export function calendarOfBasis(state: CaseState, basis: Basis, keeper: Territory = basis.municipio ?? CENTRAL): CalendarSnapshot {
  const rulebook = state.rulebooks[basis.rulebook]!;
  const version = rulebook.calendarOf[keeper] ?? rulebook.calendarOf['*'];
  return (version === undefined ? undefined : rulebook.calendars[version]) ?? WALL_CLOCK;
}

export function clockId(name: ClockName, ordinal: number): string {
  return `${name}-${ordinal}`;
}
