/** How a batch of rebases goes on: what its workflow's activities read and write. Each step may be repeated; what was counted is not counted again. */
import type { Knex } from 'knex';
import type { MovedClock } from '../../domain/case/rebase.ts';
import { timestamp } from './columns.ts';
import { filterBindings, MATCHING } from './rebase-filter.ts';
import { BATCH, FIRST_UUID, type RebaseBatch, type RebaseFilter, type RebaseOutcome } from './rebases.ts';

export interface CaseResult {
  readonly caseId: string;
  readonly outcome: Exclude<RebaseOutcome, 'pending'>;
  readonly reason: string | null;
  readonly moved: readonly MovedClock[];
}

export interface UnfinishedBatch {
  readonly batchId: string;
  readonly notBefore: number;
}

export interface RebaseProgressRepository {
  /** Those whose workflow should exist. */
  unfinished(): Promise<readonly UnfinishedBatch[]>;
  /** Marks a batch as running. Null when it is over, or was cancelled before it began. */
  begin(batchId: string, at: number): Promise<RebaseBatch | null>;
  /** Writes down the next open cases of the filter, in order of case id; returns the last one, null when there are no more. */
  planPage(batchId: string, filter: RebaseFilter, after: string | null, limit: number): Promise<string | null>;
  /** Every case is written down: their number is the total. */
  planned(batchId: string): Promise<number>;
  /** Cases still to be done, in order of case id. */
  pending(batchId: string, after: string | null, limit: number): Promise<readonly string[]>;
  record(batchId: string, results: readonly CaseResult[]): Promise<void>;
  isCancelAsked(batchId: string): Promise<boolean>;
  /** Over: cancelled when that was asked for before every case was done. Returns the batch as it ended. */
  finish(batchId: string, at: number): Promise<RebaseBatch>;
  /** Whether a batch for calendars that run out is under way. */
  isRenewing(): Promise<boolean>;
  /** Whether any open case matches. */
  anyCase(filter: RebaseFilter): Promise<boolean>;
}

export function createRebaseProgressRepository(knex: Knex): RebaseProgressRepository {
  const rowsOf = async <T>(sql: string, bindings: readonly unknown[] = []): Promise<readonly T[]> =>
    (await knex.raw<{ rows: T[] }>(sql, bindings as Knex.RawBinding[])).rows;
  return {
    unfinished: () => rowsOf<UnfinishedBatch>(UNFINISHED),
    begin: async (batchId, at) => (await rowsOf<RebaseBatch>(BEGIN, [timestamp(at), batchId]))[0] ?? null,
    async planPage(batchId, filter, after, limit) {
      const [row] = await rowsOf<{ last: string | null }>(PLAN, [...filterBindings(filter), after ?? FIRST_UUID, limit, batchId]);
      return row?.last ?? null;
    },
    planned: async (batchId) => (await rowsOf<{ total: number }>(PLANNED, [batchId, batchId]))[0]!.total,
    async pending(batchId, after, limit) {
      return (await rowsOf<{ caseId: string }>(PENDING, [batchId, after ?? FIRST_UUID, limit])).map(({ caseId }) => caseId);
    },
    async record(batchId, results) {
      await knex.raw(RECORD, [JSON.stringify(results), batchId, batchId]);
    },
    async isCancelAsked(batchId) {
      return (await rowsOf<{ asked: boolean }>(CANCEL_ASKED, [batchId]))[0]?.asked ?? false;
    },
    finish: async (batchId, at) => (await rowsOf<RebaseBatch>(FINISH, [timestamp(at), batchId]))[0]!,
    isRenewing: async () => (await rowsOf(RENEWING)).length > 0,
    anyCase: async (filter) => (await rowsOf(ANY_CASE, filterBindings(filter))).length > 0,
  };
}

const UNFINISHED = `SELECT b.batch_id AS "batchId", b.not_before AS "notBefore" FROM rebase_batch b WHERE b.finished_at IS NULL ORDER BY b.not_before, b.batch_id`;

const BEGIN = `UPDATE rebase_batch b SET status = 'running', started_at = coalesce(b.started_at, ?) WHERE b.batch_id = ? AND b.finished_at IS NULL RETURNING ${BATCH}`;

const ANY_CASE = `SELECT 1 ${MATCHING} LIMIT 1`;
const PLAN = `WITH page AS MATERIALIZED (SELECT c.case_id ${MATCHING} AND c.case_id > ?::uuid ORDER BY c.case_id LIMIT ?
  ), written AS (INSERT INTO rebase_case (batch_id, case_id) SELECT ?::uuid, page.case_id FROM page ON CONFLICT DO NOTHING)
  SELECT page.case_id AS last FROM page ORDER BY page.case_id DESC LIMIT 1`;
const PLANNED = `UPDATE rebase_batch SET total = coalesce(total, (SELECT count(*)::integer FROM rebase_case WHERE batch_id = ?)) WHERE batch_id = ? RETURNING total`;
const PENDING = `SELECT case_id AS "caseId" FROM rebase_case WHERE batch_id = ? AND outcome = 'pending' AND case_id > ?::uuid ORDER BY case_id LIMIT ?`;

const RECORD = `WITH result AS (
    SELECT x.* FROM jsonb_to_recordset(?::jsonb) AS x("caseId" uuid, outcome text, reason text, moved jsonb)
  ), written AS (
    UPDATE rebase_case c SET outcome = result.outcome, reason = result.reason, moved = result.moved
    FROM result WHERE c.batch_id = ? AND c.case_id = result."caseId" AND c.outcome = 'pending'
    RETURNING c.outcome, jsonb_array_length(c.moved) AS clocks
  ), counted AS (
    SELECT count(*)::integer AS done, (count(*) FILTER (WHERE outcome = 'moved'))::integer AS moved,
      (count(*) FILTER (WHERE outcome = 'unchanged'))::integer AS unchanged, (count(*) FILTER (WHERE outcome = 'failed'))::integer AS failed,
      coalesce(sum(clocks), 0)::integer AS clocks FROM written
  )
  UPDATE rebase_batch b SET done = b.done + counted.done, moved = b.moved + counted.moved, unchanged = b.unchanged + counted.unchanged,
    failed = b.failed + counted.failed, clocks_moved = b.clocks_moved + counted.clocks
  FROM counted WHERE b.batch_id = ?`;

const CANCEL_ASKED = 'SELECT cancel_asked_at IS NOT NULL AS asked FROM rebase_batch WHERE batch_id = ?';
const FINISH = `UPDATE rebase_batch b SET finished_at = coalesce(b.finished_at, ?),
    status = CASE WHEN b.finished_at IS NOT NULL THEN b.status WHEN b.cancel_asked_at IS NOT NULL AND b.done IS DISTINCT FROM b.total THEN 'cancelled' ELSE 'done' END
  WHERE b.batch_id = ? RETURNING ${BATCH}`;
const RENEWING = `SELECT 1 FROM rebase_batch WHERE reason = 'horizon' AND finished_at IS NULL LIMIT 1`;
