/** The calendars a new installation starts with, published once: what somebody has edited since is never touched. */
import { milanDefinitions } from '../activities/calendars/milan-calendar.ts';
import type { Knex } from 'knex';
import { createCalendarRepository } from '../db/repositories/calendars.ts';

const SEEDER = 'seed';
/** In force for whatever instant is asked about. */
const ALWAYS = 0;

/** Ids of the calendars that were published; none where each had a version already. */
export async function seedCalendars(knex: Knex, at: number): Promise<readonly string[]> {
  const calendars = createCalendarRepository(knex);
  return knex.transaction(async (trx) => {
    await calendars.lock(trx);
    const known = new Set((await calendars.heads(undefined, trx)).map(({ calendarId }) => calendarId));
    const missing = milanDefinitions(new Date(at).getUTCFullYear()).filter(({ id }) => !known.has(id));
    for (const definition of missing) {
      await calendars.saveDraft(definition, { by: SEEDER, at, ifEdit: null }, trx);
      await calendars.publishDraft(definition.id, { by: SEEDER, at, validFrom: ALWAYS }, trx);
    }
    return missing.map(({ id }) => id);
  });
}
