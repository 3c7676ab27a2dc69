/** Closings: when a service shuts its doors for longer than a lunch break, and somebody else must answer for what is urgent. */
import type { CalendarSnapshot } from './calendar-snapshot.ts';
import { walkOpenings } from './openings.ts';

export interface Closing {
  readonly closesAt: number;
  /** When it opens again; null when it does not within a year. */
  readonly opensAt: number | null;
}

/** A service that is back sooner has not left: nobody hands anything over for a lunch break. */
const SHORTEST_CLOSING_MS = 2 * 3_600_000;
const SEARCH_MS = 366 * 86_400_000;

/** The first closing after an instant, or at it with `inclusive`; null for a calendar that does not close within a year. */
export function nextClosing(calendar: CalendarSnapshot, after: number, inclusive = false): Closing | null {
  let closesAt: number | null = null;
  let opensAt: number | null = null;
  // From a moment before, so that an opening that ends at this very instant is seen.
  walkOpenings(calendar, after - 1, after + SEARCH_MS, (opens, closes) => {
    if (closesAt !== null && opens - closesAt >= SHORTEST_CLOSING_MS) {
      opensAt = opens;
      return true;
    }
    // The horizon of the search is no closing.
    closesAt = (inclusive ? closes >= after : closes > after) && closes < after + SEARCH_MS ? closes : null;
    return false;
  });
  return closesAt === null ? null : { closesAt, opensAt };
}
