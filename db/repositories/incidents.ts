/** What went wrong inside the system and people must see: a log that was behind, lost cases, effects given up, differences found by reconciliation. */
import type { Knex } from 'knex';
import type { CaseScope } from '../../domain/access/scope.ts';
import { timestamp } from './columns.ts';
import { SCOPE_CONDITION, scopeBindings } from './scope.ts';

export interface Incident {
  readonly id: number;
  /** A code: `log_behind`, `case_lost`, `effect_failed`... */
  readonly kind: string;
  readonly caseId: string | null;
  /** Codes, ids and numbers only. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly at: number;
  readonly resolvedAt: number | null;
}

export interface IncidentRepository {
  /** Records it unless the same is open already: whoever records may be retried. Returns whether it was new. */
  record(incident: Pick<Incident, 'kind' | 'caseId' | 'details' | 'at'>, trx?: Knex): Promise<boolean>;
  /** Newest first; those about no case only where every case is in scope. */
  list(query: { readonly scope: CaseScope; readonly openOnly?: boolean; readonly limit?: number }, trx?: Knex): Promise<readonly Incident[]>;
  resolve(id: number, asOf: number, trx?: Knex): Promise<boolean>;
}

export function createIncidentRepository(knex: Knex): IncidentRepository {
  return {
    async record({ kind, caseId, details, at }, trx = knex) {
      const { rows } = await trx.raw<{ rows: unknown[] }>(RECORD, [kind, caseId, JSON.stringify(details), timestamp(at)]);
      return rows.length > 0;
    },

    async list({ scope, openOnly = true, limit = 100 }, trx = knex) {
      const bindings = [...scopeBindings(scope), scope.kind === 'all', openOnly, limit];
      return (await trx.raw<{ rows: Incident[] }>(LIST, bindings as Knex.RawBinding[])).rows;
    },

    async resolve(id, asOf, trx = knex) {
      return (
        (await trx('incident')
          .where({ id, resolved_at: null })
          .update({ resolved_at: timestamp(asOf) })) > 0
      );
    },
  };
}

const RECORD = `WITH p AS (SELECT ?::text AS kind, ?::uuid AS case_id, ?::jsonb AS details, ?::timestamptz AS at)
  INSERT INTO incident (kind, case_id, details, at) SELECT p.kind, p.case_id, p.details, p.at FROM p
  WHERE NOT EXISTS (SELECT 1 FROM incident i WHERE i.resolved_at IS NULL AND i.kind = p.kind AND i.case_id IS NOT DISTINCT FROM p.case_id AND i.details = p.details)
  RETURNING 1`;

const LIST = `SELECT i.id, i.kind, i.case_id AS "caseId", i.details, i.at, i.resolved_at AS "resolvedAt"
  FROM incident i LEFT JOIN escalation_case c ON c.case_id = i.case_id
  WHERE ((c.case_id IS NOT NULL AND ${SCOPE_CONDITION}) OR ?::boolean) AND (NOT ?::boolean OR i.resolved_at IS NULL)
  ORDER BY i.at DESC, i.id DESC LIMIT ?`;
