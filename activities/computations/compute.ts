/**
 * Answers requests of working-time arithmetic as they are written in JSON (docs/reference/sla-compute.md). The contract:
 * 1. One request, one answer; a request that cannot be answered gets an error, never an exception.
 * 2. A calendar is built over the years the question is about, and over more when the answer lies further away: no answer depends on a holiday nobody looked at.
 * 3. Snapshots are kept by the text of their calendar and their years, a bounded number of them, the oldest thrown away first.
 */
import { CalendarNeverOpen } from '../../domain/sla/business-time.ts';
import type { CalendarSnapshot } from '../../domain/sla/calendar-snapshot.ts';
import { compute, type Computation, type Computed } from '../../domain/sla/computation.ts';
import { isFields } from './fields.ts';
import { readRequest, type ReadRequest, type WrittenCalendar } from './read-request.ts';
import { renderAnswer, type ComputationAnswer } from './render-answer.ts';
import { faultAnswer, RequestFault } from './request-fault.ts';
import { snapshotOf, yearsOfOverrides, type Years } from './written-calendar.ts';

export interface ComputationOptions {
  /** How many snapshots are kept. @default 1_000 */
  readonly cacheSize?: number;
  /** How many years a question and its answer may span. @default 150 */
  readonly longestYears?: number;
}

export interface Computations {
  answer(request: unknown): ComputationAnswer;
}

const WEEK_MS = 7 * 86_400_000;
const YEAR_MS = 365.25 * 86_400_000;
/** Local time is never further from UTC than a day, and hours never last longer past midnight. */
const MARGIN_MS = 3 * 86_400_000;

/** Answers requests; keeps snapshots between them. */
export function createComputations({ cacheSize = 1_000, longestYears = 150 }: ComputationOptions = {}): Computations {
  const snapshots = createSnapshotCache(cacheSize);

  function solve(request: ReadRequest): Computed {
    for (let years = firstYears(request), widened = 0; ; widened++) {
      if (years.last - years.first > longestYears + 2) throw new RequestFault('too_far');
      const bound = request.calendars.map((calendar) => snapshots.get(calendar, years));
      const asked = request.bind(bound);
      if (asked.kind === 'deadline') assertWithin(asked, longestYears);
      const computed = computeOrNull(asked);
      const wanted = computed === null || fellShort(asked, computed) ? withOverrides(years, request.calendars) : withAnswer(years, bound, computed);
      if (wanted === years && computed !== null) return computed;
      if (wanted === years) throw new RequestFault('calendar_never_open', request.calendars[0]?.pointer);
      // Twice as far each time: a calendar closed for most of many years is soon covered.
      years = { first: wanted.first - widened, last: wanted.last + (2 ** widened - 1) };
    }
  }

  return {
    answer(request) {
      const id = isFields(request) ? (request['id'] ?? null) : null;
      try {
        if (!isFields(request)) throw new RequestFault('request_invalid');
        return renderAnswer(id, solve(readRequest(request)));
      } catch (error) {
        if (error instanceof RequestFault) return { id, error: faultAnswer(error) };
        throw error;
      }
    },
  };
}

/** Reads and bounds what is kept: `snapshotOf` costs some hundred times what a computation does. */
function createSnapshotCache(size: number) {
  const kept = new Map<string, CalendarSnapshot>();
  return {
    get({ written, pointer }: WrittenCalendar, years: Years): CalendarSnapshot {
      const text = JSON.stringify(written) ?? '';
      const key = `${years.first}-${years.last} ${text}`;
      const found = kept.get(key);
      if (found !== undefined) return found;
      const snapshot = snapshotOf(written, pointer, text, years);
      if (kept.size >= size) kept.delete(kept.keys().next().value!);
      kept.set(key, snapshot);
      return snapshot;
    },
  };
}

function firstYears({ first, last }: ReadRequest): Years {
  const year = new Date(first).getUTCFullYear();
  return { first: year - 1, last: (last === first ? year : new Date(last).getUTCFullYear()) + 1 };
}

/** Refuses what would be looked for date by date over centuries. */
function assertWithin({ calendar, workingMs }: Computation & { readonly kind: 'deadline' }, longestYears: number): void {
  let weekly = 0;
  for (const hours of calendar.weekly) for (const [open, close] of hours) weekly += (close - open) * 1_000;
  if (weekly > 0 && (Math.abs(workingMs) / weekly) * WEEK_MS > (longestYears + 2) * YEAR_MS) throw new RequestFault('too_far');
}

/** Null where the calendar, as far as it was built, does not open. */
function computeOrNull(asked: Computation): Computed | null {
  try {
    return compute(asked);
  } catch (error) {
    if (error instanceof CalendarNeverOpen) return null;
    throw error;
  }
}

function fellShort(asked: Computation, computed: Computed): boolean {
  return asked.kind === 'openIntervals' && computed.kind === 'openIntervals' && computed.intervals.length < asked.take;
}

/** With the years in which a calendar without weekly hours opens at all. */
function withOverrides(years: Years, calendars: readonly WrittenCalendar[]): Years {
  let { first, last } = years;
  for (const { written } of calendars) {
    const opens = yearsOfOverrides(written);
    if (opens !== null) [first, last] = [Math.min(first, opens.first - 1), Math.max(last, opens.last + 1)];
  }
  return first === years.first && last === years.last ? years : { first, last };
}

/** The same years when they cover the answer. */
function withAnswer(years: Years, snapshots: readonly CalendarSnapshot[], computed: Computed): Years {
  const answer = lastInstantOf(computed);
  if (answer === null || snapshots.every(({ from, until }) => answer - MARGIN_MS >= from && answer + MARGIN_MS <= until)) return years;
  const year = new Date(answer).getUTCFullYear();
  return { first: Math.min(years.first, year - 1), last: Math.max(years.last, year + 1) };
}

function lastInstantOf(computed: Computed): number | null {
  switch (computed.kind) {
    case 'deadline':
    case 'businessDays':
    case 'policyChange':
      return computed.deadline;
    case 'ladder':
      return computed.level;
    case 'nextOpen':
      return computed.open;
    case 'openIntervals':
      return computed.intervals[computed.intervals.length - 1]?.to ?? null;
    case 'elapsed':
    case 'pausedTotal':
    case 'isOpen':
      return null;
  }
}
