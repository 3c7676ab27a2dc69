/** `cli migrate`: brings the schema of a database up to date, and gives a new one what it counts by. */
import { createDatabase } from '../../db/knex.ts';
import { migrateToLatest } from '../../db/migrate.ts';
import { seedCalendars } from '../seed-calendars.ts';
import { seedPolicies } from '../seed-policies.ts';

/** Names of the migrations that were run; none when the schema was current. */
export async function migrate(databaseUrl: string): Promise<readonly string[]> {
  // A migration may take as long as it needs.
  const knex = createDatabase({ url: databaseUrl, applicationName: 'secondo-livello migrate', poolSize: 2, statementTimeoutMs: 0 });
  try {
    const names = await migrateToLatest(knex);
    await seedCalendars(knex, Date.now());
    await seedPolicies(knex, Date.now());
    return names;
  } finally {
    await knex.destroy();
  }
}
