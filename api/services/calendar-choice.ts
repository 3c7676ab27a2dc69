/** Which calendar a trial is about, put together with what it inherits. */
import { effectiveSnapshot } from '../../activities/calendars/effective-snapshot.ts';
import { yearOf } from '../../activities/calendars/zones.ts';
import type { CalendarRepository } from '../../db/repositories/calendars.ts';
import type { CalendarDefinition } from '../../domain/sla/calendar-definition.ts';
import type { CalendarSnapshot } from '../../domain/sla/calendar-snapshot.ts';
import type { EffectiveCalendar } from '../../domain/sla/effective-calendar.ts';
import { ApiProblem } from '../api-problem.ts';
import { calendarFaults } from '../problems-of-calendars.ts';
import { effectiveIn, type CalendarRules } from './calendar-rules.ts';

export interface Choice {
  readonly calendarId: string;
  /** Undefined: the one in force. */
  readonly version?: number | 'draft' | undefined;
  /** Instead of a stored one. */
  readonly definition?: CalendarDefinition | undefined;
}

export interface Chosen {
  readonly version: number | null;
  readonly effective: EffectiveCalendar;
  /** From the local year of an instant, for so many years. */
  snapshotFrom(at: number, years?: number): CalendarSnapshot;
}

/** Throws `ApiProblem`. */
export async function chooseCalendar(calendars: CalendarRepository, rules: CalendarRules, choice: Choice, asOf: number): Promise<Chosen> {
  const { definition, version } = await definitionOf(calendars, choice, asOf);
  const base = choice.definition === undefined ? '' : '/definition';
  const problems = await rules.draftProblems(definition, asOf);
  if (problems.length > 0) throw new ApiProblem('calendar_invalid', { errors: calendarFaults(problems, base) });
  const effective = effectiveIn(definition, await rules.knownAt(asOf))!;
  return { version, effective, snapshotFrom: (at, years) => effectiveSnapshot(effective, yearOf(at, effective.timeZone), years) };
}

async function definitionOf(
  calendars: CalendarRepository,
  { calendarId, version, definition }: Choice,
  asOf: number,
): Promise<{ readonly definition: CalendarDefinition; readonly version: number | null }> {
  if (definition !== undefined) return { definition, version: null };
  const named = version ?? (await calendars.inForce(asOf)).find((one) => one.calendarId === calendarId)?.version;
  const found = named === undefined ? null : await calendars.find(calendarId, named);
  if (found !== null) return found;
  throw new ApiProblem((await calendars.heads(calendarId)).length === 0 ? 'calendar_unknown' : 'calendar_version_unknown');
}
