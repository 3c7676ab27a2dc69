/** The worker killed in the middle of a batch of rebases. `npm run rebase-under-kill` does the same with 1,000 cases. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { rebaseUnderKill } from '../../faults/rebase-run.ts';
import { createStage, type Stage } from './stage.ts';

Runtime.install({ logger: new DefaultLogger('ERROR', () => {}) });
jest.setTimeout(240_000);

const CASES = 60;

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
});
afterAll(() => stage.stop());

test('each open case is rebased once, though the worker is killed in the middle', async () => {
  const { batch, kills, ...counts } = await rebaseUnderKill(stage, { cases: CASES, killAt: [0.4] });
  expect(batch).toEqual({ status: 'done', total: CASES, done: CASES, moved: CASES, unchanged: 0, failed: 0 });
  expect(counts).toMatchObject({ once: CASES, more: 0, never: 0, violations: [] });
  // It was killed in the middle indeed, and what the batch had counted by then the log had.
  for (const { counted, logged } of kills) {
    expect(counted).toBeLessThan(CASES);
    expect(logged).toBeGreaterThanOrEqual(counted);
  }
});
