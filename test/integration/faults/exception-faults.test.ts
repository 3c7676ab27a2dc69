/** Faults of code: an error nobody foresaw costs one command at most. No workflow task fails for it, and the case goes on. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Client } from '@temporalio/client';
import type { UpdateCommand } from '../../../domain/case/commands.ts';
import type { Rulebook } from '../../../domain/sla/policy.ts';
import { caseWorkflowId } from '../../../workflows/case/start-options.ts';
import { WALL_RULEBOOK } from '../../support/rulebook.ts';
import { createSystem, type VerifiedSystem } from '../verify/system.ts';
import { createStage, type Stage } from './stage.ts';

jest.setTimeout(180_000);

/** A task that failed is tried again for as long as the code is as it is: the first failure stands in the history. */
async function failedTasks(client: Client, caseId: string): Promise<number> {
  const { events } = await client.workflow.getHandle(caseWorkflowId(caseId, 1)).fetchHistory();
  return (events ?? []).filter(({ workflowTaskFailedEventAttributes: failed }) => failed).length;
}

describe('on the whole product', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await createStage();
  });
  afterEach(() => stage.killWorkers());
  afterAll(() => stage.stop());

  test('what the workflow cannot apply is a 500 for that command; the next one works, and finds what the log has', async () => {
    await stage.startFaultyWorker({ command: 'claim', when: 'after', kill: [], self: false, code: 'spoils' });
    const caseId = await stage.open();
    const key = randomUUID();
    const failed = await stage.post('anna', `/cases/${caseId}/claim`, {}, key);
    expect(failed).toMatchObject({ status: 500, body: { code: 'internal_error' } });
    const next = await stage.untilAnswered('coordinator', `/cases/${caseId}/change-urgency`, { urgency: 'green', reason: 'new_information' });
    expect(next.body).toMatchObject({ revision: 3, status: 'contacting' });
    expect((await stage.untilAnswered('anna', `/cases/${caseId}/claim`, {}, key)).body).toMatchObject({ revision: 2 });
    expect(await stage.revisionsOf(caseId)).toEqual(['open', 'claim', 'changeUrgency']);
    expect(await failedTasks(stage.client, caseId)).toBe(0);
    expect(await stage.violations()).toEqual([]);
  });

  test('an activity that throws is tried again: the command is answered', async () => {
    await stage.startFaultyWorker({ command: 'claim', when: 'after', kill: [], self: false, code: 'throws' });
    const caseId = await stage.open();
    expect((await stage.untilAnswered('anna', `/cases/${caseId}/claim`)).body).toMatchObject({ revision: 2, status: 'contacting' });
    expect(await stage.revisionsOf(caseId)).toEqual(['open', 'claim']);
    expect(await failedTasks(stage.client, caseId)).toBe(0);
    expect(await stage.violations()).toEqual([]);
  });
});

describe('on the engine', () => {
  // Only who closes asks for it.
  const BROKEN = { ...WALL_RULEBOOK, policy: { ...WALL_RULEBOOK.policy, twoPersonClosure: null } } as unknown as Rulebook;
  const close: UpdateCommand = { type: 'close', outcome: 'opened_in_error' };
  const agree = (): UpdateCommand => ({ type: 'agreeCallback', from: Date.now() + 3_600_000, to: Date.now() + 7_200_000 });

  let system: VerifiedSystem;
  beforeAll(async () => {
    system = await createSystem();
  });
  afterAll(() => system.stop());

  test('rules that throw refuse the command, whether they are asked by its validator or in its turn', async () => {
    const caseId = await system.open({ rulebook: BROKEN });
    await system.do(caseId, { type: 'claim' });
    await expect(system.do(caseId, close)).rejects.toMatchObject({ cause: { type: 'internal_error' } });
    // Given at once they meet in one task: while the first is written, the second is not looked at before its turn.
    const [agreed, closed] = await Promise.allSettled([system.do(caseId, agree()), system.do(caseId, close)]);
    expect(agreed).toMatchObject({ status: 'fulfilled', value: { revision: 3 } });
    expect(closed).toMatchObject({ status: 'rejected', reason: { cause: { type: 'internal_error' } } });
    expect(await system.do(caseId, { type: 'logAttempt', outcome: 'reached' })).toMatchObject({ revision: 4, status: 'following_up' });
    expect(await failedTasks(system.client, caseId)).toBe(0);
  });
});
