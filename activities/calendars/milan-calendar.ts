/** The calendars of the Milan line as a new installation gets them, and counts by until somebody publishes others. */
import { CITY_CALENDAR, ROUND_THE_CLOCK_CALENDAR, WEEKDAYS, type CalendarDefinition, type LocalHours } from '../../domain/sla/calendar-definition.ts';
import type { CalendarSnapshot } from '../../domain/sla/calendar-snapshot.ts';
import { effectiveCalendar } from '../../domain/sla/effective-calendar.ts';
import { effectiveSnapshot } from './effective-snapshot.ts';
import { publicHolidays } from './public-holidays.ts';

const HOURS: readonly LocalHours[] = [['08:00', '18:00']];
const ALWAYS: readonly LocalHours[] = [['00:00', '24:00']];
const TIME_ZONE = 'Europe/Rome';

/** Years of holidays an installation starts with; later ones are entered by its administrator. */
const SEEDED_YEARS = 12;

const ROUND_THE_CLOCK: CalendarDefinition = {
  id: ROUND_THE_CLOCK_CALENDAR,
  parent: null,
  timeZone: TIME_ZONE,
  weekly: Object.fromEntries(WEEKDAYS.map((weekday) => [weekday, ALWAYS])),
};

/** What is published for a new installation in `year`: the city and, for whoever works in shifts, a calendar that never closes. */
export function milanDefinitions(year: number): readonly CalendarDefinition[] {
  return [cityDefinition(year - 1, year + SEEDED_YEARS - 1), ROUND_THE_CLOCK];
}

const cached = new Map<string, CalendarSnapshot>();

/** The city's calendar from 1 January of `year` (local). Built once for each horizon. */
export function milanCalendar(year: number, years = 2): CalendarSnapshot {
  const key = `${year}/${years}`;
  const calendar = cached.get(key) ?? effectiveSnapshot(effectiveCalendar([cityDefinition(year, year + years - 1)]), year, years);
  cached.set(key, calendar);
  return calendar;
}

/** Monday to Saturday 8-18 without the public holidays of these years. */
function cityDefinition(firstYear: number, lastYear: number): CalendarDefinition {
  return {
    id: CITY_CALENDAR,
    parent: null,
    timeZone: TIME_ZONE,
    weekly: { mon: HOURS, tue: HOURS, wed: HOURS, thu: HOURS, fri: HOURS, sat: HOURS, sun: [] },
    holidays: publicHolidays(firstYear, lastYear),
  };
}
