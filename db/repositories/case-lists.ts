/** Lists of cases: two queries a page, whatever the filters. Overdue is `dueAt <= asOf`: what people see never waits for a breach to be recorded. */
import type { Knex } from 'knex';
import type { CaseScope } from '../../domain/access/scope.ts';
import type { NeedCategory } from '../../domain/case/codes.ts';
import type { CaseRow } from '../../domain/case/projection.ts';
import type { CaseStatus } from '../../domain/case/state.ts';
import type { ClockName, Territory, Urgency } from '../../domain/sla/policy.ts';
import { CASE_COLUMNS, caseRowOf, timestamp, type DatabaseRow } from './columns.ts';
import { decodeCursor, encodeCursor, type CursorKey } from './cursor.ts';
import { SCOPE_CONDITION, scopeBindings } from './scope.ts';

export const CASE_SORTS = ['deadline', 'openedAt', 'urgency'] as const;
/** `deadline`: nearest promise first; `openedAt`: newest first; `urgency`: red first, then by deadline. */
export type CaseSort = (typeof CASE_SORTS)[number];

export interface CaseFilters {
  readonly status?: readonly CaseStatus[];
  readonly urgency?: readonly Urgency[];
  readonly municipio?: readonly Territory[];
  readonly owner?: string;
  /** With a promise past due, breached or not; false for none. */
  readonly overdue?: boolean;
  /** As primary or other need. */
  readonly need?: NeedCategory;
  readonly household?: string;
  /** `<id>@<version>` of the policy it is measured by. */
  readonly policy?: string;
  /** Inclusive. */
  readonly openedFrom?: number;
  /** Exclusive. */
  readonly openedTo?: number;
}

export interface CaseListRequest {
  readonly scope: CaseScope;
  readonly asOf: number;
  readonly filters?: CaseFilters;
  /** @default 'deadline' */
  readonly sort?: CaseSort;
  readonly cursor?: string | null;
  /** @default 50, at most 100 */
  readonly limit?: number;
}

export interface ListedClock {
  readonly id: string;
  readonly name: ClockName;
  readonly dueAt: number | null;
  readonly paused: boolean;
  readonly overdue: boolean;
}

export interface ListedCase extends CaseRow {
  readonly overdue: boolean;
  /** Those still running, nearest first. */
  readonly clocks: readonly ListedClock[];
}

export interface CasePage {
  readonly cases: readonly ListedCase[];
  /** Null on the last page. */
  readonly next: string | null;
}

export interface CaseListRepository {
  /** Throws `CursorInvalid`. */
  list(request: CaseListRequest, trx?: Knex): Promise<CasePage>;
  /** Open episodes in order of case id, for whoever must look at all of them: relay, reconciliation, verification. */
  openEpisodes(after: string | null, limit: number, trx?: Knex): Promise<readonly OpenEpisode[]>;
  /** Open episodes among the cases of the last so many revisions. */
  recentlyChanged(revisions: number, trx?: Knex): Promise<readonly Pick<OpenEpisode, 'caseId' | 'episode'>[]>;
}

export interface OpenEpisode {
  readonly caseId: string;
  readonly episode: number;
  readonly revision: number;
  readonly episodeOpenedAt: number;
  readonly nextDeadline: number | null;
}

const MOST = 100;

export function createCaseListRepository(knex: Knex): CaseListRepository {
  return {
    async list(request, trx = knex) {
      const { sort = 'deadline', asOf } = request;
      const limit = Math.min(Math.max(1, request.limit ?? 50), MOST);
      const rows = (await pageQuery(trx, request, sort).limit(limit + 1)) as readonly DatabaseRow[];
      const page = rows.slice(0, limit).map(caseRowOf);
      const clocks = await runningClocks(trx, page, asOf);
      const cases = page.map((row) => ({ ...row, overdue: row.nearestDueAt !== null && row.nearestDueAt <= asOf, clocks: clocks.get(row.caseId) ?? [] }));
      const last = page[page.length - 1];
      return { cases, next: rows.length > limit && last !== undefined ? encodeCursor(sort, SORTS[sort].keyOf(last)) : null };
    },

    async openEpisodes(after, limit, trx = knex) {
      const { rows } = await trx.raw<{ rows: OpenEpisode[] }>(OPEN_EPISODES, [after, limit] as Knex.RawBinding[]);
      return rows;
    },

    async recentlyChanged(revisions, trx = knex) {
      return (await trx.raw<{ rows: Pick<OpenEpisode, 'caseId' | 'episode'>[] }>(RECENTLY_CHANGED, [revisions])).rows;
    },
  };
}

const OPEN_EPISODES = `SELECT case_id AS "caseId", episode, revision, episode_opened_at AS "episodeOpenedAt", next_deadline AS "nextDeadline"
  FROM escalation_case WHERE status <> 'closed' AND case_id > coalesce(?::uuid, '00000000-0000-0000-0000-000000000000') ORDER BY case_id LIMIT ?`;

const RECENTLY_CHANGED = `SELECT c.case_id AS "caseId", c.episode FROM escalation_case c
  WHERE c.status <> 'closed' AND c.case_id IN (SELECT r.case_id FROM case_revision r ORDER BY r.recorded_at DESC LIMIT ?)`;

interface Order {
  readonly orderBy: string;
  /** Keyset condition: the rows after a cursor's key. */
  readonly after: string;
  readonly shape: readonly ('instant' | 'number' | 'uuid')[];
  keyOf(row: CaseRow): CursorKey;
}

const RANK: Record<Urgency, number> = { red: 0, yellow: 1, green: 2 };
const DUE = "coalesce(c.nearest_due_at, 'infinity'::timestamptz)";
const NOT_OVERDUE = `${DUE} > ?::timestamptz`;
const URGENCY = "(CASE c.urgency WHEN 'red' THEN 0 WHEN 'yellow' THEN 1 ELSE 2 END)";

const SORTS: Readonly<Record<CaseSort, Order>> = {
  deadline: {
    orderBy: `${DUE}, c.case_id`,
    after: `(${DUE}, c.case_id) > (?::timestamptz, ?::uuid)`,
    shape: ['instant', 'uuid'],
    keyOf: (row) => [row.nearestDueAt, row.caseId],
  },
  openedAt: {
    orderBy: 'c.opened_at DESC, c.case_id DESC',
    after: '(c.opened_at, c.case_id) < (?::timestamptz, ?::uuid)',
    shape: ['instant', 'uuid'],
    keyOf: (row) => [row.openedAt, row.caseId],
  },
  urgency: {
    orderBy: `${URGENCY}, ${DUE}, c.case_id`,
    after: `(${URGENCY}, ${DUE}, c.case_id) > (?::integer, ?::timestamptz, ?::uuid)`,
    shape: ['number', 'instant', 'uuid'],
    keyOf: (row) => [RANK[row.urgency], row.nearestDueAt, row.caseId],
  },
};

function pageQuery(knex: Knex, { scope, asOf, filters = {}, cursor }: CaseListRequest, sort: CaseSort): Knex.QueryBuilder {
  const query = knex<DatabaseRow>('escalation_case as c').select(CASE_COLUMNS.map((column) => `c.${column}`));
  // With every case in scope the condition would only hide the indexes from the planner.
  if (scope.kind !== 'all') void query.whereRaw(SCOPE_CONDITION, scopeBindings(scope) as Knex.RawBinding[]);
  applyFilters(query, filters, asOf);
  const order = SORTS[sort];
  if (cursor !== null && cursor !== undefined) {
    const key = decodeCursor(sort, cursor, order.shape);
    void query.whereRaw(order.after, key.map((part, index) => (order.shape[index] === 'instant' ? instant(part) : part)) as Knex.RawBinding[]);
  }
  return query.orderByRaw(order.orderBy);
}

function instant(part: string | number | null): string {
  return typeof part === 'number' ? timestamp(part) : 'infinity';
}

function applyFilters(query: Knex.QueryBuilder, filters: CaseFilters, asOf: number): void {
  const { status, urgency, municipio, owner, overdue, need, household, policy, openedFrom, openedTo } = filters;
  if (status !== undefined) void query.whereIn('c.status', status);
  if (urgency !== undefined) void query.whereIn('c.urgency', urgency);
  if (municipio !== undefined) void query.whereIn('c.municipio', municipio);
  if (owner !== undefined) void query.where('c.owner', owner);
  if (overdue === true) void query.where('c.nearest_due_at', '<=', timestamp(asOf));
  if (overdue === false) void query.whereRaw(NOT_OVERDUE, [timestamp(asOf)]);
  if (need !== undefined) void query.whereRaw('(c.primary_need = ? OR ? = ANY(c.other_needs))', [need, need]);
  if (household !== undefined) void query.where('c.household', household);
  if (policy !== undefined) void query.where('c.policy', policy);
  if (openedFrom !== undefined) void query.where('c.opened_at', '>=', timestamp(openedFrom));
  if (openedTo !== undefined) void query.where('c.opened_at', '<', timestamp(openedTo));
}

type ClockRecord = { case_id: string; clock_id: string; name: ClockName; due_at: number | null; paused: boolean };

async function runningClocks(knex: Knex, page: readonly CaseRow[], asOf: number): Promise<ReadonlyMap<string, readonly ListedClock[]>> {
  const found = new Map<string, ListedClock[]>(page.map(({ caseId }) => [caseId, []]));
  if (page.length === 0) return found;
  const rows = await knex<ClockRecord & { status: string }>('case_clock')
    .whereIn('case_id', [...found.keys()])
    .where('status', 'running')
    .orderByRaw('due_at NULLS LAST, clock_id')
    .select('case_id', 'clock_id', 'name', 'due_at', 'paused');
  for (const { case_id, clock_id, name, due_at, paused } of rows) {
    found.get(case_id)?.push({ id: clock_id, name, dueAt: due_at, paused, overdue: due_at !== null && due_at <= asOf });
  }
  return found;
}
