/**
 * A calendar as people keep it: plain data, versioned, inherited from city to municipio to team. What it means is in `effective-calendar.ts`, what is wrong with
 * it in `calendar-check.ts`.
 */
import type { Territory } from './policy.ts';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/**
 * `[open, close)` as `HH:MM` or `HH:MM:SS`; `24:00` is the end of the day. One that closes earlier in the day than it opens goes on past midnight, for twelve
 * hours at most: the reverse of an opening shorter than that is always longer, so a pair written the wrong way round is told from a night.
 */
export type LocalHours = readonly [open: string, close: string];

export interface Holiday {
  /** Local date `YYYY-MM-DD`. */
  readonly date: string;
  readonly label: string;
}

/** A date with hours of its own: shorter, longer, or open where the week is closed. None: closed that day. */
export interface SpecialHours {
  readonly date: string;
  readonly hours: readonly LocalHours[];
  readonly label: string;
}

export interface Closure {
  /** First and last local date, both closed. */
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

export interface CalendarDefinition {
  readonly id: string;
  /** The calendar everything not said here is taken from; null for one that stands by itself. */
  readonly parent: string | null;
  /** IANA zone in which hours and dates are local. */
  readonly timeZone?: string;
  /** A weekday named here replaces the parent's (an empty list: closed); one left out is the parent's. */
  readonly weekly?: Readonly<Partial<Record<Weekday, readonly LocalHours[]>>>;
  /** Besides the parent's. */
  readonly holidays?: readonly Holiday[];
  /** Holidays of the parent on which this calendar follows its week. */
  readonly removedHolidays?: readonly string[];
  readonly special?: readonly SpecialHours[];
  readonly closures?: readonly Closure[];
}

/** The calendar of every territory that has none of its own. */
export const CITY_CALENDAR = 'city';
/** Open at every instant: for promises that do not wait for an office, and for whoever works in shifts. */
export const ROUND_THE_CLOCK_CALENDAR = 'round-the-clock';

/** `city`, `central`, `municipio-6`, `municipio-6/night`: lower case, so that an id is the same in an address, a file and a conversation. */
export const CALENDAR_ID_FORM = '^[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)?$';

/** The territory whose cases a calendar counts for: `*` for the city, `6/night` for a team; null where the calendar counts for nobody by itself. */
export function territoryOf(calendarId: string): Territory | null {
  if (calendarId === CITY_CALENDAR) return '*';
  const [office = '', team] = calendarId.split('/');
  const territory = office === 'central' ? 'CENTRAL' : /^municipio-([a-z0-9]+)$/.exec(office)?.[1]?.toUpperCase();
  if (territory === undefined) return null;
  return team === undefined ? territory : `${territory}/${team}`;
}
