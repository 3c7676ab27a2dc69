/**
 * Case and clock rows from events. Cases that are as they should be are only read; one that is not is written in a transaction of its own, under the lock of its
 * row: an `append` in progress waits there before it touches the clocks, so that the two never write half of each other.
 */
import type { Knex } from 'knex';
import type { Projection } from '../domain/case/projection.ts';
import { caseIdBatches, differences, foldRecord, loadCaseRecords, type CaseRecord } from './case-records.ts';
import { CASE_COLUMNS, CLOCK_COLUMNS, caseRecord, clockRecord } from './repositories/columns.ts';
import { createRulebookRepository, type RulebookRepository } from './repositories/rulebooks.ts';

export interface RebuildProgress {
  readonly cases: number;
  readonly differing: number;
}

export interface RebuildOptions {
  readonly onProgress?: (progress: RebuildProgress) => void;
  /** Cases read at once.
   * @default 200 */
  readonly batchSize?: number;
}

export interface Difference {
  readonly caseId: string;
  readonly what: readonly string[];
  /** False when the log does not fold: its rows were left as they are. */
  readonly rebuilt: boolean;
}

export interface RebuildReport {
  readonly cases: number;
  readonly differences: readonly Difference[];
}

/** Brings every row to what its log says and reports those that were not. */
export async function rebuildProjections(knex: Knex, options: RebuildOptions = {}): Promise<RebuildReport> {
  const { onProgress, batchSize = 200 } = options;
  const rulebooks = createRulebookRepository(knex);
  const found: Difference[] = [];
  let cases = 0;
  for await (const ids of caseIdBatches(knex, batchSize)) {
    const records = await knex.transaction((trx) => loadCaseRecords(trx, ids, rulebooks), { isolationLevel: 'repeatable read', readOnly: true });
    for (const record of records.filter((candidate) => whatDiffers(candidate).length > 0)) {
      const difference = await rebuildCase(knex, record.caseId, rulebooks);
      if (difference.what.length > 0) found.push(difference);
    }
    cases += ids.length;
    onProgress?.({ cases, differing: found.length });
  }
  return { cases, differences: found };
}

async function rebuildCase(knex: Knex, caseId: string, rulebooks: RulebookRepository): Promise<Difference> {
  return knex.transaction(async (trx) => {
    const before = await lockAndLoad(trx, caseId, rulebooks);
    const what = whatDiffers(before);
    const folded = foldRecord(before);
    if (what.length === 0) return { caseId, what, rebuilt: false };
    if (before.revisions.length === 0) {
      // Rows no event accounts for are nobody's case.
      await deleteRows(trx, caseId);
      return { caseId, what, rebuilt: true };
    }
    if ('failure' in folded) return { caseId, what, rebuilt: false };
    await writeRow(trx, folded.projection, before.row === null);
    // Where the row was missing there was no lock until now: a revision may have been appended meanwhile.
    const current = before.row === null ? foldRecord(await lockAndLoad(trx, caseId, rulebooks)) : folded;
    if (!('failure' in current)) await writeRows(trx, current.projection);
    return { caseId, what, rebuilt: true };
  });
}

function whatDiffers(record: CaseRecord): readonly string[] {
  const folded = foldRecord(record);
  return 'failure' in folded ? [folded.failure] : differences(folded.projection, record);
}

async function lockAndLoad(trx: Knex, caseId: string, rulebooks: RulebookRepository): Promise<CaseRecord> {
  await trx.raw('SELECT 1 FROM escalation_case WHERE case_id = ? FOR UPDATE', [caseId]);
  const [record] = await loadCaseRecords(trx, [caseId], rulebooks);
  return record!;
}

async function writeRows(trx: Knex, projection: Projection): Promise<void> {
  await writeRow(trx, projection, false);
  await trx('case_clock').where('case_id', projection.row.caseId).delete();
  await trx.raw(INSERT_CLOCKS, [JSON.stringify(projection.clocks.map(clockRecord))]);
}

async function writeRow(trx: Knex, { row }: Projection, onlyIfMissing: boolean): Promise<void> {
  await trx.raw(onlyIfMissing ? INSERT_ROW : UPSERT_ROW, [JSON.stringify(caseRecord(row))]);
}

async function deleteRows(trx: Knex, caseId: string): Promise<void> {
  await trx('case_clock').where('case_id', caseId).delete();
  await trx('escalation_case').where('case_id', caseId).delete();
}

const INSERT_INTO = `INSERT INTO escalation_case (${CASE_COLUMNS.join(', ')})
  SELECT ${CASE_COLUMNS.map((column) => `x.${column}`).join(', ')} FROM jsonb_populate_record(NULL::escalation_case, ?::jsonb) AS x`;
const INSERT_ROW = `${INSERT_INTO} ON CONFLICT (case_id) DO NOTHING`;
const UPSERT_ROW = `${INSERT_INTO} ON CONFLICT (case_id) DO UPDATE SET ${CASE_COLUMNS.map((column) => `${column} = excluded.${column}`).join(', ')}`;
const INSERT_CLOCKS = `INSERT INTO case_clock (${CLOCK_COLUMNS.join(', ')})
  SELECT ${CLOCK_COLUMNS.map((column) => `x.${column}`).join(', ')} FROM jsonb_populate_recordset(NULL::case_clock, ?::jsonb) AS x`;
