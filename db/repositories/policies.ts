/**
 * SLA policies and their versions. At most one draft a policy; what was published is only ever retired (a trigger sees to it).
 * A version is in force from `validFrom` until a later one is, or until it is retired; then the one before it counts again.
 */
import type { Knex } from 'knex';
import type { PublishedPolicy } from '../../domain/sla/policy-match.ts';
import type { Policy } from '../../domain/sla/policy.ts';
import { timestamp } from './columns.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { VERSION_COLUMNS, type Act, type VersionHead, type VersionStatus } from './versions.ts';

/** A version without what it promises. */
export interface PolicyVersionHead extends VersionHead {
  readonly policyId: string;
}

export interface PolicyVersion extends PolicyVersionHead {
  readonly policy: Policy;
}

/** A policy without its version: the table numbers versions. */
export type PolicyDraft = Omit<Policy, 'version'>;

export interface PolicyListQuery {
  readonly policyId?: string;
  readonly status?: VersionStatus;
  readonly cursor?: string | null;
  /** @default 50, at most 100 */
  readonly limit?: number;
}

export interface PolicyRepository {
  /** By policy, newest version first. Throws `CursorInvalid`. */
  list(query: PolicyListQuery, trx?: Knex): Promise<{ readonly items: readonly PolicyVersionHead[]; readonly next: string | null }>;
  find(policyId: string, version: number | 'draft', trx?: Knex): Promise<PolicyVersion | null>;
  /** Of everything ever published: when each version counts. Small, and enough to know which bodies are needed. */
  publishedHeads(trx?: Knex): Promise<readonly PublishedHead[]>;
  bodies(wanted: readonly PolicyName[], trx?: Knex): Promise<readonly Policy[]>;
  /** Writes or overwrites the draft. Null when it was saved since `ifEdit`. */
  saveDraft(draft: PolicyDraft, act: Act & { readonly ifEdit: readonly number[] | null }, trx?: Knex): Promise<PolicyVersion | null>;
  /** Returns false when there is none. */
  discardDraft(policyId: string, trx?: Knex): Promise<boolean>;
  /** The draft as a version in force from `validFrom`. Null when there is none. */
  publishDraft(policyId: string, act: Act & { readonly validFrom: number }, trx?: Knex): Promise<PolicyVersion | null>;
  /** Null unless it is published. */
  retire(name: PolicyName, act: Act, trx?: Knex): Promise<PolicyVersion | null>;
  /** Whoever changes policies does it one after another. Within a transaction. */
  lock(trx: Knex): Promise<void>;
}

export interface PolicyName {
  readonly policyId: string;
  readonly version: number;
}

export type PublishedHead = PolicyName & Omit<PublishedPolicy, 'policy'>;

const HEAD = `policy_id AS "policyId", ${VERSION_COLUMNS}`;
const WHOLE = `${HEAD}, body AS policy`;
const MOST = 100;

export function createPolicyRepository(knex: Knex): PolicyRepository {
  const rowsOf = async <T>(trx: Knex, sql: string, bindings: readonly unknown[] = []): Promise<readonly T[]> =>
    (await trx.raw<{ rows: T[] }>(sql, bindings as Knex.RawBinding[])).rows;
  const one = async (trx: Knex, sql: string, bindings: readonly unknown[]) => (await rowsOf<PolicyVersion>(trx, sql, bindings))[0] ?? null;
  return {
    async list({ policyId = null, status = null, cursor = null, limit: asked = 50 }, trx = knex) {
      const limit = Math.min(Math.max(1, asked), MOST);
      const [afterId, afterVersion] = cursor === null ? ['', 0] : decodeCursor('policies', cursor, ['text', 'number']);
      const rows = await rowsOf<PolicyVersionHead>(trx, LIST, [policyId, policyId, status, status, afterId, afterId, afterVersion, limit + 1]);
      const items = rows.slice(0, limit);
      const last = items[items.length - 1];
      return { items, next: rows.length > limit && last !== undefined ? encodeCursor('policies', [last.policyId, last.version]) : null };
    },
    find(policyId, version, trx = knex) {
      const named = version === 'draft' ? null : version;
      return one(trx, FIND, [policyId, named, named]);
    },
    publishedHeads: (trx = knex) => rowsOf<PublishedHead>(trx, PUBLISHED),
    async bodies(wanted, trx = knex) {
      if (wanted.length === 0) return [];
      return (await rowsOf<{ body: Policy }>(trx, BODIES, [JSON.stringify(wanted)])).map(({ body }) => body);
    },
    saveDraft: (draft, { by, at, ifEdit }, trx = knex) =>
      one(trx, SAVE, [draft.id, draft.id, JSON.stringify(draft), by, timestamp(at), by, timestamp(at), ifEdit, ifEdit]),
    discardDraft: async (policyId, trx = knex) => (await rowsOf(trx, DISCARD, [policyId])).length > 0,
    publishDraft: (policyId, { by, at, validFrom }, trx = knex) => one(trx, PUBLISH, [timestamp(validFrom), by, timestamp(at), policyId]),
    retire: ({ policyId, version }, { by, at }, trx = knex) => one(trx, RETIRE, [by, timestamp(at), policyId, version]),
    async lock(trx) {
      await trx.raw('SELECT pg_advisory_xact_lock(?)', [POLICY_LOCK]);
    },
  };
}

/** Any number, the same for every process of the product. */
const POLICY_LOCK = 202_022;

const LIST = `SELECT ${HEAD} FROM policy_version
  WHERE (?::text IS NULL OR policy_id = ?::text) AND (?::text IS NULL OR status = ?::text)
    AND (policy_id > ?::text OR (policy_id = ?::text AND version < ?::integer))
  ORDER BY policy_id, version DESC LIMIT ?`;
const FIND = `SELECT ${WHOLE} FROM policy_version
  WHERE policy_id = ? AND CASE WHEN ?::integer IS NULL THEN status = 'draft' ELSE version = ?::integer END`;
const PUBLISHED = `SELECT policy_id AS "policyId", version, valid_from AS "validFrom", retired_at AS "retiredAt" FROM policy_version WHERE status <> 'draft'`;
const BODIES = `SELECT v.body FROM policy_version v
  JOIN jsonb_to_recordset(?::jsonb) AS wanted("policyId" text, version integer) ON wanted."policyId" = v.policy_id AND wanted.version = v.version`;

// Each save has a number of its own: two people who read the same draft cannot both write over it. The draft is the version after the last published one.
const SAVE = `WITH known AS (
    SELECT coalesce(max(version) FILTER (WHERE status <> 'draft'), 0) + 1 AS version, coalesce(max(edit), 0) AS edit FROM policy_version WHERE policy_id = ?
  )
  INSERT INTO policy_version AS v (policy_id, version, status, body, created_by, created_at, changed_by, changed_at)
  SELECT ?::text, known.version, 'draft', ?::jsonb || jsonb_build_object('version', known.version), ?::text, ?::timestamptz, ?::text, ?::timestamptz
  FROM known WHERE ?::integer[] IS NULL OR known.edit = ANY (?::integer[])
  ON CONFLICT (policy_id, version)
  DO UPDATE SET body = excluded.body, edit = excluded.edit, changed_by = excluded.changed_by, changed_at = excluded.changed_at WHERE v.status = 'draft'
  RETURNING ${WHOLE}`;
const DISCARD = `DELETE FROM policy_version WHERE policy_id = ? AND status = 'draft' RETURNING 1`;
const PUBLISH = `UPDATE policy_version SET status = 'published', valid_from = ?, published_by = ?, published_at = ?
  WHERE policy_id = ? AND status = 'draft' RETURNING ${WHOLE}`;
const RETIRE = `UPDATE policy_version SET status = 'retired', retired_by = ?, retired_at = ?
  WHERE policy_id = ? AND version = ? AND status = 'published' RETURNING ${WHOLE}`;
