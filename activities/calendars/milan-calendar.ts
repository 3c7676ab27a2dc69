/** The hours of the Milan line for an installation that has not edited its calendar yet. */
import Holidays from 'date-holidays';
import type { CalendarSnapshot } from '../../domain/sla/calendar-snapshot.ts';
import { buildCalendarSnapshot, type CalendarInput, type LocalHours } from './build-snapshot.ts';

const HOURS: readonly LocalHours[] = [['08:00', '18:00']];
const built = new Map<string, CalendarSnapshot>();

/**
 * Monday to Saturday 8-18 without public holidays, from 1 January of `year` (local). The province is part of the key of the holiday data: without it the
 * patron's day (7 December) is silently missing. Built once for each horizon.
 */
export function milanCalendar(year: number, years = 2): CalendarSnapshot {
  const key = `${year}/${years}`;
  const calendar = built.get(key) ?? buildCalendarSnapshot(milanCalendarInput(year, years));
  built.set(key, calendar);
  return calendar;
}

/** The same calendar as people edit it: what a new installation is seeded with. */
export function milanCalendarInput(year: number, years = 2): CalendarInput {
  return {
    id: 'milano-020202',
    timeZone: 'Europe/Rome',
    weekly: { mon: HOURS, tue: HOURS, wed: HOURS, thu: HOURS, fri: HOURS, sat: HOURS },
    holidays: publicHolidays(year, years),
    from: `${year}-01-01`,
    years,
  };
}

function publicHolidays(year: number, years: number): { date: string; label: string }[] {
  const source = new Holidays('IT', '25', 'MI', { languages: ['it'], types: ['public'] });
  return Array.from({ length: years }, (_, index) => source.getHolidays(year + index)).flatMap((holidays) =>
    holidays.map(({ date, name }) => ({ date: date.slice(0, 10), label: name })),
  );
}
