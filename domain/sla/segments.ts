/** Why a stretch of time was counted or not: the explanation of a clock as a list of segments. */
import type { CalendarSnapshot, Interval } from './calendar-snapshot.ts';
import { localDayOf, specialIndex, startOfDay } from './local-time.ts';
import { mergePauses, walkOpenings } from './openings.ts';

export interface Segment extends Interval {
  /** `holiday` is a date closed by the holiday list; an unplanned closure is `closed` with its reason as label. */
  readonly kind: 'open' | 'closed' | 'holiday' | 'paused';
  /** Length when open, else 0. */
  readonly countedMs: number;
  /** Name of the holiday or reason of the closure. */
  readonly label?: string;
}

/**
 * Covers [from, to) exactly and in order; the counted lengths add up to `workingTime`. A pause is one segment from end to end, also over closed hours:
 * people read "waiting for the family until Tuesday", not every night in between.
 */
export function segments(calendar: CalendarSnapshot, from: number, to: number, pauses: readonly Interval[] = []): readonly Segment[] {
  const list: Segment[] = [];
  let cursor = from;
  for (const pause of mergePauses(pauses)) {
    if (pause.to <= cursor) continue;
    if (pause.from >= to) break;
    addRunning(list, calendar, cursor, pause.from);
    add(list, { from: Math.max(cursor, pause.from), to: Math.min(pause.to, to), kind: 'paused', countedMs: 0 });
    cursor = pause.to;
  }
  addRunning(list, calendar, cursor, to);
  return list;
}

function addRunning(list: Segment[], calendar: CalendarSnapshot, from: number, to: number): void {
  let cursor = from;
  walkOpenings(calendar, from, to, (opens, closes) => {
    addClosed(list, calendar, cursor, opens);
    add(list, { from: opens, to: closes, kind: 'open', countedMs: closes - opens });
    cursor = closes;
    return false;
  });
  addClosed(list, calendar, cursor, to);
}

/** A closed stretch, cut at the special dates in it. Goes from special date to special date, not from date to date. */
function addClosed(list: Segment[], calendar: CalendarSnapshot, from: number, to: number): void {
  let cursor = from;
  for (let index = specialIndex(calendar, localDayOf(calendar, from)); index < calendar.days.length; index++) {
    const { day, kind, label } = calendar.days[index]!;
    const begins = Math.max(cursor, startOfDay(calendar, day));
    const ends = Math.min(to, startOfDay(calendar, day + 1));
    if (begins >= to) break;
    if (ends <= begins) continue;
    add(list, { from: cursor, to: begins, kind: 'closed', countedMs: 0 });
    add(list, { from: begins, to: ends, kind: kind === 'holiday' ? 'holiday' : 'closed', countedMs: 0, ...(label === '' ? {} : { label }) });
    cursor = ends;
  }
  add(list, { from: cursor, to, kind: 'closed', countedMs: 0 });
}

/** Drops empty segments and joins one to the last when it only continues it. */
function add(list: Segment[], segment: Segment): void {
  const last = list[list.length - 1];
  if (segment.to <= segment.from) return;
  if (last !== undefined && last.kind === segment.kind && last.label === segment.label) {
    list[list.length - 1] = { ...last, to: segment.to, countedMs: last.countedMs + segment.countedMs };
  } else {
    list.push(segment);
  }
}
