/**
 * How a deadline is computed. A clock's course is the list of spans it ran through, each with what was promised and the calendar in force then.
 * 1. Time before a change counts on the old calendar, after it on the new; with one calendar this equals counting from the original start.
 * 2. A span without a target counts nothing: no promise, no time.
 * 3. The deadline is the earliest instant at which the budget now in force is used up; it may lie before the change that shortened it.
 * 4. Business days count from the start and keep the wall time, each date by the calendar in force at that time of it; paused working time is added after them,
 *    and after an explicit due instant. Where part of the course ran on wall time, they are counted as the opening time they come to.
 */
import { addBusinessDays, addSpan, addWorkingTime, workingTime } from './business-time.ts';
import { addDaysOverLegs, type DatedLeg } from './days-over-legs.ts';
import { WALL_CLOCK, type CalendarSnapshot } from './calendar-snapshot.ts';
import type { LadderStep, PauseReason, Span, Target, WarningRule } from './policy.ts';

export interface CourseSegment {
  readonly from: number;
  readonly target: Target | null;
  /** The service calendar of the municipio in that span; a wall-clock budget ignores it. */
  readonly calendar: CalendarSnapshot;
}

export interface CoursePause {
  readonly from: number;
  /** Where it ended, or is planned to end. */
  readonly to: number;
  readonly open: boolean;
  readonly reason: PauseReason;
  readonly by: string;
}

export interface ClockCourse {
  readonly startedAt: number;
  /** Promised by a person (a callback window, a follow-up step) instead of a budget. */
  readonly explicitDueAt: number | null;
  /** At least one, sorted by `from`; the first starts with the clock. */
  readonly segments: readonly CourseSegment[];
  readonly pauses: readonly CoursePause[];
}

/** A stretch of a course on one calendar. */
export type Leg = DatedLeg;

/** What is promised now (or was when the clock stopped). */
export function targetAt(course: ClockCourse): Target | null {
  return course.segments[course.segments.length - 1]?.target ?? null;
}

/** The instant the promise is due, in epoch milliseconds; null where nothing is promised. */
export function clockDueAt(course: ClockCourse): number | null {
  const target = targetAt(course);
  if (target === null) return null;
  if (course.explicitDueAt !== null) return extendByPauses(lastCalendar(course, target.budget), course.startedAt, course.explicitDueAt, course.pauses);
  const legs = legsOf(course);
  const days = daysDue(course, legs, target.budget);
  return days === null ? walk(legs, budgetMs(course, target.budget), course.pauses) : extendOverLegs(legs, days, course.pauses);
}

/** Where business days lead before pauses are added; null for other budgets, and for a course that partly ran on wall time. */
function daysDue({ segments }: ClockCourse, legs: readonly Leg[], budget: Span): number | null {
  if (budget.unit !== 'businessDays') return null;
  const isDated = legs.length === 1 || segments.every(({ target }) => target?.budget.unit !== 'wall');
  return isDated ? addDaysOverLegs(legs, budget.days, budget.endOfDay) : null;
}

/** Milliseconds of the budget used up at an instant: opening time on each leg's calendar, pauses cut out. Never shrinks as time passes. */
export function consumedAt(course: ClockCourse, at: number): number {
  return legsOf(course).reduce((sum, leg) => sum + workingTime(leg.calendar, leg.from, Math.min(at, leg.to ?? at), course.pauses), 0);
}

/** When a warning is to be given, before any spreading; null where nothing is promised. */
export function warningAt(course: ClockCourse, rule: WarningRule): number | null {
  const target = targetAt(course);
  const dueAt = clockDueAt(course);
  if (target === null || dueAt === null) return null;
  if (course.explicitDueAt !== null) {
    const left = 'leftMs' in rule ? rule.leftMs : Math.floor(((dueAt - course.startedAt) * (100 - rule.percent)) / 100);
    return Math.max(course.startedAt, dueAt - left);
  }
  const budget = budgetMs(course, target.budget);
  const used = 'leftMs' in rule ? Math.max(0, budget - rule.leftMs) : Math.floor((budget * rule.percent) / 100);
  return walk(legsOf(course), used, course.pauses);
}

/** When an offset step of the alert ladder is due; null for a step that waits for an unanswered alert. */
export function ladderStepAt(course: ClockCourse, step: LadderStep): number | null {
  const dueAt = clockDueAt(course);
  if (dueAt === null || step.trigger.kind !== 'offset') return null;
  return addSpan(lastCalendar(course, step.trigger.offset), dueAt, step.trigger.offset);
}

/** The budget in milliseconds of opening time. */
export function budgetMs(course: ClockCourse, budget: Span): number {
  if (budget.unit !== 'businessDays') return budget.ms;
  const legs = legsOf(course);
  const due = daysDue(course, legs, budget);
  if (due !== null) return legs.reduce((sum, leg) => sum + workingTime(leg.calendar, leg.from, Math.min(due, leg.to ?? due)), 0);
  const start = legs[0]?.from ?? course.startedAt;
  const calendar = lastCalendar(course, budget);
  return workingTime(calendar, start, addBusinessDays(calendar, start, budget.days, budget.endOfDay));
}

/** The course as stretches on one calendar each; spans without a promise are left out. */
export function legsOf(course: ClockCourse): readonly Leg[] {
  const legs: { from: number; to: number | null; calendar: CalendarSnapshot }[] = [];
  for (const [index, segment] of course.segments.entries()) {
    if (segment.target === null) continue;
    const calendar = calendarOf(segment, segment.target.budget);
    const to = course.segments[index + 1]?.from ?? null;
    const last = legs[legs.length - 1];
    if (last !== undefined && last.to === segment.from && last.calendar.version === calendar.version) last.to = to;
    else legs.push({ from: segment.from, to, calendar });
  }
  return legs;
}

/** The instant at which so much is used up; the last leg has no end. */
function walk(legs: readonly Leg[], budget: number, pauses: readonly CoursePause[]): number {
  let remaining = budget;
  for (const leg of legs) {
    const used = leg.to === null ? Number.POSITIVE_INFINITY : workingTime(leg.calendar, leg.from, leg.to, pauses);
    if (used >= remaining) return addWorkingTime(leg.calendar, leg.from, remaining, pauses);
    remaining -= used;
  }
  throw new RangeError('The last leg of a course has no end');
}

/** Adds the paused opening time before `dueAt` after it, cutting out the pauses that follow. */
function extendByPauses(calendar: CalendarSnapshot, from: number, dueAt: number, pauses: readonly CoursePause[]): number {
  if (pauses.length === 0) return dueAt;
  const paused = workingTime(calendar, from, dueAt) - workingTime(calendar, from, dueAt, pauses);
  return paused === 0 ? dueAt : addWorkingTime(calendar, dueAt, paused, pauses);
}

/** As `extendByPauses` over several calendars: time is paused on the calendar of its leg, and added on those that follow `dueAt`. */
function extendOverLegs(legs: readonly Leg[], dueAt: number, pauses: readonly CoursePause[]): number {
  const passed = (cut: readonly CoursePause[]): number =>
    legs.reduce((sum, leg) => sum + workingTime(leg.calendar, leg.from, Math.min(dueAt, leg.to ?? dueAt), cut), 0);
  const paused = pauses.length === 0 ? 0 : passed([]) - passed(pauses);
  if (paused === 0) return dueAt;
  const ahead = legs.filter(({ to }) => to === null || to > dueAt).map((leg) => ({ ...leg, from: Math.max(leg.from, dueAt) }));
  return walk(ahead, paused, pauses);
}

function lastCalendar(course: ClockCourse, span: Span): CalendarSnapshot {
  const last = course.segments[course.segments.length - 1]!;
  return calendarOf(last, span);
}

/** The calendar a span of a course is counted on; null where it promises nothing and counts nothing. */
export function courseCalendar(segment: CourseSegment): CalendarSnapshot | null {
  return segment.target === null ? null : calendarOf(segment, segment.target.budget);
}

function calendarOf(segment: CourseSegment, span: Span): CalendarSnapshot {
  return span.unit === 'wall' ? WALL_CLOCK : segment.calendar;
}
