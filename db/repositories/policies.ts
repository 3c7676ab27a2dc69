/**
 * SLA policies and their versions. At most one draft a policy; what was published is only ever retired (a trigger sees to it).
 * A version is in force from `validFrom` until a later one is, or until it is retired; then the one before it counts again.
 */
import type { Knex } from 'knex';
import type { PublishedPolicy } from '../../domain/sla/policy-match.ts';
import type { Policy } from '../../domain/sla/policy.ts';
import { timestamp } from './columns.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';

export const POLICY_STATUSES = ['draft', 'published', 'retired'] as const;
export type PolicyStatus = (typeof POLICY_STATUSES)[number];

/** A version without what it promises. */
export interface PolicyVersionHead {
  readonly policyId: string;
  readonly version: number;
  readonly status: PolicyStatus;
  readonly edit: number;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly changedBy: string;
  readonly changedAt: number;
  readonly validFrom: number | null;
  readonly publishedBy: string | null;
  readonly publishedAt: number | null;
  readonly retiredBy: string | null;
  readonly retiredAt: number | null;
}

export interface PolicyVersion extends PolicyVersionHead {
  readonly policy: Policy;
}

/** A policy without its version: the table numbers versions. */
export type PolicyDraft = Omit<Policy, 'version'>;

/** Who did it, and when by the caller's clock. */
export interface Act {
  readonly by: string;
  readonly at: number;
}

export interface PolicyListQuery {
  readonly policyId?: string;
  readonly status?: PolicyStatus;
  readonly cursor?: string | null;
  /** @default 50, at most 100 */
  readonly limit?: number;
}

export interface PolicyRepository {
  /** By policy, newest version first. Throws `CursorInvalid`. */
  list(query: PolicyListQuery, trx?: Knex): Promise<{ readonly items: readonly PolicyVersionHead[]; readonly next: string | null }>;
  find(policyId: string, version: number, trx?: Knex): Promise<PolicyVersion | null>;
  /** Of everything ever published: when each version counts. Small, and enough to know which bodies are needed. */
  publishedHeads(trx?: Knex): Promise<readonly PublishedHead[]>;
  bodies(wanted: readonly PolicyName[], trx?: Knex): Promise<readonly Policy[]>;
  /** A new draft; null when the policy has one already. */
  createDraft(draft: PolicyDraft, act: Act, trx?: Knex): Promise<PolicyVersion | null>;
  /** Null unless it is a draft, last saved as `ifEdit` says. */
  replaceDraft(name: PolicyName, draft: PolicyDraft, act: Act & { readonly ifEdit: readonly number[] | null }, trx?: Knex): Promise<PolicyVersion | null>;
  /** Returns false unless it was a draft. */
  discardDraft(name: PolicyName, trx?: Knex): Promise<boolean>;
  /** Null unless it is a draft. */
  publish(name: PolicyName, act: Act & { readonly validFrom: number }, trx?: Knex): Promise<PolicyVersion | null>;
  /** Null unless it is published. */
  retire(name: PolicyName, act: Act, trx?: Knex): Promise<PolicyVersion | null>;
}

export interface PolicyName {
  readonly policyId: string;
  readonly version: number;
}

export type PublishedHead = PolicyName & Omit<PublishedPolicy, 'policy'>;

const HEAD = `policy_id AS "policyId", version, status, edit, created_by AS "createdBy", created_at AS "createdAt", changed_by AS "changedBy",
  changed_at AS "changedAt", valid_from AS "validFrom", published_by AS "publishedBy", published_at AS "publishedAt", retired_by AS "retiredBy",
  retired_at AS "retiredAt"`;
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
    find: (policyId, version, trx = knex) => one(trx, FIND, [policyId, version]),
    publishedHeads: (trx = knex) => rowsOf<PublishedHead>(trx, PUBLISHED),
    async bodies(wanted, trx = knex) {
      if (wanted.length === 0) return [];
      return (await rowsOf<{ body: Policy }>(trx, BODIES, [JSON.stringify(wanted)])).map(({ body }) => body);
    },
    createDraft: (draft, { by, at }, trx = knex) => one(trx, CREATE, [draft.id, draft.id, JSON.stringify(draft), by, timestamp(at), by, timestamp(at)]),
    replaceDraft: ({ policyId, version }, draft, { by, at, ifEdit }, trx = knex) =>
      one(trx, REPLACE, [JSON.stringify({ ...draft, version }), by, timestamp(at), policyId, version, ifEdit, ifEdit]),
    async discardDraft({ policyId, version }, trx = knex) {
      return (await rowsOf(trx, DISCARD, [policyId, version])).length > 0;
    },
    publish: ({ policyId, version }, { by, at, validFrom }, trx = knex) => one(trx, PUBLISH, [timestamp(validFrom), by, timestamp(at), policyId, version]),
    retire: ({ policyId, version }, { by, at }, trx = knex) => one(trx, RETIRE, [by, timestamp(at), policyId, version]),
  };
}

const LIST = `SELECT ${HEAD} FROM policy_version
  WHERE (?::text IS NULL OR policy_id = ?::text) AND (?::text IS NULL OR status = ?::text)
    AND (policy_id > ?::text OR (policy_id = ?::text AND version < ?::integer))
  ORDER BY policy_id, version DESC LIMIT ?`;
const FIND = `SELECT ${WHOLE} FROM policy_version WHERE policy_id = ? AND version = ?`;
const PUBLISHED = `SELECT policy_id AS "policyId", version, valid_from AS "validFrom", retired_at AS "retiredAt" FROM policy_version WHERE status <> 'draft'`;
const BODIES = `SELECT v.body FROM policy_version v
  JOIN jsonb_to_recordset(?::jsonb) AS wanted("policyId" text, version integer) ON wanted."policyId" = v.policy_id AND wanted.version = v.version`;

const CREATE = `WITH known AS (SELECT coalesce(max(version), 0) + 1 AS version FROM policy_version WHERE policy_id = ?)
  INSERT INTO policy_version (policy_id, version, status, body, created_by, created_at, changed_by, changed_at)
  SELECT ?::text, known.version, 'draft', ?::jsonb || jsonb_build_object('version', known.version), ?::text, ?::timestamptz, ?::text, ?::timestamptz FROM known
  ON CONFLICT DO NOTHING RETURNING ${WHOLE}`;
// Each save has a number of its own: two people who read the same draft cannot both write over it.
const REPLACE = `UPDATE policy_version SET body = ?::jsonb, edit = nextval('policy_edit'), changed_by = ?, changed_at = ?
  WHERE policy_id = ? AND version = ? AND status = 'draft' AND (?::integer[] IS NULL OR edit = ANY (?::integer[])) RETURNING ${WHOLE}`;
const DISCARD = `DELETE FROM policy_version WHERE policy_id = ? AND version = ? AND status = 'draft' RETURNING 1`;
const PUBLISH = `UPDATE policy_version SET status = 'published', valid_from = ?, published_by = ?, published_at = ?
  WHERE policy_id = ? AND version = ? AND status = 'draft' RETURNING ${WHOLE}`;
const RETIRE = `UPDATE policy_version SET status = 'retired', retired_by = ?, retired_at = ?
  WHERE policy_id = ? AND version = ? AND status = 'published' RETURNING ${WHOLE}`;
