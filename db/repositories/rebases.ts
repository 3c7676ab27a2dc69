/**
 * Batches of rebases. A batch writes down its cases once, then what became of each: whoever goes on after a crash takes what is still pending, and the figures
 * of the batch count each case once.
 */
import type { Knex } from 'knex';
import type { RebaseReason } from '../../domain/case/codes.ts';
import type { MovedClock } from '../../domain/case/rebase.ts';
import type { Policy, Territory, Urgency } from '../../domain/sla/policy.ts';
import { timestamp } from './columns.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';

/** Which open cases. A field left out admits all. */
export interface RebaseFilter {
  /** `<id>@<version>` they are measured by now. */
  readonly policies?: readonly string[];
  readonly territories?: readonly Territory[];
  readonly needs?: readonly string[];
  readonly urgencies?: readonly Urgency[];
  /** One of their calendars ends before this instant. */
  readonly horizonBefore?: number;
}

/**
 * To what. `inForce`: what a case opened now would get, if that is `policyId` where it is named; `candidate`: as if a draft, as it
 * stood then, were published (dry runs only).
 */
export type RebaseTarget =
  | { readonly to: 'inForce'; readonly policyId?: string }
  | { readonly to: 'calendars' }
  | { readonly to: 'candidate'; readonly policy: Policy };

export const REBASE_STATUSES = ['queued', 'running', 'done', 'cancelled'] as const;
export type RebaseStatus = (typeof REBASE_STATUSES)[number];

export interface RebaseBatch {
  readonly batchId: string;
  readonly reason: RebaseReason;
  readonly target: RebaseTarget;
  readonly filter: RebaseFilter;
  readonly dryRun: boolean;
  readonly status: RebaseStatus;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly notBefore: number;
  readonly cancelAskedAt: number | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** Null until every case of the filter is written down. */
  readonly total: number | null;
  /** Moved, unchanged and failed together. */
  readonly done: number;
  readonly moved: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly clocksMoved: number;
}

export const REBASE_OUTCOMES = ['pending', 'moved', 'unchanged', 'failed'] as const;
export type RebaseOutcome = (typeof REBASE_OUTCOMES)[number];

export interface RebasedCase {
  readonly caseId: string;
  readonly outcome: RebaseOutcome;
  /** Why it is unchanged or failed: a code. */
  readonly reason: string | null;
  readonly moved: readonly MovedClock[];
}

export type NewBatch = Pick<RebaseBatch, 'batchId' | 'reason' | 'target' | 'filter' | 'dryRun' | 'createdBy' | 'createdAt' | 'notBefore'>;

interface Page {
  readonly cursor?: string | null;
  /** @default 50, at most 100 */
  readonly limit?: number;
}

export interface RebaseRepository {
  create(batch: NewBatch, trx?: Knex): Promise<RebaseBatch>;
  find(batchId: string, trx?: Knex): Promise<RebaseBatch | null>;
  /** Newest first. Throws `CursorInvalid`. */
  list(page: Page, trx?: Knex): Promise<{ readonly items: readonly RebaseBatch[]; readonly next: string | null }>;
  /** In order of case id. Throws `CursorInvalid`. */
  cases(
    batchId: string,
    page: Page & { readonly outcome?: RebaseOutcome },
    trx?: Knex,
  ): Promise<{ readonly items: readonly RebasedCase[]; readonly next: string | null }>;
  /** One that has not begun is over at once; one that runs ends after the cases in hand. Null when it is over already. */
  cancel(batchId: string, at: number, trx?: Knex): Promise<RebaseBatch | null>;
}

/** `<alias>.column AS field` for every field of a batch. */
export const BATCH = `b.batch_id AS "batchId", b.reason, b.target, b.filter, b.dry_run AS "dryRun", b.status, b.created_by AS "createdBy", b.created_at AS "createdAt",
  b.not_before AS "notBefore", b.cancel_asked_at AS "cancelAskedAt", b.started_at AS "startedAt", b.finished_at AS "finishedAt", b.total, b.done, b.moved,
  b.unchanged, b.failed, b.clocks_moved AS "clocksMoved"`;
const MOST = 100;

export function createRebaseRepository(knex: Knex): RebaseRepository {
  const rowsOf = async <T>(trx: Knex, sql: string, bindings: readonly unknown[]): Promise<readonly T[]> =>
    (await trx.raw<{ rows: T[] }>(sql, bindings as Knex.RawBinding[])).rows;
  const one = async (trx: Knex, sql: string, bindings: readonly unknown[]) => (await rowsOf<RebaseBatch>(trx, sql, bindings))[0] ?? null;
  return {
    async create({ batchId, reason, target, filter, dryRun, createdBy, createdAt, notBefore }, trx = knex) {
      const instants = [timestamp(createdAt), timestamp(notBefore)];
      return (await one(trx, CREATE, [batchId, reason, JSON.stringify(target), JSON.stringify(filter), dryRun, createdBy, ...instants]))!;
    },
    find: (batchId, trx = knex) => one(trx, FIND, [batchId]),
    async list({ cursor = null, limit = 50 }, trx = knex) {
      const [before, beforeId] = cursor === null ? [null, LAST_UUID] : decodeCursor('rebases', cursor, ['instant', 'uuid']);
      const rows = await rowsOf<RebaseBatch>(trx, LIST, [typeof before === 'number' ? timestamp(before) : 'infinity', beforeId, most(limit) + 1]);
      return paged(rows, most(limit), ({ createdAt, batchId }) => encodeCursor('rebases', [createdAt, batchId]));
    },
    async cases(batchId, { outcome = null, cursor = null, limit = 50 }, trx = knex) {
      const [after] = cursor === null ? [FIRST_UUID] : decodeCursor('rebased-cases', cursor, ['uuid']);
      const rows = await rowsOf<RebasedCase>(trx, CASES, [batchId, after, outcome, outcome, most(limit) + 1]);
      return paged(rows, most(limit), ({ caseId }) => encodeCursor('rebased-cases', [caseId]));
    },
    cancel: (batchId, at, trx = knex) => one(trx, CANCEL, [timestamp(at), timestamp(at), batchId]),
  };
}

export const FIRST_UUID = '00000000-0000-0000-0000-000000000000';
const LAST_UUID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

function most(limit: number): number {
  return Math.min(Math.max(1, limit), MOST);
}

function paged<T>(rows: readonly T[], limit: number, cursorOf: (last: T) => string): { readonly items: readonly T[]; readonly next: string | null } {
  const items = rows.slice(0, limit);
  const last = items[items.length - 1];
  return { items, next: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}

const CREATE = `INSERT INTO rebase_batch AS b (batch_id, reason, target, filter, dry_run, status, created_by, created_at, not_before)
  VALUES (?, ?, ?::jsonb, ?::jsonb, ?, 'queued', ?, ?, ?) RETURNING ${BATCH}`;
const FIND = `SELECT ${BATCH} FROM rebase_batch b WHERE b.batch_id = ?`;
const LIST = `SELECT ${BATCH} FROM rebase_batch b WHERE (b.created_at, b.batch_id) < (?::timestamptz, ?::uuid) ORDER BY b.created_at DESC, b.batch_id DESC LIMIT ?`;
const CASES = `SELECT case_id AS "caseId", outcome, reason, moved FROM rebase_case
  WHERE batch_id = ? AND case_id > ?::uuid AND (?::text IS NULL OR outcome = ?::text) ORDER BY case_id LIMIT ?`;
const CANCEL = `UPDATE rebase_batch b SET cancel_asked_at = coalesce(b.cancel_asked_at, ?),
    status = CASE b.status WHEN 'queued' THEN 'cancelled' ELSE b.status END, finished_at = CASE b.status WHEN 'queued' THEN ?::timestamptz END
  WHERE b.batch_id = ? AND b.finished_at IS NULL RETURNING ${BATCH}`;
