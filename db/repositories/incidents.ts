/** What went wrong inside the system and people must see: a log that was behind, lost cases, effects given up, differences found by reconciliation. */
import type { Knex } from 'knex';
import type { CaseScope } from '../../domain/access/scope.ts';
import { timestamp } from './columns.ts';
import { SCOPE_CONDITION, scopeBindings } from './scope.ts';

/** Every kind there is: docs/reference/runbook.md says of each what happened and what to do. */
export const INCIDENT_KINDS = [
  'log_behind',
  'closure_lost',
  'case_lost',
  'workflow_without_case',
  'workflow_of_closed_case',
  'workflow_missing',
  'workflow_behind',
  'workflow_differs',
  'workflow_silent',
  'internal_error',
  'engine_cancelled',
  'effect_failed',
  'policy_missing',
  'rebase_incomplete',
] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];

export interface Incident {
  readonly id: number;
  readonly kind: IncidentKind;
  readonly caseId: string | null;
  /** Codes, ids and numbers only. */
  readonly details: Readonly<Record<string, unknown>>;
  /** When it was seen first. */
  readonly at: number;
  /** How often the same was seen before it was settled, and when last. */
  readonly times: number;
  readonly lastSeenAt: number;
  readonly resolvedAt: number | null;
  /** Why it was settled: a code. */
  readonly resolution: string | null;
}

export interface IncidentRepository {
  /** Counts it on the row of the same incident while that one is open. Returns whether it was new. */
  record(incident: Pick<Incident, 'kind' | 'caseId' | 'details' | 'at'>, trx?: Knex): Promise<boolean>;
  /** Seen last first; those about no case only where every case is in scope. */
  list(query: { readonly scope: CaseScope; readonly openOnly?: boolean; readonly limit?: number }, trx?: Knex): Promise<readonly Incident[]>;
  /** Settles those of the ids that are open, and returns which. The same incident seen again afterwards is a new one. */
  resolve(ids: readonly number[], settled: { readonly resolution: string; readonly asOf: number }, trx?: Knex): Promise<readonly number[]>;
  /** Open ones by kind. */
  openByKind(trx?: Knex): Promise<Readonly<Record<string, number>>>;
}

export function createIncidentRepository(knex: Knex): IncidentRepository {
  return {
    async record({ kind, caseId, details, at }, trx = knex) {
      const { rows } = await trx.raw<{ rows: { is_new: boolean }[] }>(RECORD, [kind, caseId, JSON.stringify(details), timestamp(at), timestamp(at)]);
      return rows[0]!.is_new;
    },

    async list({ scope, openOnly = true, limit = 100 }, trx = knex) {
      const bindings = [...scopeBindings(scope), scope.kind === 'all', openOnly, limit];
      return (await trx.raw<{ rows: Incident[] }>(LIST, bindings as Knex.RawBinding[])).rows;
    },

    async resolve(ids, { resolution, asOf }, trx = knex) {
      const { rows } = await trx.raw<{ rows: { id: number }[] }>(RESOLVE, [timestamp(asOf), resolution, ids] as unknown as Knex.RawBinding[]);
      return rows.map(({ id }) => id).sort((a, b) => a - b);
    },

    async openByKind(trx = knex) {
      const { rows } = await trx.raw<{ rows: { kind: string; open: number }[] }>(OPEN_BY_KIND);
      return Object.fromEntries(rows.map(({ kind, open }) => [kind, open]));
    },
  };
}

// The index that holds open ones apart decides, so that two recorded at the same instant are one row too.
const RECORD = `INSERT INTO incident AS i (kind, case_id, details, at, last_seen_at) VALUES (?, ?, ?::jsonb, ?, ?)
  ON CONFLICT (kind, case_id, md5(details::text)) WHERE resolved_at IS NULL
  DO UPDATE SET times = i.times + 1, last_seen_at = greatest(i.last_seen_at, i.at, excluded.at)
  RETURNING times = 1 AS is_new`;

const LAST_SEEN = 'coalesce(i.last_seen_at, i.at)';

const LIST = `SELECT i.id, i.kind, i.case_id AS "caseId", i.details, i.at, i.times, ${LAST_SEEN} AS "lastSeenAt",
    i.resolved_at AS "resolvedAt", i.resolution
  FROM incident i LEFT JOIN escalation_case c ON c.case_id = i.case_id
  WHERE ((c.case_id IS NOT NULL AND ${SCOPE_CONDITION}) OR ?::boolean) AND (NOT ?::boolean OR i.resolved_at IS NULL)
  ORDER BY ${LAST_SEEN} DESC, i.id DESC LIMIT ?`;

const RESOLVE = 'UPDATE incident SET resolved_at = ?, resolution = ? WHERE id = ANY (?::bigint[]) AND resolved_at IS NULL RETURNING id';

const OPEN_BY_KIND = 'SELECT i.kind, count(*) AS open FROM incident i WHERE i.resolved_at IS NULL GROUP BY i.kind ORDER BY i.kind';
