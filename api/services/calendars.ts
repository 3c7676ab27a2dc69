/**
 * What people do to calendars: save a draft, publish it for an instant, retire it. Each is checked against all others under one lock, so that no two changes that
 * are right by themselves leave a territory without hours. Whatever is refused leaves nothing behind.
 */
import type { Knex } from 'knex';
import type { CalendarRepository, CalendarVersion } from '../../db/repositories/calendars.ts';
import { CITY_CALENDAR, type CalendarDefinition } from '../../domain/sla/calendar-definition.ts';
import { ApiProblem } from '../api-problem.ts';
import { toIso } from '../instants.ts';
import { calendarFaults, faultsOfOthers } from '../problems-of-calendars.ts';
import type { CalendarRules } from './calendar-rules.ts';

export interface CalendarAdmin {
  saveDraft(definition: CalendarDefinition, by: string, ifMatch: readonly number[] | null): Promise<CalendarVersion>;
  discardDraft(calendarId: string): Promise<void>;
  /** In the transaction it is given. `validFrom` null: from now. */
  publish(trx: Knex, request: PublishRequest): Promise<CalendarVersion>;
  /** In the transaction it is given. */
  retire(trx: Knex, calendarId: string, version: number, by: string): Promise<CalendarVersion>;
}

export interface PublishRequest {
  readonly calendarId: string;
  readonly by: string;
  readonly validFrom: number | null;
  readonly ifMatch: readonly number[] | null;
}

export interface CalendarAdminDeps {
  readonly knex: Knex;
  readonly calendars: CalendarRepository;
  readonly rules: CalendarRules;
  readonly now: () => number;
}

/** Longer ahead nobody knows the hours of an office; a slip of the keyboard does. */
const FARTHEST_MS = 2 * 366 * 86_400_000;

export function createCalendarAdmin({ knex, calendars, rules, now }: CalendarAdminDeps): CalendarAdmin {
  return {
    async saveDraft(definition, by, ifMatch) {
      return knex.transaction(async (trx) => {
        await calendars.lock(trx);
        const at = now();
        const problems = await rules.draftProblems(definition, at, trx);
        if (problems.length > 0) throw new ApiProblem('calendar_invalid', { errors: calendarFaults(problems) });
        const saved = await calendars.saveDraft(definition, { by, at, ifEdit: ifMatch }, trx);
        if (saved === null) throw new ApiProblem('calendar_changed');
        return saved;
      });
    },

    async discardDraft(calendarId) {
      if (!(await calendars.discardDraft(calendarId))) throw new ApiProblem('calendar_draft_missing');
    },

    async publish(trx, { calendarId, by, validFrom, ifMatch }) {
      await calendars.lock(trx);
      const at = now();
      const draft = await calendars.find(calendarId, 'draft', trx);
      if (draft === null) throw new ApiProblem('calendar_draft_missing');
      if (ifMatch !== null && !ifMatch.includes(draft.edit)) throw new ApiProblem('calendar_changed');
      const from = assertAhead(validFrom ?? at, at);
      const { problems, broken } = await rules.findings(draft.definition, from, trx);
      if (problems.length > 0) throw new ApiProblem('calendar_invalid', { errors: calendarFaults(problems) });
      if (broken.length > 0) throw new ApiProblem('calendar_needed', { errors: faultsOfOthers(broken) });
      return (await calendars.publishDraft(calendarId, { by, at, validFrom: from }, trx))!;
    },

    async retire(trx, calendarId, version, by) {
      await calendars.lock(trx);
      const at = now();
      const retired = await calendars.retire(calendarId, version, { by, at }, trx);
      if (retired === null)
        throw new ApiProblem((await calendars.find(calendarId, version, trx)) === null ? 'calendar_version_unknown' : 'calendar_not_published');
      // Looked at as it would be: the transaction takes it back when that does not do.
      const broken = await rules.brokenFrom(at, calendarId === CITY_CALENDAR, trx);
      if (broken.length > 0) throw new ApiProblem('calendar_needed', { errors: faultsOfOthers(broken) });
      return retired;
    },
  };
}

/** Throws unless an instant is neither in the past nor absurdly far ahead. */
function assertAhead(validFrom: number, now: number): number {
  const fault = { pointer: '/validFrom', message: toIso(validFrom) };
  if (validFrom < now) throw new ApiProblem('valid_from_in_past', { errors: [{ ...fault, rule: 'not_in_past' }], details: { now } });
  if (validFrom > now + FARTHEST_MS) throw new ApiProblem('valid_from_too_far', { errors: [{ ...fault, rule: 'within_two_years' }], details: { now } });
  return validFrom;
}
