/**
 * A calendar as integers, so that business-time arithmetic inside the workflow sandbox is identical on every machine.
 * Snapshots are made outside the sandbox (zone data comes from a library there), versioned by content and pinned by each case.
 */

/** `[open, close)` in seconds of the local day; `close` may pass 86 400 for an opening that ends after midnight. */
export type DayInterval = readonly [open: number, close: number];

/** A local date that does not follow the week: a holiday, a day with other hours, or an unplanned closure. */
export interface SpecialDay {
  /** Local days since 1970-01-01. */
  readonly day: number;
  readonly kind: 'holiday' | 'special' | 'closure';
  /** Opening hours of that date; empty when closed. */
  readonly intervals: readonly DayInterval[];
  /** Name of the holiday or reason of the closure. */
  readonly label: string;
}

export interface CalendarSnapshot {
  readonly id: string;
  /** Hash of the content: equal versions mean equal calendars. */
  readonly version: string;
  /** IANA name, for people only: no arithmetic uses it. */
  readonly timeZone: string;
  /** Horizon in epoch milliseconds; past `until` the week goes on without holidays and with the last offset. */
  readonly from: number;
  readonly until: number;
  /** `[instant, offset]`: from that instant local time = UTC + offset (both in milliseconds), sorted; the first entry is at or before `from`. */
  readonly offsets: readonly (readonly [at: number, offsetMs: number])[];
  /** Monday first, seven entries, each sorted and without overlaps. */
  readonly weekly: readonly (readonly DayInterval[])[];
  /** Sorted by `day`, one entry a day at most. */
  readonly days: readonly SpecialDay[];
}

/** A half-open span of instants in epoch milliseconds. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

const ROUND_THE_CLOCK: readonly DayInterval[] = [[0, 86_400]];

/** Wall clock as a calendar like any other: always open, no zone, no horizon. */
export const WALL_CLOCK: CalendarSnapshot = {
  id: 'wall',
  version: 'wall',
  timeZone: 'UTC',
  from: 0,
  until: Number.MAX_SAFE_INTEGER,
  offsets: [[0, 0]],
  weekly: Array.from({ length: 7 }, () => ROUND_THE_CLOCK),
  days: [],
};
