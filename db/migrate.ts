/** Migrations run by a command of their own, never by a process that serves: those only check. */
import type { Knex } from 'knex';
import { MIGRATIONS, type SqlMigration } from './migrations/index.ts';

/** Any number, the same for every process of the product. */
const MIGRATION_LOCK = 202_020;

/** The database was migrated by a later version of the product: this process does not know what it would be writing to. */
export class SchemaNewer extends Error {
  readonly type = 'SchemaNewer';
  readonly unknown: readonly string[];

  constructor(unknown: readonly string[]) {
    super(`The database has migrations this version does not know: ${unknown.join(', ')}. Start the version that made them, or a later one.`);
    this.name = 'SchemaNewer';
    this.unknown = unknown;
  }
}

/** The database lacks migrations this version needs. */
export class SchemaOlder extends Error {
  readonly type = 'SchemaOlder';
  readonly pending: readonly string[];

  constructor(pending: readonly string[]) {
    super(`The database lacks migrations: ${pending.join(', ')}. Run the migrate command first.`);
    this.name = 'SchemaOlder';
    this.pending = pending;
  }
}

/** Brings the schema up to date and returns the names of what was run. Processes that do it at once wait for each other. */
export async function migrateToLatest(knex: Knex): Promise<readonly string[]> {
  return knex.transaction(async (trx) => {
    await trx.raw('SET LOCAL idle_in_transaction_session_timeout = 0');
    await trx.raw('SELECT pg_advisory_xact_lock(?)', [MIGRATION_LOCK]);
    await refuseNewer(trx);
    const config = { migrationSource, tableName: TABLE };
    // Whoever holds our lock is alone: a lock row found in knex's own table was left by a process that died while migrating.
    await knex.migrate.forceFreeMigrationsLock(config);
    const [, names] = (await knex.migrate.latest(config)) as [number, string[]];
    return names;
  });
}

/** Names of the migrations not yet run; all of them on an empty database. */
export async function migrationsPending(knex: Knex): Promise<readonly string[]> {
  const done = await migrationsDone(knex);
  return MIGRATIONS.map(({ name }) => name).filter((name) => !done.includes(name));
}

/** To be called by a process before it serves. Throws `SchemaNewer` or `SchemaOlder`. */
export async function assertSchemaCurrent(knex: Knex): Promise<void> {
  await refuseNewer(knex);
  const pending = await migrationsPending(knex);
  if (pending.length > 0) throw new SchemaOlder(pending);
}

const TABLE = 'schema_migration';

const migrationSource: Knex.MigrationSource<SqlMigration> = {
  getMigrations: () => Promise.resolve([...MIGRATIONS]),
  getMigrationName: ({ name }) => name,
  getMigration: ({ sql }) =>
    Promise.resolve({
      up: async (knex: Knex) => {
        await knex.raw(sql);
      },
      down: () => Promise.reject(new Error('Migrations go forward only')),
    }),
};

async function refuseNewer(knex: Knex): Promise<void> {
  const known = MIGRATIONS.map(({ name }) => name);
  const unknown = (await migrationsDone(knex)).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new SchemaNewer(unknown);
}

async function migrationsDone(knex: Knex): Promise<readonly string[]> {
  if (!(await knex.schema.hasTable(TABLE))) return [];
  const rows = await knex<{ name: string }>(TABLE).select('name').orderBy('name');
  return rows.map(({ name }) => name);
}
