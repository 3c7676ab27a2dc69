/** Worker and Temporal killed in the middle of commands: whatever was answered, Temporal and Postgres agree afterwards, and no promise is forgotten. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { CommandAnswer } from '../../../domain/case/projection.ts';
import type { CommandEnvelope } from '../../../workflows/case/messages.ts';
import { caseWorkflowId } from '../../../workflows/case/start-options.ts';
import { askState } from '../../../activities/ask-state.ts';
import { eventually } from '../../support/case-harness.ts';
import { createStage, type Stage } from './stage.ts';

Runtime.install({ logger: new DefaultLogger('ERROR', () => {}) });
jest.setTimeout(90_000);

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
});
afterEach(() => stage.killWorkers());
afterAll(() => stage.stop());

const handleOf = (caseId: string) => stage.client.workflow.getHandle(caseWorkflowId(caseId, 1));
const stateOf = (caseId: string) => askState(handleOf(caseId));
const revisionsOf = (caseId: string) => stage.knex('case_revision').where('case_id', caseId).orderBy('revision').pluck<string[]>('command');

/** The same key until the answer is there. */
async function untilAnswered(who: 'anna' | 'bruno' | 'coordinator', path: string, body: object, key: string) {
  return eventually(async () => {
    const answer = await stage.post(who, path, body, key);
    expect(answer.status).toBe(200);
    return answer;
  }, 30_000);
}

describe.each(['before', 'after'] as const)('the worker killed right %s the append', (when) => {
  test('the same key gives the answer of the one revision', async () => {
    const worker = await stage.startFaultyWorker({ command: 'claim', when, kill: [], self: true });
    const caseId = await stage.open();
    const key = randomUUID();
    const first = stage.post('anna', `/cases/${caseId}/claim`, {}, key);
    await stage.ended(worker);
    await stage.startWorker();
    expect([200, 202, 503]).toContain((await first).status);
    const answer = await untilAnswered('anna', `/cases/${caseId}/claim`, {}, key);
    expect(answer.body).toMatchObject({ caseId, revision: 2, status: 'contacting' });
    expect(await revisionsOf(caseId)).toEqual(['open', 'claim']);
    expect(await stage.violations()).toEqual([]);
  });
});

describe('worker and Temporal killed between the append and the end of the task', () => {
  async function killedInClaim(): Promise<{ readonly caseId: string; readonly key: string }> {
    const worker = await stage.startFaultyWorker({ command: 'claim', when: 'after', kill: ['temporal'], self: true });
    const caseId = await stage.open();
    const key = randomUUID();
    const first = stage.post('anna', `/cases/${caseId}/claim`, {}, key);
    await stage.ended(worker);
    await stage.raiseTemporal();
    expect([202, 503]).toContain((await first).status);
    expect(await revisionsOf(caseId)).toEqual(['open', 'claim']);
    return { caseId, key };
  }

  test('another person’s command first: it meets the stored claim, and both sides agree', async () => {
    const { caseId, key } = await killedInClaim();
    await stage.startWorker();
    const commandId = randomUUID();
    const actor = { kind: 'person' as const, id: 'sw-2', roles: ['socialWorker' as const], municipi: ['6'] };
    const envelope: CommandEnvelope = { commandId, actor, ifMatch: null, fingerprint: null, requestId: commandId, command: { type: 'claim' } };
    const claimed = handleOf(caseId).executeUpdate<CommandAnswer, [CommandEnvelope]>('claim', { args: [envelope], updateId: commandId });
    await expect(claimed).rejects.toMatchObject({ cause: { type: 'command_not_allowed' } });
    expect((await stateOf(caseId)).stage).toMatchObject({ status: 'contacting', owner: 'sw-1' });
    expect((await untilAnswered('anna', `/cases/${caseId}/claim`, {}, key)).body).toMatchObject({ revision: 2 });
    expect((await stage.post('bruno', `/cases/${caseId}/claim`)).status).toBe(409);
    expect(await revisionsOf(caseId)).toEqual(['open', 'claim']);
    expect(await stage.violations()).toEqual([]);
  });

  test('nobody asks for anything more: the workflow comes to know of it all the same', async () => {
    const { caseId } = await killedInClaim();
    await stage.startWorker();
    expect(await stage.violations(30_000)).toEqual([]);
    expect((await stateOf(caseId)).revision).toBe(2);
  });

  test('only the same key is asked again: the workflow comes to know of it all the same', async () => {
    const { caseId, key } = await killedInClaim();
    await stage.startWorker();
    expect((await untilAnswered('anna', `/cases/${caseId}/claim`, {}, key)).body).toMatchObject({ revision: 2 });
    expect(await stage.violations(30_000)).toEqual([]);
    expect((await stateOf(caseId)).revision).toBe(2);
  });
});

describe('Temporal alone killed between the append and the end of the task', () => {
  test('the worker that lives on and the one answer agree', async () => {
    await stage.startFaultyWorker({ command: 'claim', when: 'after', kill: ['temporal'], self: false });
    const caseId = await stage.open();
    const key = randomUUID();
    const first = stage.post('anna', `/cases/${caseId}/claim`, {}, key);
    expect([200, 202, 503]).toContain((await first).status);
    await stage.raiseTemporal();
    expect((await untilAnswered('anna', `/cases/${caseId}/claim`, {}, key)).body).toMatchObject({ revision: 2 });
    expect(await stage.violations(30_000)).toEqual([]);
  });
});

describe('Temporal away', () => {
  test('while a case is opened: clocks at once, one workflow later', async () => {
    await stage.startWorker();
    await stage.stopTemporal();
    const key = randomUUID();
    const body = { urgency: 'red', redFlags: ['R1'], primaryNeed: 'VIOLENCE', municipio: '6' };
    const opened = await stage.post('operator', '/cases', body, key);
    expect(opened.status).toBe(201);
    const caseId = String(opened.body['caseId']);
    expect((await stage.get('operator', `/cases/${caseId}`)).body['clocks']).not.toEqual([]);
    const refused = await stage.post('anna', `/cases/${caseId}/claim`);
    expect({ status: refused.status, retryAfter: Number(refused.retryAfter) > 0 }).toEqual({ status: 503, retryAfter: true });
    expect((await stage.post('operator', '/cases', body, key)).body['caseId']).toBe(caseId);
    await stage.raiseTemporal();
    await eventually(async () => expect((await handleOf(caseId).describe()).status.name).toBe('RUNNING'), 30_000);
    expect((await untilAnswered('anna', `/cases/${caseId}/claim`, {}, randomUUID())).body).toMatchObject({ status: 'contacting' });
    expect(await stage.knex('staff_message').where('case_id', caseId).pluck<number[]>('alert')).toEqual([1]);
    expect(await stage.violations()).toEqual([]);
  });
});

describe('Temporal’s store lost entirely', () => {
  test('every open case is started again from its log, and goes on', async () => {
    const worker = await stage.startWorker();
    const [waiting, claimed, closed] = [await stage.open(), await stage.open(), await stage.open()];
    const key = randomUUID();
    const answer = await untilAnswered('anna', `/cases/${claimed}/claim`, {}, key);
    await untilAnswered('anna', `/cases/${closed}/claim`, {}, randomUUID());
    await untilAnswered('anna', `/cases/${closed}/close`, { outcome: 'opened_in_error' }, randomUUID());
    await stage.killWorkers();
    await stage.ended(worker);
    await stage.raiseTemporal({ lost: true });
    await stage.startWorker();
    expect(await stage.violations(30_000)).toEqual([]);
    for (const caseId of [waiting, claimed]) expect((await handleOf(caseId).describe()).status.name).toBe('RUNNING');
    await expect(handleOf(closed).describe()).rejects.toThrow();
    expect((await untilAnswered('anna', `/cases/${claimed}/claim`, {}, key)).body).toMatchObject({ revision: answer.body['revision'] });
    expect((await untilAnswered('anna', `/cases/${claimed}/log-attempt`, { outcome: 'reached' }, randomUUID())).body).toMatchObject({ revision: 3 });
  });
});
