/** Looking people up by their blind indexes: a phone number, or tokens of a name that must all be found with one person. Only households with a case in reach. */
import type { Knex } from 'knex';
import type { CaseScope } from '../../domain/access/scope.ts';
import type { CaseStatus } from '../../domain/case/state.ts';
import type { HouseholdPerson } from '../../domain/people/household.ts';
import type { Territory, Urgency } from '../../domain/sla/policy.ts';
import type { Indexed } from '../protection/blind-index.ts';
import type { Protection } from '../protection/protection.ts';
import { openStored } from './household-keys.ts';
import { personPlace } from './households.ts';
import { SCOPE_CONDITION, scopeBindings } from './scope.ts';

export interface FoundCase {
  readonly caseId: string;
  readonly status: CaseStatus;
  readonly urgency: Urgency;
  readonly municipio: Territory | null;
  readonly owner: string | null;
  readonly openedAt: number;
  readonly closedAt: number | null;
}

export interface FoundPerson {
  readonly householdId: string;
  readonly person: HouseholdPerson;
  /** Those in reach, the newest first. */
  readonly cases: readonly FoundCase[];
}

/** People of whom everything searched for is known, those with the newest case first; one more than `limit` where there are more. Empty for nothing searched. */
export type PeopleSearch = (wanted: readonly Indexed[], scope: CaseScope, limit: number) => Promise<readonly FoundPerson[]>;

interface FoundRow {
  readonly person_id: string;
  readonly household_id: string;
  readonly sealed: Buffer;
  readonly key_id: string;
  readonly wrapped_key: Buffer;
  readonly cases: readonly FoundCase[];
}

export function createPeopleSearch(knex: Knex, protection: Protection): PeopleSearch {
  return async (wanted, scope, limit) => {
    if (wanted.length === 0 || scope.kind === 'none') return [];
    const tokens = wanted.flatMap((one, index) => protection.tokensToFind(one).map((token) => ({ token, kind: one.kind, index })));
    const columns = [tokens.map(({ token }) => token), tokens.map(({ kind }) => kind), tokens.map(({ index }) => index)];
    const bindings = [...columns, wanted.length, ...scopeBindings(scope), limit + 1] as unknown as Knex.RawBinding[];
    const { rows } = await knex.raw<{ rows: FoundRow[] }>(SEARCH, bindings);
    return rows.map(({ person_id: personId, household_id: householdId, sealed, cases, ...stored }) => {
      const key = openStored(protection, householdId, stored);
      return { householdId, person: key.open<HouseholdPerson>(personPlace(personId), sealed), cases };
    });
  };
}

const SEARCH = `
WITH wanted AS (
  SELECT * FROM unnest(?::bytea[], ?::text[], ?::integer[]) AS w (token, kind, n)
), matched AS (
  SELECT t.person_id FROM wanted w JOIN person_token t ON t.token = w.token AND t.kind = w.kind GROUP BY t.person_id HAVING count(DISTINCT w.n) = ?
), reached AS (
  SELECT m.person_id, p.household_id, p.sealed, max(c.opened_at) AS newest,
    json_agg(json_build_object('caseId', c.case_id, 'status', c.status, 'urgency', c.urgency, 'municipio', c.municipio, 'owner', c.owner,
      'openedAt', (extract(epoch FROM c.opened_at) * 1000)::bigint, 'closedAt', (extract(epoch FROM c.closed_at) * 1000)::bigint)
      ORDER BY c.opened_at DESC, c.case_id) AS cases
  FROM matched m JOIN person p USING (person_id) JOIN escalation_case c ON c.household = p.household_id
  WHERE ${SCOPE_CONDITION}
  GROUP BY m.person_id, p.household_id, p.sealed
)
SELECT r.person_id, r.household_id, r.sealed, h.key_id, h.wrapped_key, r.cases
FROM reached r JOIN household h USING (household_id) WHERE h.erased_at IS NULL
ORDER BY r.newest DESC, r.person_id LIMIT ?`;
