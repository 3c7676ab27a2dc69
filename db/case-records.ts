/** Whole cases, a batch at a time, for whoever must look at all of them: their log, and the rows that should follow from it. */
import type { Knex } from 'knex';
import { fold } from '../domain/case/evolve.ts';
import { project, type CaseRow, type ClockRow, type Projection } from '../domain/case/projection.ts';
import type { CaseState } from '../domain/case/state.ts';
import { CASE_COLUMNS, CLOCK_COLUMNS, caseRowOf, clockRowOf, type DatabaseRow } from './repositories/columns.ts';
import type { RulebookRepository } from './repositories/rulebooks.ts';
import { attachRulebooks, REVISION_JSON, type LoggedRevision, type RevisionJson } from './repositories/stored-events.ts';

export interface CaseRecord {
  readonly caseId: string;
  readonly revisions: readonly LoggedRevision[];
  readonly row: CaseRow | null;
  readonly clocks: readonly ClockRow[];
}

/** The state a log folds to; `failure` when it does not fold. */
export type Folded = { readonly state: CaseState; readonly projection: Projection } | { readonly failure: string };

/** Ids of every case that has a log or a row, in batches in order of id. */
export async function* caseIdBatches(knex: Knex, size: number): AsyncGenerator<readonly string[]> {
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const { rows } = await knex.raw<{ rows: { case_id: string }[] }>(NEXT_IDS, [after, size, after, size, size]);
    const last = rows[rows.length - 1];
    if (last === undefined) return;
    yield rows.map(({ case_id }) => case_id);
    after = last.case_id;
  }
}

/** The cases with these ids, as one snapshot when `trx` is one. */
export async function loadCaseRecords(trx: Knex, ids: readonly string[], rulebooks: RulebookRepository): Promise<readonly CaseRecord[]> {
  const { rows: stored } = await trx.raw<{ rows: { revision: RevisionJson }[] }>(REVISIONS, [ids] as unknown as Knex.RawBinding[]);
  const attached = await attachRulebooks(
    stored.map(({ revision }) => revision),
    rulebooks,
    trx,
  );
  const rows = await trx('escalation_case').whereIn('case_id', ids).select<DatabaseRow[]>(CASE_COLUMNS);
  const clocks = await trx('case_clock').whereIn('case_id', ids).select<DatabaseRow[]>(CLOCK_COLUMNS);
  const revisionsOf = byCase(attached);
  const rowOf = new Map(rows.map(caseRowOf).map((row) => [row.caseId, row]));
  const clocksOf = byCase(clocks.map(clockRowOf));
  return ids.map((caseId) => ({ caseId, revisions: revisionsOf.get(caseId) ?? [], row: rowOf.get(caseId) ?? null, clocks: clocksOf.get(caseId) ?? [] }));
}

/** Folds a log that may be damaged. */
export function foldRecord(record: CaseRecord): Folded {
  try {
    const state = fold(record.revisions);
    return state === null ? { failure: 'it has no events' } : { state, projection: project(state) };
  } catch (error) {
    return { failure: `its events do not fold: ${error instanceof Error ? error.message : 'unknown error'}` };
  }
}

/** Where stored rows are not what the log gives. Names fields and ids: rows hold no people's data. */
export function differences(expected: Projection, record: CaseRecord): readonly string[] {
  const found = record.row === null ? ['the case row is missing'] : fieldDifferences('case', expected.row, record.row);
  const stored = new Map(record.clocks.map((clock) => [clockKey(clock), clock]));
  for (const clock of expected.clocks) {
    const row = stored.get(clockKey(clock));
    if (row === undefined) found.push(`clock ${clockKey(clock)} is missing`);
    else found.push(...fieldDifferences(`clock ${clockKey(clock)}`, clock, row));
    stored.delete(clockKey(clock));
  }
  for (const key of stored.keys()) found.push(`clock ${key} should not be there`);
  return found;
}

function byCase<T extends { readonly caseId: string }>(list: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) {
    const group = groups.get(one.caseId);
    if (group === undefined) groups.set(one.caseId, [one]);
    else group.push(one);
  }
  return groups;
}

function clockKey({ episode, clockId }: ClockRow): string {
  return `${episode}:${clockId}`;
}

function fieldDifferences(subject: string, expected: object, actual: object): string[] {
  const stored = actual as Readonly<Record<string, unknown>>;
  return Object.entries(expected).flatMap(([field, value]) => {
    const [should, is] = [JSON.stringify(value), JSON.stringify(stored[field])];
    return should === is ? [] : [`${subject}.${field} is ${is}, the log says ${should}`];
  });
}

const NEXT_IDS = `SELECT case_id FROM (
  (SELECT DISTINCT case_id FROM case_revision WHERE case_id > ? ORDER BY case_id LIMIT ?)
  UNION (SELECT case_id FROM escalation_case WHERE case_id > ? ORDER BY case_id LIMIT ?)
) known ORDER BY case_id LIMIT ?`;

const REVISIONS = `SELECT ${REVISION_JSON} AS revision FROM case_revision r WHERE r.case_id = ANY (?::uuid[]) ORDER BY r.case_id, r.revision`;
