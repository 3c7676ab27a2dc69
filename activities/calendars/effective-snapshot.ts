/** The snapshot of an effective calendar for some years, built once for each content. */
import type { CalendarSnapshot } from '../../domain/sla/calendar-snapshot.ts';
import { WEEKDAYS } from '../../domain/sla/calendar-definition.ts';
import type { EffectiveCalendar } from '../../domain/sla/effective-calendar.ts';
import { buildCalendarSnapshot, type CalendarInput } from './build-snapshot.ts';

/** From 1 January: whatever the day, at least two years are ahead. */
export const HORIZON_YEARS = 3;

/** Drafts being tried out make many: past so many the memory starts afresh. */
const MOST_REMEMBERED = 200;
const built = new Map<string, CalendarSnapshot>();

/**
 * From 1 January of `year` (local). The same object for the same content, so that whoever compares or hashes it does so once.
 * @throws InvalidCalendar for a definition that was never checked.
 */
export function effectiveSnapshot(calendar: EffectiveCalendar, year: number, years = HORIZON_YEARS): CalendarSnapshot {
  const input = inputOf(calendar, year, years);
  const key = JSON.stringify(input);
  const known = built.get(key);
  if (known !== undefined) return known;
  if (built.size >= MOST_REMEMBERED) built.clear();
  const snapshot = buildCalendarSnapshot(input);
  built.set(key, snapshot);
  return snapshot;
}

function inputOf({ id, timeZone, weekly, days }: EffectiveCalendar, year: number, years: number): CalendarInput {
  const [first, end] = [`${year}-01-01`, `${year + years}-01-01`];
  const within = days.filter(({ date }) => date >= first && date < end);
  return {
    ...{ id, timeZone, from: first, years },
    weekly: Object.fromEntries(WEEKDAYS.map((weekday) => [weekday, weekly[weekday].hours])),
    holidays: within.filter(({ kind }) => kind === 'holiday').map(({ date, label }) => ({ date, label })),
    special: within.filter(({ kind }) => kind !== 'holiday').map(({ date, hours, label }) => ({ date, hours, label })),
  };
}
