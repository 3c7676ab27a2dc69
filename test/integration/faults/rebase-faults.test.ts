/** The worker killed in the middle of a batch of rebases. `npm run rebase-under-kill` does it with 1,000 cases, and keeps the figures in bench/results. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { conditionsOf } from '../../../bench/conditions.ts';
import { rebaseUnderKill, type RebaseRunReport } from '../../faults/rebase-run.ts';
import { createStage, type Stage } from './stage.ts';

/** Set by the long form alone. */
const LONG = process.env['REBASE_CASES'];
const CASES = Number(LONG ?? 60);
const RESULTS = join(import.meta.dirname, '..', '..', '..', 'bench', 'results');

Runtime.install({ logger: new DefaultLogger('ERROR', () => {}) });
jest.setTimeout(LONG === undefined ? 240_000 : 3_600_000);

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
});
afterAll(() => stage.stop());

async function keep(report: RebaseRunReport): Promise<void> {
  const conditions = await conditionsOf(stage.client, stage.databaseUrl);
  const file = join(RESULTS, `${conditions.at.slice(0, 10)}-rebase.json`);
  await writeFile(file, `${JSON.stringify({ benchmark: 'rebase-under-kill', conditions, ...report }, null, 2)}\n`);
}

test('each open case is rebased once, though the worker is killed in the middle', async () => {
  const report = await rebaseUnderKill(stage, { cases: CASES, killAt: LONG === undefined ? [0.4] : [0.3, 0.7] });
  if (LONG !== undefined) await keep(report);
  expect(report.batch).toEqual({ status: 'done', total: CASES, done: CASES, moved: CASES, unchanged: 0, failed: 0 });
  expect(report).toMatchObject({ once: CASES, more: 0, never: 0, violations: [] });
  // It was killed in the middle indeed, and what the batch had counted by then the log had.
  for (const { counted, logged } of report.kills) {
    expect(counted).toBeLessThan(CASES);
    expect(logged).toBeGreaterThanOrEqual(counted);
  }
});
