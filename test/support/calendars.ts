/** Calendars for tests, written as people write them. */
import { buildCalendarSnapshot, type CalendarInput, type LocalHours } from '../../activities/calendars/build-snapshot.ts';
import type { CalendarSnapshot } from '../../domain/sla/calendar-snapshot.ts';

/** An instant from its ISO form, with offset. */
export const at = (iso: string): number => Date.parse(iso);

/** The ISO form of an instant, in UTC: failures read better than milliseconds. */
export const iso = (instant: number): string => new Date(instant).toISOString();

export const HOUR = 3_600_000;

/** Monday to Saturday 8-18 in Milan, 2026 and 2027, without holidays unless given. */
export function calendar(change: Partial<CalendarInput> = {}): CalendarSnapshot {
  const hours: readonly LocalHours[] = [['08:00', '18:00']];
  return buildCalendarSnapshot({
    id: 'test',
    timeZone: 'Europe/Rome',
    weekly: { mon: hours, tue: hours, wed: hours, thu: hours, fri: hours, sat: hours },
    holidays: [],
    from: '2026-01-01',
    years: 2,
    ...change,
  });
}

/** The same hours every day of the week. */
export function everyDay(...hours: LocalHours[]): CalendarInput['weekly'] {
  return { mon: hours, tue: hours, wed: hours, thu: hours, fri: hours, sat: hours, sun: hours };
}
