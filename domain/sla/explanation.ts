/**
 * The time a clock counted, part by part: the answer to "why?". The contract:
 * 1. The parts cover the clock from its start to the instant asked for, in order and without gaps. Their counted lengths add up to `consumedAt`, to the millisecond.
 * 2. A part lies in one leg: the span between two changes of what the clock is measured by (urgency, municipio, policy), so that each part has one promise and one
 *    calendar behind it, and each leg can be told with the change that began it.
 * 3. What lies ahead is told the same way: the parts from that instant to the due instant add up to what is left of the time promised.
 * 4. `totalMs` is the time counted from start to due. For wall and working time that is the budget; for business days and for an instant promised by a person it is
 *    what they come to on this calendar.
 */
import { clockDueAt, consumedAt, courseCalendar, type ClockCourse } from './clock.ts';
import { localDayOf, specialDayOn } from './local-time.ts';
import type { CalendarSnapshot } from './calendar-snapshot.ts';
import { segments, type Segment } from './segments.ts';

export interface ExplainedPart extends Segment {
  /** Index of the leg in `course.segments`. */
  readonly leg: number;
  /** Index of the pause in `course.pauses`; null unless paused. */
  readonly pause: number | null;
  /** False where nothing was promised: time without a promise counts nothing. */
  readonly promised: boolean;
}

export interface CourseExplanation {
  readonly parts: readonly ExplainedPart[];
  /** Milliseconds counted: what the parts add up to. */
  readonly consumedMs: number;
  /** Milliseconds counted from start to due; null where nothing is promised. */
  readonly totalMs: number | null;
  /** What is left of the total, and what was counted beyond it; null where nothing is promised. At least one of them is 0. */
  readonly leftMs: number | null;
  readonly overMs: number | null;
  readonly dueAt: number | null;
  /** From the instant asked for to the due instant; empty once that has passed, or when nothing is promised. */
  readonly ahead: readonly ExplainedPart[];
}

/** Explains a course up to an instant. `ahead` is told only for a clock still running. */
export function explainCourse(course: ClockCourse, until: number, running: boolean): CourseExplanation {
  const start = promisedFrom(course);
  const parts = partsBetween(course, start, until);
  const dueAt = clockDueAt(course);
  const consumedMs = parts.reduce((sum, part) => sum + part.countedMs, 0);
  if (dueAt === null) return { parts, consumedMs, totalMs: null, leftMs: null, overMs: null, dueAt, ahead: [] };
  const totalMs = consumedAt(course, dueAt);
  const left = totalMs - consumedMs;
  const ahead = running && dueAt > until ? partsBetween(course, Math.max(start, until), dueAt) : [];
  return { parts, consumedMs, totalMs, leftMs: Math.max(0, left), overMs: Math.max(0, -left), dueAt, ahead };
}

/** The start of the first span that promises something: a clock does not exist before. */
function promisedFrom(course: ClockCourse): number {
  return course.segments.find(({ target }) => target !== null)?.from ?? course.startedAt;
}

function partsBetween(course: ClockCourse, from: number, to: number): ExplainedPart[] {
  return course.segments.flatMap((segment, leg) => {
    const begins = Math.max(from, segment.from);
    const ends = Math.min(to, course.segments[leg + 1]?.from ?? to);
    if (ends <= begins) return [];
    const calendar = courseCalendar(segment);
    if (calendar === null) return [{ from: begins, to: ends, kind: 'closed' as const, countedMs: 0, leg, pause: null, promised: false }];
    return segments(calendar, begins, ends, course.pauses).flatMap((part) => splitPauses(course, withSpecialHours(calendar, part), leg));
  });
}

/** Pauses that touch were cut out as one: each has its own reason and its own person. The one that began last speaks for where several overlap. */
function splitPauses(course: ClockCourse, part: Segment, leg: number): ExplainedPart[] {
  if (part.kind !== 'paused') return [{ ...part, leg, pause: null, promised: true }];
  const inside = (at: number): boolean => at > part.from && at < part.to;
  const marks = [...new Set([part.from, ...course.pauses.flatMap((pause) => [pause.from, pause.to]).filter(inside), part.to])].sort((a, b) => a - b);
  return marks.slice(1).map((to, index) => {
    const from = marks[index]!;
    const pause = course.pauses.findLastIndex((candidate) => candidate.from <= from && candidate.to >= to);
    return { ...part, from, to, leg, pause: pause === -1 ? null : pause, promised: true };
  });
}

/** A date with hours of its own says why: the reason of shorter or longer hours belongs to the open part. */
function withSpecialHours(calendar: CalendarSnapshot, part: Segment): Segment {
  if (part.kind !== 'open') return part;
  const label = specialDayOn(calendar, localDayOf(calendar, part.from))?.label ?? '';
  return label === '' ? part : { ...part, label };
}
