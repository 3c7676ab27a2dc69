/** Service days: from the first opening to the closing after which nobody comes back before long, and somebody else must answer for what is urgent. */
import type { CalendarSnapshot } from './calendar-snapshot.ts';
import { walkOpenings } from './openings.ts';

export interface ServiceDay {
  readonly opensAt: number;
  readonly closesAt: number;
}

/** A service that is back sooner has not left: nobody hands anything over for a lunch break. */
const SHORTEST_CLOSING_MS = 2 * 3_600_000;
const DAY_MS = 86_400_000;
/** Far enough back to see where a service day began, and ahead to find the next one after the longest closure. */
const BACK_MS = 8 * DAY_MS;
const AHEAD_MS = 366 * DAY_MS;

/** The first service day that closes after an instant, begun or not; null for a calendar that does not close within a year. */
export function serviceDayAfter(calendar: CalendarSnapshot, at: number): ServiceDay | null {
  let found: ServiceDay | null = null;
  walkServiceDays(calendar, at - BACK_MS, at + AHEAD_MS, (day) => {
    found = day.closesAt > at ? day : null;
    return found !== null;
  });
  return found;
}

/** The last service day that has begun at an instant, over or not; null when none has for a week. */
export function serviceDayBefore(calendar: CalendarSnapshot, at: number): ServiceDay | null {
  let found: ServiceDay | null = null;
  walkServiceDays(calendar, at - BACK_MS, at + AHEAD_MS, (day) => {
    if (day.opensAt > at) return true;
    found = day;
    return false;
  });
  return found;
}

/** Visits those that close within the span; the end of the span is no closing. */
function walkServiceDays(calendar: CalendarSnapshot, from: number, until: number, visit: (day: ServiceDay) => boolean): void {
  let day: ServiceDay | null = null;
  const ended = walkOpenings(calendar, from, until, (opens, closes) => {
    if (day === null) day = { opensAt: opens, closesAt: closes };
    else if (opens - day.closesAt < SHORTEST_CLOSING_MS) day = { ...day, closesAt: closes };
    else {
      if (visit(day)) return true;
      day = { opensAt: opens, closesAt: closes };
    }
    return false;
  });
  const last = day as ServiceDay | null;
  if (!ended && last !== null && last.closesAt < until) visit(last);
}
