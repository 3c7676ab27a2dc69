/** The invariants the log and its rows can be held to without the engine: 3, 4, 5, 11 and 12. Every case once, in batches, each batch one snapshot. */
import type { Knex } from 'knex';
import { caseIdBatches, differences, foldRecord, loadCaseRecords, type CaseRecord } from '../case-records.ts';
import { createRulebookRepository, type RulebookRepository } from '../repositories/rulebooks.ts';
import { checkBreaches } from './breaches.ts';
import { checkOwnership } from './ownership.ts';
import { checkResponsibility } from './responsibility.ts';
import { checkRevisions } from './revisions.ts';
import type { Violation } from './violation.ts';

export interface VerifyLogOptions {
  readonly asOf: number;
  /** A clock due for less than this may still be on its way to its breach.
   * @default 60_000 */
  readonly inFlightMs?: number;
  /** @default 200 */
  readonly batchSize?: number;
  readonly onProgress?: (cases: number) => void;
}

/** Everything in the log that breaks an invariant; empty for a sound one. */
export async function verifyLog(knex: Knex, options: VerifyLogOptions): Promise<readonly Violation[]> {
  const { asOf, inFlightMs = 60_000, batchSize = 200, onProgress } = options;
  const rulebooks = createRulebookRepository(knex);
  const violations: Violation[] = [];
  let cases = 0;
  for await (const ids of caseIdBatches(knex, batchSize)) {
    const found = await knex.transaction((trx) => verifyBatch(trx, ids, rulebooks, asOf - inFlightMs), { isolationLevel: 'repeatable read', readOnly: true });
    violations.push(...found);
    cases += ids.length;
    onProgress?.(cases);
  }
  return violations;
}

async function verifyBatch(trx: Knex, ids: readonly string[], rulebooks: RulebookRepository, dueBefore: number): Promise<readonly Violation[]> {
  const revisions = await checkRevisions(trx, ids);
  const records = await loadCaseRecords(trx, ids, rulebooks);
  return [...revisions, ...records.flatMap((record) => verifyRecord(record, dueBefore))];
}

function verifyRecord(record: CaseRecord, dueBefore: number): readonly Violation[] {
  const folded = foldRecord(record);
  const projection = 'failure' in folded ? [folded.failure] : differences(folded.projection, record);
  const state = 'failure' in folded ? null : folded.state;
  return [
    ...checkOwnership(record),
    ...(state === null ? [] : checkBreaches(record, state, dueBefore)),
    ...projection.map((what) => ({ invariant: 11, caseId: record.caseId, what })),
    ...checkResponsibility(record, state),
  ];
}
