/** All calendars in force together: what a change of one does to the others. */
import { checkCalendar, type CalendarProblem, type CalendarProblemCode, type CheckContext } from './calendar-check.ts';
import type { CalendarDefinition } from './calendar-definition.ts';

export type CalendarWorld = ReadonlyMap<string, CalendarDefinition>;

export interface Broken {
  readonly calendarId: string;
  readonly problems: readonly CalendarProblem[];
}

/** Without these a calendar gives no deadline. The rest (a holiday removed that is none any more) changes nothing that was promised. */
const FATAL: ReadonlySet<CalendarProblemCode> = new Set(['parent_unknown', 'parent_cycle', 'time_zone_missing', 'never_open']);

/** Calendars that could not be counted by. */
export function brokenIn(world: CalendarWorld, isTimeZone: CheckContext['isTimeZone']): Broken[] {
  return faultsIn(world, isTimeZone, (code) => FATAL.has(code));
}

/** Descendants of a calendar with something to look at since it changed, though they count. */
export function strainedIn(world: CalendarWorld, calendarId: string, isTimeZone: CheckContext['isTimeZone']): Broken[] {
  return faultsIn(world, isTimeZone, (code) => !FATAL.has(code)).filter((one) => one.calendarId !== calendarId && inherits(world, one.calendarId, calendarId));
}

function faultsIn(world: CalendarWorld, isTimeZone: CheckContext['isTimeZone'], matters: (code: CalendarProblemCode) => boolean): Broken[] {
  return [...world.values()].flatMap((definition) => {
    const problems = checkCalendar(definition, { find: (id) => world.get(id), isTimeZone }).filter(({ code }) => matters(code));
    return problems.length === 0 ? [] : [{ calendarId: definition.id, problems }];
  });
}

function inherits(world: CalendarWorld, calendarId: string, from: string): boolean {
  const seen = new Set<string>();
  for (let id: string | null = calendarId; id !== null && !seen.has(id); id = world.get(id)?.parent ?? null) {
    if (id === from) return true;
    seen.add(id);
  }
  return false;
}
