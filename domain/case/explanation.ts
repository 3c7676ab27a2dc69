/** Why a clock of a case stands where it stands: its time part by part, and who or what began, changed, paused and ended it. Codes only; words are made of it elsewhere. */
import { consumedAt, legsOf, targetAt, type ClockCourse } from '../sla/clock.ts';
import { explainCourse, type CourseExplanation } from '../sla/explanation.ts';
import type { CalendarSnapshot } from '../sla/calendar-snapshot.ts';
import type { PauseReason, Span, Territory, Urgency } from '../sla/policy.ts';
import { deriveClocks, type Clock, type DerivedClock } from './clocks.ts';
import { isContact } from './codes.ts';
import type { CaseEvent, EventActor, EventOf, EventType } from './events.ts';
import type { CaseHistory, PauseHistory } from './history.ts';
import type { Basis, CaseState } from './state.ts';

/** An act, or the lack of one, that began, changed or ended something. */
export interface Cause {
  /** `reached`: an attempt in which the family was spoken with. `idle`: nothing else was pending. */
  readonly type: EventType | 'reached' | 'idle';
  readonly at: number;
  /** Null for `idle`. */
  readonly actor: EventActor | null;
  /** The reason given, as a code. */
  readonly reason: string | null;
  /** What it changed, as codes: an urgency, a municipio, a policy with its version; `to` alone for who was given the case. */
  readonly from: string | null;
  readonly to: string | null;
}

/** A span measured by one urgency, municipio and rulebook. */
export interface ExplainedLeg {
  readonly from: number;
  /** Null for the one still running. */
  readonly to: number | null;
  readonly urgency: Urgency;
  readonly municipio: Territory | null;
  /** `id@version`. */
  readonly policy: string;
  /** `id@version` of the municipio's calendar; a wall-clock promise does not look at it. */
  readonly calendar: string;
  /** Null where nothing is promised. */
  readonly budget: Span | null;
  /** The change it began with; null for the first. */
  readonly cause: Cause | null;
}

export interface ExplainedPause {
  readonly reason: PauseReason;
  readonly from: number;
  readonly until: number;
  readonly by: string;
  /** Null while it lasts. `reason` of the cause says how: by a person, its end reached, the case turned red... */
  readonly ended: Cause | null;
}

/**
 * Why the due instant is where it is. `promised_instant`: a person promised it. `budget_used_up`: the time promised ends there. `business_days`: so many open dates later.
 * `after_changes`: what was counted before a change stays, the rest is counted after it. `already_over`: the change shortened the promise to less than was counted.
 */
export type DueReason = 'promised_instant' | 'budget_used_up' | 'business_days' | 'after_changes' | 'already_over';

export interface DueExplanation {
  readonly at: number;
  readonly reason: DueReason;
  /** What was promised for, before pauses moved it; null unless a person promised an instant. */
  readonly promisedAt: number | null;
  /** Opening time spent waiting before it, added after; 0 where it makes no difference. */
  readonly pausedMs: number;
}

export interface ClockExplanation {
  readonly clock: Clock;
  readonly course: CourseExplanation;
  readonly legs: readonly ExplainedLeg[];
  /** In the order of `course.pauses`, by index of a part's `pause`. */
  readonly pauses: readonly ExplainedPause[];
  readonly start: Cause;
  readonly end: Cause | null;
  readonly due: DueExplanation | null;
  /** On which wall clock its hours are told. */
  readonly calendar: CalendarSnapshot;
}

/** Explains a clock of the current episode up to an instant (or to its stop); null for an id the episode does not have. */
export function explainClock(history: CaseHistory, id: string, asOf: number): ClockExplanation | null {
  const derived = deriveClocks(history.state).find(({ clock }) => clock.id === id);
  if (derived === undefined) return null;
  const { clock, course } = derived;
  const until = Math.max(clock.startedAt, clock.stoppedAt ?? asOf);
  const legs = legsIn(history, derived, clock.stoppedAt);
  return {
    clock,
    course: explainCourse(course, until, clock.status === 'running'),
    legs,
    pauses: pausesIn(history, derived),
    start: startOf(history, derived),
    end: clock.stoppedAt === null ? null : endOf(history, derived, clock.stoppedAt),
    due: dueOf(derived),
    calendar: course.segments[course.segments.length - 1]!.calendar,
  };
}

function legsIn(history: CaseHistory, { course, bases }: DerivedClock, stoppedAt: number | null): ExplainedLeg[] {
  return course.segments.map((segment, index) => {
    const basis = bases[index]!;
    const { policy } = history.state.rulebooks[basis.rulebook]!;
    return {
      from: segment.from,
      to: course.segments[index + 1]?.from ?? stoppedAt,
      urgency: basis.urgency,
      municipio: basis.municipio,
      policy: `${policy.id}@${policy.version}`,
      calendar: `${segment.calendar.id}@${segment.calendar.version}`,
      budget: segment.target?.budget ?? null,
      cause: index === 0 ? null : changeOf(history, basis),
    };
  });
}

/** The change that began a basis, with what was before and after it. */
function changeOf(history: CaseHistory, basis: Basis): Cause {
  const { state } = history;
  const index = state.bases.indexOf(basis);
  const event = history.bases[index]!;
  const before = state.bases[index - 1];
  if (event.type === 'urgencyChanged') return causeOf(history, event, event.from, event.to);
  if (event.type === 'rebased') return causeOf(history, event, before === undefined ? null : policyOf(state, before), policyOf(state, basis));
  return causeOf(history, event, before?.municipio ?? null, basis.municipio);
}

function policyOf({ rulebooks }: CaseState, { rulebook }: Basis): string {
  const { policy } = rulebooks[rulebook]!;
  return `${policy.id}@${policy.version}`;
}

function startOf(history: CaseHistory, { clock, course, bases, acts }: DerivedClock): Cause {
  const promised = course.segments.findIndex(({ target }) => target !== null);
  // Made again, or made for the first time by a change: no milestone began it.
  const byChange = clock.name !== 'review' && (acts.start === null || promised > 0);
  if (byChange) return changeOf(history, bases[Math.max(0, promised)]!);
  if (acts.start === null) return { type: 'idle', at: clock.startedAt, actor: null, reason: null, from: null, to: null };
  return actOf(history, acts.start);
}

function endOf(history: CaseHistory, { clock, acts }: DerivedClock, at: number): Cause {
  if (acts.end !== null) return actOf(history, acts.end);
  // A review is answered by whatever a person does.
  const answer = clock.name === 'review' && clock.status === 'met' ? history.events.findIndex((event) => answers(event, clock.startedAt, at)) : -1;
  return answer === -1 ? { type: 'idle', at, actor: null, reason: null, from: null, to: null } : actOf(history, answer + 1);
}

function answers({ actor, at }: CaseEvent, startedAt: number, endedAt: number): boolean {
  return actor.kind === 'person' && Math.max(at, startedAt) === endedAt;
}

function actOf(history: CaseHistory, act: number): Cause {
  const event = history.events[act - 1]!;
  if (event.type === 'claimed') return causeOf(history, event, null, event.owner);
  if (event.type !== 'attemptLogged') return causeOf(history, event, null, 'municipio' in event ? event.municipio : null);
  const attempt = history.state.attempts.find((candidate) => candidate.attempt === event.attempt);
  const cause = causeOf(history, event, null, null);
  return attempt !== undefined && isContact(attempt.outcome) ? { ...cause, type: 'reached' } : cause;
}

function causeOf(history: CaseHistory, event: CaseEvent, from: string | null, to: string | null): Cause {
  const reason =
    event.type === 'handoverAccepted' ? offerOf(history, event).reason : 'reason' in event ? event.reason : event.type === 'resumed' ? event.cause : null;
  return { type: event.type, at: event.at, actor: event.actor, reason, from, to };
}

/** An accepted handover has the reason it was offered for. */
function offerOf({ events }: CaseHistory, { handover }: EventOf<'handoverAccepted'>): EventOf<'handoverOffered'> {
  return events.find((event): event is EventOf<'handoverOffered'> => event.type === 'handoverOffered' && event.handover === handover)!;
}

/** Those that stop this clock: a definition takes all pauses of a reason or none, in their order. */
function pausesIn(history: CaseHistory, { course }: DerivedClock): ExplainedPause[] {
  const reasons = new Set(course.pauses.map(({ reason }) => reason));
  return history.pauses.filter(({ began }) => reasons.has(began.reason)).map((pause) => explainedPause(history, pause));
}

function explainedPause(history: CaseHistory, { began, ended }: PauseHistory): ExplainedPause {
  return { reason: began.reason, from: began.at, until: began.until, by: began.actor.id, ended: ended === null ? null : causeOf(history, ended, null, null) };
}

function dueOf({ clock, course }: DerivedClock): DueExplanation | null {
  const target = targetAt(course);
  if (target === null || clock.dueAt === null) return null;
  const at = clock.dueAt;
  const pausedMs = consumedAt({ ...course, pauses: [] }, at) - consumedAt(course, at);
  if (course.explicitDueAt !== null) {
    return { at, reason: 'promised_instant', promisedAt: course.explicitDueAt, pausedMs: at === course.explicitDueAt ? 0 : pausedMs };
  }
  if (at < lastNewPromise(course)) return { at, reason: 'already_over', promisedAt: null, pausedMs: 0 };
  // Dates are counted whatever the calendar; time is not the same on two.
  const byDates = target.budget.unit === 'businessDays' && course.segments.every((segment) => segment.target?.budget.unit !== 'wall');
  if (byDates) return { at, reason: 'business_days', promisedAt: null, pausedMs };
  return { at, reason: legsOf(course).length > 1 ? 'after_changes' : 'budget_used_up', promisedAt: null, pausedMs };
}

/** Since when the time promised is what it is; the clock's start for one that never changed. */
function lastNewPromise({ segments, startedAt }: ClockCourse): number {
  const last = JSON.stringify(segments[segments.length - 1]!.target?.budget);
  const changed = segments.findLastIndex(({ target }) => JSON.stringify(target?.budget) !== last);
  return changed === -1 ? startedAt : segments[changed + 1]!.from;
}
