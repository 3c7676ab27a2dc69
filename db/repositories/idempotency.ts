/**
 * Idempotency keys of what is not a workflow command: opening, reopening, take-next, what administrators do. Answers hold no people's data.
 * Opening and reopening write theirs with the revision (`AppendRequest.key`); a row without status is a take-next on its way, or not committed yet.
 */
import type { Knex } from 'knex';
import { KeyTaken, type KeyEntry } from './append.ts';
import { timestamp } from './columns.ts';

export interface KeyRecord {
  readonly commandId: string;
  readonly route: string;
  readonly fingerprint: string;
  readonly caseId: string | null;
  /** Null while the first request with this key is still at work. */
  readonly status: number | null;
  readonly answer: unknown;
  readonly createdAt: number;
}

export interface IdempotencyRepository {
  find(commandId: string, trx?: Knex): Promise<KeyRecord | null>;
  /** Throws `KeyTaken` (without aborting the transaction it is in). */
  store(entry: KeyToStore, trx?: Knex): Promise<void>;
  /** Gives a key on its way its answer. */
  complete(commandId: string, status: number, answer: unknown, trx?: Knex): Promise<void>;
  /** Forgets keys from before an instant, at most so many, the oldest first; returns how many. */
  prune(options: { readonly before: number; readonly limit: number }, trx?: Knex): Promise<number>;
}

export type KeyToStore = Omit<KeyEntry, 'status'> & Pick<KeyRecord, 'status' | 'caseId'> & { readonly at: number };

interface StoredKey {
  command_id: string;
  route: string;
  fingerprint: string;
  case_id: string | null;
  status: number | null;
  answer: unknown;
  created_at: number;
}

export function createIdempotencyRepository(knex: Knex): IdempotencyRepository {
  return {
    async find(commandId, trx = knex) {
      const row = await trx<StoredKey>('idempotency').where('command_id', commandId).first();
      if (row === undefined) return null;
      const { route, fingerprint, case_id: caseId, status, answer, created_at: createdAt } = row;
      return { commandId, route, fingerprint, caseId, status, answer, createdAt };
    },

    async store({ commandId, route, fingerprint, status, answer, caseId, at }, trx = knex) {
      const { rows } = await trx.raw<{ rows: unknown[] }>(
        `INSERT INTO idempotency (command_id, route, fingerprint, case_id, status, answer, created_at)
         VALUES (?, ?, ?, ?, ?, ?::jsonb, ?) ON CONFLICT DO NOTHING RETURNING 1`,
        [commandId, route, fingerprint, caseId, status, JSON.stringify(answer ?? null), timestamp(at)],
      );
      if (rows.length === 0) throw new KeyTaken(commandId);
    },

    async complete(commandId, status, answer, trx = knex) {
      await trx.raw('UPDATE idempotency SET status = ?, answer = ?::jsonb WHERE command_id = ?', [status, JSON.stringify(answer ?? null), commandId]);
    },

    async prune({ before, limit }, trx = knex) {
      const { rows } = await trx.raw<{ rows: { pruned: number }[] }>(PRUNE, [timestamp(before), limit]);
      return rows[0]!.pruned;
    },
  };
}

// One that is just being answered is left for the next time.
const PRUNE = `
WITH old AS (
  SELECT command_id FROM idempotency WHERE created_at < ? ORDER BY created_at LIMIT ? FOR UPDATE SKIP LOCKED
), pruned AS (
  DELETE FROM idempotency i USING old WHERE i.command_id = old.command_id RETURNING 1
)
SELECT count(*) AS pruned FROM pruned`;
