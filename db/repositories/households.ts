/** Households and their people, sealed before they reach a statement and opened after. What people are found by is written with them. */
import type { Knex } from 'knex';
import type { CaseScope, ScopedCase } from '../../domain/access/scope.ts';
import { UNKNOWN_HOUSEHOLD, type Household, type HouseholdFacts, type HouseholdPerson } from '../../domain/people/household.ts';
import { indexedNameTokens } from '../../domain/people/name-tokens.ts';
import { HouseholdTaken } from '../protection/errors.ts';
import type { Indexed } from '../protection/blind-index.ts';
import type { HouseholdKey, WrappedKey } from '../protection/household-keys.ts';
import type { Protection, StoredToken } from '../protection/protection.ts';
import { timestamp } from './columns.ts';
import { openStored, type Doing } from './household-keys.ts';
import { SCOPE_CONDITION, scopeBindings } from './scope.ts';

export interface StoredHousehold {
  readonly householdId: string;
  readonly household: Household;
  /** Of the record of people and contacts: the entity tag. 0 where nothing was ever kept. */
  readonly version: number;
  readonly changedAt: number | null;
  readonly changedBy: string | null;
}

/** A case as far as who may see its household needs to know it. */
export interface CaseHousehold extends ScopedCase {
  readonly caseId: string;
  readonly householdId: string;
}

export interface HouseholdRepository {
  /** The case within a scope with the id of its household, or null. */
  ofCase(caseId: string, scope: CaseScope, trx?: Knex): Promise<CaseHousehold | null>;
  /** How many cases a household has, and how many of them a scope covers. */
  countCases(householdId: string, scope: CaseScope, trx?: Knex): Promise<{ readonly all: number; readonly inScope: number }>;
  /** What is known; `lock` holds it for a change. Throws `HouseholdErased`. */
  read(householdId: string, options?: { readonly lock?: boolean; readonly trx?: Knex }): Promise<StoredHousehold>;
  /**
   * Writes a household and its people as they now are, a version on. Within a transaction that has read it with `lock`, or that opens its first case.
   * Throws `HouseholdErased` or `HouseholdTaken`.
   */
  write(householdId: string, household: Household, doing: Doing, trx: Knex): Promise<void>;
}

interface HouseholdRow {
  readonly key_id: string | null;
  readonly wrapped_key: Buffer | null;
  readonly sealed: Buffer | null;
  readonly version: number;
  readonly changed_at: number;
  readonly changed_by: string;
}

export function createHouseholdRepository(knex: Knex, protection: Protection): HouseholdRepository {
  return {
    async ofCase(caseId, scope, trx = knex) {
      if (scope.kind === 'none') return null;
      const bindings = [caseId, ...scopeBindings(scope)] as Knex.RawBinding[];
      const { rows } = await trx.raw<{ rows: CaseHousehold[] }>(OF_CASE, bindings);
      return rows[0] ?? null;
    },

    async countCases(householdId, scope, trx = knex) {
      const bindings = [...scopeBindings(scope), householdId] as Knex.RawBinding[];
      const { rows } = await trx.raw<{ rows: { all: number; in_scope: number }[] }>(COUNT_CASES, bindings);
      return { all: rows[0]!.all, inScope: scope.kind === 'none' ? 0 : rows[0]!.in_scope };
    },

    async read(householdId, { lock = false, trx = knex } = {}) {
      const { rows } = await trx.raw<{ rows: HouseholdRow[] }>(lock ? `${READ} FOR UPDATE` : READ, [householdId]);
      const [row] = rows;
      if (row === undefined) return { householdId, household: UNKNOWN_HOUSEHOLD, version: 0, changedAt: null, changedBy: null };
      const key = openStored(protection, householdId, row);
      const household = { ...factsOf(key, row.sealed), people: await peopleOf(trx, key) };
      return { householdId, household, version: row.version, changedAt: row.changed_at, changedBy: row.changed_by };
    },

    async write(householdId, { people, ...facts }, { by, at }, trx) {
      const { rows } = await trx.raw<{ rows: HouseholdRow[] }>(READ, [householdId]);
      const made = rows[0] === undefined ? protection.newHousehold(householdId) : null;
      const key = made?.key ?? openStored(protection, householdId, rows[0]!);
      await putHousehold(trx, { key, stored: made?.stored ?? null, facts, by, at });
      await replacePeople(trx, protection, key, people);
    },
  };
}

interface Put extends Doing {
  readonly key: HouseholdKey;
  /** Null for a household that has its row. */
  readonly stored: WrappedKey | null;
  readonly facts: HouseholdFacts;
}

async function putHousehold(trx: Knex, { key, stored, facts, by, at }: Put): Promise<void> {
  const { householdId } = key;
  const sealed = key.seal({ table: 'household', row: householdId }, facts);
  if (stored === null) await trx.raw(UPDATE, [sealed, timestamp(at), by, householdId]);
  else {
    const { rows } = await trx.raw<{ rows: unknown[] }>(INSERT, [householdId, stored.keyId, stored.wrapped, sealed, timestamp(at), timestamp(at), by]);
    if (rows.length === 0) throw new HouseholdTaken(householdId);
  }
}

async function replacePeople(trx: Knex, protection: Protection, key: HouseholdKey, people: readonly HouseholdPerson[]): Promise<void> {
  await trx.raw('DELETE FROM person WHERE household_id = ?', [key.householdId]);
  if (people.length === 0) return;
  const ids = people.map(({ personId }) => personId);
  const sealed = people.map((person) => key.seal(personPlace(person.personId), person));
  await trx.raw(INSERT_PEOPLE, [key.householdId, ids, sealed] as Knex.RawBinding[]);
  await insertTokens(trx, protection, people);
}

/** What people are found by, under the current key. */
export async function insertTokens(trx: Knex, protection: Protection, people: readonly HouseholdPerson[]): Promise<void> {
  const tokens: (StoredToken & { readonly personId: string })[] = people.flatMap((person) =>
    protection.tokensOf(indexedOf(person)).map((token) => ({ ...token, personId: person.personId })),
  );
  if (tokens.length === 0) return;
  const columns = [tokens.map(({ token }) => token), tokens.map(({ kind }) => kind), tokens.map(({ personId }) => personId), tokens.map(({ keyId }) => keyId)];
  await trx.raw(INSERT_TOKENS, columns as unknown as Knex.RawBinding[]);
}

export async function peopleOf(trx: Knex, key: HouseholdKey): Promise<readonly HouseholdPerson[]> {
  const { rows } = await trx.raw<{ rows: { person_id: string; sealed: Buffer }[] }>(PEOPLE, [key.householdId]);
  return rows.map(({ person_id: personId, sealed }) => key.open<HouseholdPerson>(personPlace(personId), sealed));
}

export function personPlace(personId: string): { readonly table: string; readonly row: string } {
  return { table: 'person', row: personId };
}

function factsOf(key: HouseholdKey, sealed: Buffer | null): HouseholdFacts {
  return sealed === null ? UNKNOWN_HOUSEHOLD : key.open<HouseholdFacts>({ table: 'household', row: key.householdId }, sealed);
}

function indexedOf({ givenName = '', familyName = '', alias = '', phones }: HouseholdPerson): readonly Indexed[] {
  const names = new Set([`${givenName} ${familyName}`, alias].flatMap(indexedNameTokens));
  const numbers = new Set(phones.map(({ number }) => number));
  return [...[...names].map((value) => ({ kind: 'name', value }) as const), ...[...numbers].map((value) => ({ kind: 'phone', value }) as const)];
}

const OF_CASE = `SELECT c.case_id AS "caseId", c.household AS "householdId", c.municipio, c.owner, c.handover_to AS "handoverTo", c.disputed,
    c.central_alerted AS "centralAlerted"
  FROM escalation_case c WHERE c.case_id = ?::uuid AND ${SCOPE_CONDITION}`;

const COUNT_CASES = `SELECT count(*) AS all, count(*) FILTER (WHERE ${SCOPE_CONDITION}) AS in_scope FROM escalation_case c WHERE c.household = ?`;

const READ = 'SELECT key_id, wrapped_key, sealed, version, changed_at, changed_by FROM household WHERE household_id = ?';

const INSERT = `INSERT INTO household (household_id, key_id, wrapped_key, sealed, version, created_at, changed_at, changed_by)
  VALUES (?, ?, ?, ?, 1, ?, ?, ?) ON CONFLICT (household_id) DO NOTHING RETURNING 1`;

const UPDATE = 'UPDATE household SET sealed = ?, version = version + 1, changed_at = ?, changed_by = ? WHERE household_id = ?';

const PEOPLE = 'SELECT person_id, sealed FROM person WHERE household_id = ? ORDER BY ordinal';

const INSERT_PEOPLE = `INSERT INTO person (person_id, household_id, ordinal, sealed)
  SELECT p.id, ?, p.ordinal, p.sealed FROM unnest(?::uuid[], ?::bytea[]) WITH ORDINALITY AS p (id, sealed, ordinal)`;

const INSERT_TOKENS = `INSERT INTO person_token (token, kind, person_id, key_id)
  SELECT * FROM unnest(?::bytea[], ?::text[], ?::uuid[], ?::text[]) ON CONFLICT DO NOTHING`;
