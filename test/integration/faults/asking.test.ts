/**
 * Asking a case for its state must never spoil it. With a query it did: one that waited for a worker was answered from a replay that let the timer ring ahead of
 * its turn, and the command that came next was recorded in an order no replay finds again (several of 20 cases, stuck for ever).
 */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from '@temporalio/worker';
import { askState } from '../../../activities/ask-state.ts';
import { scaleRulebook } from '../../../domain/sla/scale-policy.ts';
import { caseWorkflowId } from '../../../workflows/case/start-options.ts';
import { eventually } from '../../support/case-harness.ts';
import { WALL_RULEBOOK } from '../../support/rulebook.ts';
import { preparedWorkflowBundle } from '../../support/workflow-bundle.ts';
import { createSystem, type VerifiedSystem } from '../verify/system.ts';

jest.setTimeout(180_000);

let system: VerifiedSystem;
beforeAll(async () => {
  system = await createSystem();
});
afterAll(() => system.stop());

const handleOf = (caseId: string) => system.client.workflow.getHandle(caseWorkflowId(caseId, 1));

async function rangIn(caseId: string): Promise<boolean> {
  const { events } = await handleOf(caseId).fetchHistory();
  return (events ?? []).some(({ timerFiredEventAttributes: fired }) => fired);
}

test('asking leaves no trace in the history', async () => {
  const caseId = await system.open();
  await system.do(caseId, { type: 'claim' });
  const before = (await handleOf(caseId).fetchHistory()).events?.length;
  expect(await askState(handleOf(caseId))).toMatchObject({ caseId, revision: 2 });
  expect((await handleOf(caseId).fetchHistory()).events?.length).toBe(before);
});

test('cases asked while no worker runs, whose timer rings and who get a command, replay afterwards', async () => {
  const rulebook = scaleRulebook(WALL_RULEBOOK, 1_800);
  const cases: string[] = [];
  for (let count = 0; count < 12; count++) cases.push(await system.open({ rulebook }));
  for (const caseId of cases) await system.do(caseId, { type: 'claim' });
  await system.stopWorker();
  const asked = cases.map((caseId) => askState(handleOf(caseId)));
  await sleep(500);
  const released = cases.map((caseId) => system.do(caseId, { type: 'release', reason: 'workload' }));
  // The timer of the claim that was kept is still armed: it rings while nobody works.
  await eventually(async () => {
    for (const caseId of cases) expect(await rangIn(caseId)).toBe(true);
  }, 60_000);
  await system.startWorker();
  await Promise.all([...asked, ...released]);
  for (const caseId of cases) {
    const history = await handleOf(caseId).fetchHistory();
    await Worker.runReplayHistory({ workflowBundle: preparedWorkflowBundle() }, history);
  }
});
