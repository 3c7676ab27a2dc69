/**
 * The connection pool of a process. What Postgres calls `timestamptz` is epoch milliseconds on this side, as everywhere in the product, and `int8` is a number:
 * both are converted by the connection itself, so that no repository and no caller ever meets a Date or a digit string.
 */
import knex, { type Knex } from 'knex';
import pg from 'pg';

const INT8 = 20;
const TIMESTAMPTZ = 1184;

export interface DatabaseOptions {
  readonly url: string;
  /** Most connections at once. A worker needs at least as many as it has activity slots.
   * @default 10 */
  readonly poolSize?: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Longest time a statement may take.
   * @default 15_000 */
  readonly statementTimeoutMs?: number;
  /** Longest wait for a free connection, or for a new one while Postgres is away: a caller is better told than kept.
   * @default 5_000 */
  readonly acquireTimeoutMs?: number;
}

/** Opens the pool (lazily: nothing is connected until the first query). The caller destroys it. */
export function createDatabase(options: DatabaseOptions): Knex {
  const { url, poolSize = 10, applicationName, statementTimeoutMs = 15_000, acquireTimeoutMs = 5_000 } = options;
  return knex({
    client: 'pg',
    connection: {
      connectionString: url,
      application_name: applicationName,
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: 2 * statementTimeoutMs,
      connectionTimeoutMillis: acquireTimeoutMs,
      keepAlive: true,
      types: { getTypeParser },
    } as Knex.PgConnectionConfig,
    // Two at least: migrations hold the lock on one connection and work on another.
    pool: { min: 0, max: Math.max(2, poolSize) },
    acquireConnectionTimeout: acquireTimeoutMs,
    // The text of a failed statement stands in its error, and that in a log: without what was bound to it.
    compileSqlOnError: false,
    // Every failure reaches whoever asked: knex would print it besides, between the lines of our log.
    log: { warn: () => undefined, error: () => undefined },
  });
}

function getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (oid === INT8) return toInteger;
  if (oid === TIMESTAMPTZ) return toInstant;
  return pg.types.getTypeParser(oid, format) as (text: string) => unknown;
}

function toInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} does not fit in a number`);
  return value;
}

const parseTimestamp = pg.types.getTypeParser(TIMESTAMPTZ) as (text: string) => Date | number;

/** Infinity stays infinite: it is what `coalesce(due, 'infinity')` gives. */
function toInstant(text: string): number {
  const value = parseTimestamp(text);
  return typeof value === 'number' ? value : value.getTime();
}
