/** Versions of calendars, shown with what they inherit. */
import type { Knex } from 'knex';
import type { CalendarVersion } from '../../db/repositories/calendars.ts';
import { ApiProblem } from '../api-problem.ts';
import type { CalendarVersionBody } from '../schemas/calendar.ts';
import { versionView } from '../views/calendar.ts';
import { effectiveIn, type CalendarRules } from './calendar-rules.ts';

/** A version with its parents as they are now, or as they will be when it is in force. */
export type CalendarShowing = (version: CalendarVersion, trx?: Knex) => Promise<CalendarVersionBody>;

export function createCalendarShowing(rules: CalendarRules, now: () => number): CalendarShowing {
  return async (version, trx) => {
    const known = await rules.knownAt(Math.max(now(), version.validFrom ?? 0), trx);
    return versionView(version, effectiveIn(version.definition, known));
  };
}

/** A version named in an address: a number, or `draft`. Throws `ApiProblem`. */
export function versionOf(text: string): number | 'draft' {
  if (text === 'draft') return text;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new ApiProblem('calendar_version_unknown');
  return Number(text);
}
