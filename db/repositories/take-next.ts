/**
 * The next case of a queue, held for its taker while the claim is on its way.
 * 1. One transaction: the key is locked first, so that a repeated request waits for the first and then gets the same case.
 * 2. The pick skips rows others are picking; a reservation lasts ten seconds and is only ever a hint: the claim decides who wins.
 * 3. Nothing found leaves no key behind: a refusal did nothing and is evaluated again.
 */
import type { Knex } from 'knex';
import type { CaseScope } from '../../domain/access/scope.ts';
import { timestamp } from './columns.ts';
import { SCOPE_CONDITION, scopeBindings } from './scope.ts';

export interface TakeNextRequest {
  readonly scope: CaseScope;
  /** The person who takes. */
  readonly by: string;
  readonly asOf: number;
  /** Cases already tried and lost in this request. */
  readonly exclude: readonly string[];
  /** Only from these municipi, within the scope. */
  readonly municipio?: readonly string[];
  readonly key: { readonly commandId: string; readonly route: string; readonly fingerprint: string };
}

export type TakeNextResult =
  /** A case to claim; `repeated` when an earlier request with this key had picked it. */
  | { readonly kind: 'candidate'; readonly caseId: string; readonly repeated: boolean }
  /** An earlier request with this key was answered. */
  | { readonly kind: 'answered'; readonly caseId: string | null; readonly status: number; readonly answer: unknown }
  /** The key was used for something else. */
  | { readonly kind: 'key_reused' }
  | { readonly kind: 'none' };

export type TakeNextCandidate = (request: TakeNextRequest) => Promise<TakeNextResult>;

const RESERVED_MS = 10_000;

export function createTakeNextCandidate(knex: Knex): TakeNextCandidate {
  return async (request) =>
    knex.transaction(async (trx) => {
      const { key, exclude, asOf } = request;
      const { rows } = await trx.raw<{ rows: LockedKey[] }>(LOCK_KEY, [key.commandId, key.route, key.fingerprint, timestamp(asOf)]);
      const { fingerprint, caseId, status, answer } = rows[0]!;
      if (fingerprint !== key.fingerprint) return { kind: 'key_reused' };
      if (status !== null) return { kind: 'answered', caseId, status, answer };
      if (caseId !== null && !exclude.includes(caseId)) return { kind: 'candidate', caseId, repeated: true };
      return pick(trx, request);
    });
}

async function pick(trx: Knex, { scope, by, asOf, exclude, municipio, key }: TakeNextRequest): Promise<TakeNextResult> {
  const bindings = [timestamp(asOf), exclude, municipio ?? null, ...scopeBindings(scope), timestamp(asOf + RESERVED_MS), by];
  const { rows } = await trx.raw<{ rows: { caseId: string }[] }>(PICK, bindings as Knex.RawBinding[]);
  const picked = rows[0]?.caseId;
  if (picked === undefined) await trx('idempotency').where('command_id', key.commandId).delete();
  else await trx('idempotency').where('command_id', key.commandId).update({ case_id: picked });
  return picked === undefined ? { kind: 'none' } : { kind: 'candidate', caseId: picked, repeated: false };
}

interface LockedKey {
  readonly fingerprint: string;
  readonly caseId: string | null;
  readonly status: number | null;
  readonly answer: unknown;
}

// The update changes nothing: it locks the row of a key that is already there, and returns it.
const LOCK_KEY = `INSERT INTO idempotency (command_id, route, fingerprint, created_at) VALUES (?, ?, ?, ?)
  ON CONFLICT (command_id) DO UPDATE SET route = idempotency.route
  RETURNING fingerprint, case_id AS "caseId", status, answer`;

const PICK = `
WITH waiting AS (
  SELECT c.case_id FROM escalation_case c, (SELECT ?::timestamptz AS as_of, ?::uuid[] AS excluded, ?::text[] AS municipi) p
  WHERE c.status = 'awaiting_claim' AND (c.reserved_until IS NULL OR c.reserved_until <= p.as_of) AND c.case_id <> ALL (p.excluded)
    AND (p.municipi IS NULL OR c.municipio = ANY (p.municipi)) AND ${SCOPE_CONDITION}
  ORDER BY (c.urgency <> 'red'), c.claim_due_at NULLS LAST, c.case_id
  LIMIT 1
  FOR UPDATE OF c SKIP LOCKED
)
UPDATE escalation_case t SET reserved_until = ?, reserved_by = ? FROM waiting WHERE t.case_id = waiting.case_id RETURNING t.case_id AS "caseId"`;
