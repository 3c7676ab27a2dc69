/** Calendars as administrators read them. */
import type { CalendarVersion, CalendarVersionHead } from '../../db/repositories/calendars.ts';
import { WEEKDAYS, type CalendarDefinition, type LocalHours } from '../../domain/sla/calendar-definition.ts';
import type { EffectiveCalendar } from '../../domain/sla/effective-calendar.ts';
import { versionHeadView } from './versions.ts';
import type { CalendarBodyOf, CalendarHeadBody, CalendarVersionBody, EffectiveCalendarBody } from '../schemas/calendar.ts';

export function headView(head: CalendarVersionHead): CalendarHeadBody {
  return { calendarId: head.calendarId, ...versionHeadView(head) };
}

export function versionView(version: CalendarVersion, effective: EffectiveCalendar | null): CalendarVersionBody {
  return { ...headView(version), definition: definitionView(version.definition), effective: effective === null ? null : effectiveView(effective) };
}

export function effectiveView({ id, chain, timeZone, weekly, days }: EffectiveCalendar): EffectiveCalendarBody {
  const week = WEEKDAYS.map((weekday) => [weekday, { hours: hoursView(weekly[weekday].hours), source: weekly[weekday].source }]);
  return {
    ...{ id, timeZone, chain: [...chain] },
    weekly: Object.fromEntries(week) as EffectiveCalendarBody['weekly'],
    days: days.map((day) => ({ ...day, hours: hoursView(day.hours) })),
  };
}

/** A definition as it was written, its weekdays in their order: the database keeps none. */
function definitionView({ id: _id, weekly, ...rest }: CalendarDefinition): CalendarBodyOf {
  const named = WEEKDAYS.filter((weekday) => weekly?.[weekday] !== undefined);
  return {
    ...(rest as unknown as CalendarBodyOf),
    ...(weekly === undefined ? {} : { weekly: Object.fromEntries(named.map((weekday) => [weekday, hoursView(weekly[weekday]!)])) }),
  };
}

function hoursView(hours: readonly LocalHours[]): string[][] {
  return hours.map((opening) => [...opening]);
}

/** A body as a definition of the domain. */
export function definitionOf(id: string, body: CalendarBodyOf): CalendarDefinition {
  // The schema has pairs as lists of two: OpenAPI has no other word for them that every client reads.
  return { id, ...(body as unknown as Omit<CalendarDefinition, 'id'>) };
}
