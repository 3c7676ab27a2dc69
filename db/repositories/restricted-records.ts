/** The restricted compartment of a household: addresses of refuges and what falls under article 10 of the GDPR. Sealed, never searched, read under an action of its own. */
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { HouseholdKey } from '../protection/household-keys.ts';
import { timestamp } from './columns.ts';
import type { Doing, HouseholdKeys } from './household-keys.ts';

export const RESTRICTED_KINDS = ['refuge_address', 'court_order', 'criminal_data'] as const;
export type RestrictedKind = (typeof RESTRICTED_KINDS)[number];

export interface RestrictedContent {
  readonly kind: RestrictedKind;
  readonly text: string;
}

export interface RestrictedRecord extends RestrictedContent {
  readonly recordId: string;
  readonly version: number;
  /** Of this version. */
  readonly author: string;
  readonly at: number;
}

export interface RestrictedRecordRepository {
  /** The latest version of each. Throws `HouseholdErased`. */
  list(householdId: string, trx?: Knex): Promise<readonly RestrictedRecord[]>;
  /** Throws `HouseholdErased`. */
  add(householdId: string, content: RestrictedContent, doing: Doing, trx: Knex): Promise<RestrictedRecord>;
  /** Another version; null where the household has no such record, or its version is another than the expected one. Throws `HouseholdErased`. */
  correct(of: { readonly householdId: string; readonly recordId: string }, change: Correction, doing: Doing, trx: Knex): Promise<CorrectionResult>;
}

export interface Correction {
  readonly text: string;
  /** Versions the writer takes for current; null for any. */
  readonly ifMatch: readonly number[] | null;
}

export type CorrectionResult = { readonly kind: 'corrected'; readonly record: RestrictedRecord } | { readonly kind: 'unknown' } | { readonly kind: 'changed' };

interface RecordRow {
  readonly record_id: string;
  readonly version: number;
  readonly author: string;
  readonly at: number;
  readonly sealed: Buffer;
}

export function createRestrictedRecordRepository(knex: Knex, keys: HouseholdKeys): RestrictedRecordRepository {
  async function list(householdId: string, trx: Knex = knex): Promise<readonly RestrictedRecord[]> {
    const key = await keys.find(householdId, trx);
    if (key === null) return [];
    const { rows } = await trx.raw<{ rows: RecordRow[] }>(LIST, [householdId]);
    return rows.map((row) => recordOf(row, key));
  }

  async function insert(householdId: string, record: RestrictedRecord, doing: Doing, trx: Knex): Promise<RestrictedRecord> {
    const { recordId, version, author, at, kind, text } = record;
    const key = await keys.ensure(householdId, doing, trx);
    const sealed = key.seal(recordPlace(recordId, version), { kind, text } satisfies RestrictedContent);
    await trx.raw(INSERT, [recordId, version, householdId, author, timestamp(at), sealed]);
    return record;
  }

  return {
    list,
    add: (householdId, { kind, text }, doing, trx) =>
      insert(householdId, { recordId: randomUUID(), version: 1, author: doing.by, at: doing.at, kind, text }, doing, trx),

    async correct({ householdId, recordId }, { text, ifMatch }, doing, trx) {
      // Two corrections at once: the second waits for the first, and then finds another version.
      await trx.raw('SELECT 1 FROM restricted_record WHERE record_id = ? AND version = 1 FOR UPDATE', [recordId]);
      const record = (await list(householdId, trx)).find((one) => one.recordId === recordId);
      if (record === undefined) return { kind: 'unknown' };
      if (ifMatch !== null && !ifMatch.includes(record.version)) return { kind: 'changed' };
      const next = { ...record, version: record.version + 1, author: doing.by, at: doing.at, text };
      return { kind: 'corrected', record: await insert(householdId, next, doing, trx) };
    },
  };
}

function recordPlace(recordId: string, version: number): { readonly table: string; readonly row: string } {
  return { table: 'restricted_record', row: `${recordId}:${version}` };
}

function recordOf({ record_id: recordId, version, author, at, sealed }: RecordRow, key: HouseholdKey): RestrictedRecord {
  return { recordId, version, author, at, ...key.open<RestrictedContent>(recordPlace(recordId, version), sealed) };
}

const LIST = `SELECT * FROM (
    SELECT DISTINCT ON (record_id) record_id, version, author, at, sealed FROM restricted_record WHERE household_id = ? ORDER BY record_id, version DESC
  ) r ORDER BY at, record_id`;

const INSERT = 'INSERT INTO restricted_record (record_id, version, household_id, author, at, sealed) VALUES (?, ?, ?, ?, ?, ?)';
