/**
 * Effects written in the transaction of what caused them. Several relays may run: a taken row is leased, not locked, so that no transaction is open while an
 * effect is carried out, and a relay that dies leaves its rows due again.
 */
import type { Knex } from 'knex';
import type { OutboxEntry } from './append.ts';
import { timestamp } from './columns.ts';

export interface OutboxRow extends OutboxEntry {
  readonly id: number;
  readonly caseId: string;
  /** This one included. */
  readonly attempts: number;
  readonly createdAt: number;
}

export interface OutboxRepository {
  /** Writes an effect by itself. One whose key is pending is left as it is; one that was done is due again. Returns whether anything was written. */
  post(entry: OutboxEntry, about: { readonly caseId: string; readonly at: number }, trx?: Knex): Promise<boolean>;
  /** Takes what is due, oldest first, until the lease ends. Rows others are taking are skipped. */
  claimBatch(options: { readonly limit: number; readonly leaseMs: number; readonly asOf: number }, trx?: Knex): Promise<readonly OutboxRow[]>;
  /** Makes due at once what is leased and has not failed yet: what a relay that died was at. Returns how many. */
  releaseLeases(asOf: number, trx?: Knex): Promise<number>;
  /** What is not done for a case, taken or not. */
  pendingFor(caseId: string, trx?: Knex): Promise<readonly OutboxRow[]>;
  markDone(key: string, asOf: number, trx?: Knex): Promise<void>;
  /** Due again after 1 s, 2 s, 4 s... at most a minute. The error is a code or a message without people's data. */
  markFailed(key: string, error: string, asOf: number, trx?: Knex): Promise<void>;
  pendingCount(trx?: Knex): Promise<number>;
  /** Milliseconds the oldest pending effect has waited; 0 when none does. */
  oldestAge(asOf: number, trx?: Knex): Promise<number>;
  /** Forgets what was done before an instant, at most so many, the longest done first; returns how many. */
  pruneDone(options: { readonly before: number; readonly limit: number }, trx?: Knex): Promise<number>;
}

const LONGEST_DELAY_S = 60;
const COLUMNS = 'o.id, o.kind, o.key, o.case_id AS "caseId", o.payload, o.attempts, o.created_at AS "createdAt"';

export function createOutboxRepository(knex: Knex): OutboxRepository {
  return {
    async post({ kind, key, payload }, { caseId, at }, trx = knex) {
      const bindings = [kind, key, caseId, JSON.stringify(payload), timestamp(at), timestamp(at)];
      return (await trx.raw<{ rows: unknown[] }>(POST, bindings)).rows.length > 0;
    },

    async claimBatch({ limit, leaseMs, asOf }, trx = knex) {
      const { rows } = await trx.raw<{ rows: OutboxRow[] }>(CLAIM, [timestamp(asOf), limit, timestamp(asOf + leaseMs)]);
      return [...rows].sort((a, b) => a.id - b.id);
    },

    async releaseLeases(asOf, trx = knex) {
      const { rows } = await trx.raw<{ rows: unknown[] }>(RELEASE, [timestamp(asOf), timestamp(asOf)]);
      return rows.length;
    },

    async pendingFor(caseId, trx = knex) {
      return (await trx.raw<{ rows: OutboxRow[] }>(PENDING_FOR, [caseId])).rows;
    },

    async markDone(key, asOf, trx = knex) {
      // Once a case: prepared, as `append` is.
      await trx.raw(DONE, [timestamp(asOf), key]).options({ name: 'outbox-done' });
    },

    async markFailed(key, error, asOf, trx = knex) {
      await trx.raw(FAILED, [error.slice(0, 500), timestamp(asOf), LONGEST_DELAY_S, key]);
    },

    async pendingCount(trx = knex) {
      const { rows } = await trx.raw<{ rows: { pending: number }[] }>('SELECT count(*) AS pending FROM outbox WHERE done_at IS NULL');
      return rows[0]!.pending;
    },

    async oldestAge(asOf, trx = knex) {
      const { rows } = await trx.raw<{ rows: { oldest: number | null }[] }>('SELECT min(created_at) AS oldest FROM outbox WHERE done_at IS NULL');
      return Math.max(0, asOf - (rows[0]!.oldest ?? asOf));
    },

    async pruneDone({ before, limit }, trx = knex) {
      const { rows } = await trx.raw<{ rows: { pruned: number }[] }>(PRUNE_DONE, [timestamp(before), limit]);
      return rows[0]!.pruned;
    },
  };
}

const POST = `INSERT INTO outbox (kind, key, case_id, payload, created_at, next_attempt_at)
  VALUES (?, ?, ?, ?::jsonb, ?, ?)
  ON CONFLICT (key) DO UPDATE
  SET payload = excluded.payload, created_at = excluded.created_at, next_attempt_at = excluded.next_attempt_at, done_at = NULL, attempts = 0
  WHERE outbox.done_at IS NOT NULL RETURNING 1`;

const CLAIM = `
WITH due AS (
  SELECT id FROM outbox WHERE done_at IS NULL AND next_attempt_at <= ? ORDER BY next_attempt_at, id LIMIT ? FOR UPDATE SKIP LOCKED
)
UPDATE outbox o SET attempts = o.attempts + 1, next_attempt_at = ? FROM due WHERE o.id = due.id RETURNING ${COLUMNS}`;

const RELEASE = `UPDATE outbox SET next_attempt_at = ?
  WHERE done_at IS NULL AND attempts > 0 AND last_error IS NULL AND next_attempt_at > ? RETURNING 1`;

const PENDING_FOR = `SELECT ${COLUMNS} FROM outbox o WHERE o.case_id = ? AND o.done_at IS NULL ORDER BY o.id`;

const DONE = 'UPDATE outbox SET done_at = ?, last_error = NULL WHERE key = ? AND done_at IS NULL';

const FAILED = `UPDATE outbox SET last_error = ?,
  next_attempt_at = ?::timestamptz + make_interval(secs => least(power(2, greatest(attempts, 1) - 1), ?))
  WHERE key = ? AND done_at IS NULL`;

// A row that is asked for again while it is pruned is locked and left: the condition is looked at under the lock.
const PRUNE_DONE = `
WITH old AS (
  SELECT id FROM outbox WHERE done_at < ? ORDER BY done_at LIMIT ? FOR UPDATE SKIP LOCKED
), pruned AS (
  DELETE FROM outbox o USING old WHERE o.id = old.id RETURNING 1
)
SELECT count(*) AS pruned FROM pruned`;
