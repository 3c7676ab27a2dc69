/** Worker and Temporal killed in the middle of commands: whatever was answered, Temporal and Postgres agree afterwards, and no promise is forgotten. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { CommandAnswer } from '../../../domain/case/projection.ts';
import type { CommandEnvelope } from '../../../workflows/case/messages.ts';
import { eventually } from '../../support/case-harness.ts';
import { createStage, type Stage } from './stage.ts';

Runtime.install({ logger: new DefaultLogger('ERROR', () => {}) });
jest.setTimeout(180_000);

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
});
afterEach(() => stage.killWorkers());
afterAll(() => stage.stop());

describe.each(['before', 'after'] as const)('the worker killed right %s the append', (when) => {
  test('the same key gives the answer of the one revision', async () => {
    const worker = await stage.startFaultyWorker({ command: 'claim', when, kill: [], self: true });
    const caseId = await stage.open();
    const key = randomUUID();
    const first = stage.post('anna', `/cases/${caseId}/claim`, {}, key);
    await stage.ended(worker);
    await stage.startWorker();
    expect([200, 202, 503]).toContain((await first).status);
    const answer = await stage.untilAnswered('anna', `/cases/${caseId}/claim`, {}, key);
    expect(answer.body).toMatchObject({ caseId, revision: 2, status: 'contacting' });
    expect(await stage.revisionsOf(caseId)).toEqual(['open', 'claim']);
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
    expect(await stage.revisionsOf(caseId)).toEqual(['open', 'claim']);
    return { caseId, key };
  }

  test('another person’s command first: it meets the stored claim, and both sides agree', async () => {
    const { caseId, key } = await killedInClaim();
    await stage.startWorker();
    const commandId = randomUUID();
    const actor = { kind: 'person' as const, id: 'sw-2', roles: ['socialWorker' as const], municipi: ['6'] };
    const envelope: CommandEnvelope = { commandId, actor, ifMatch: null, fingerprint: null, requestId: commandId, command: { type: 'claim' } };
    const claimed = stage.handleOf(caseId).executeUpdate<CommandAnswer, [CommandEnvelope]>('claim', { args: [envelope], updateId: commandId });
    await expect(claimed).rejects.toMatchObject({ cause: { type: 'command_not_allowed' } });
    expect((await stage.stateOf(caseId)).stage).toMatchObject({ status: 'contacting', owner: 'sw-1' });
    expect((await stage.untilAnswered('anna', `/cases/${caseId}/claim`, {}, key)).body).toMatchObject({ revision: 2 });
    await stage.untilRefused('bruno', `/cases/${caseId}/claim`);
    expect(await stage.revisionsOf(caseId)).toEqual(['open', 'claim']);
    expect(await stage.violations()).toEqual([]);
  });

  test('nobody asks for anything more: the workflow comes to know of it all the same', async () => {
    const { caseId } = await killedInClaim();
    await stage.startWorker();
    expect(await stage.violations()).toEqual([]);
    expect((await stage.stateOf(caseId)).revision).toBe(2);
  });

  test('only the same key is asked again: the workflow comes to know of it all the same', async () => {
    const { caseId, key } = await killedInClaim();
    await stage.startWorker();
    expect((await stage.untilAnswered('anna', `/cases/${caseId}/claim`, {}, key)).body).toMatchObject({ revision: 2 });
    expect(await stage.violations()).toEqual([]);
    expect((await stage.stateOf(caseId)).revision).toBe(2);
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
    expect((await stage.untilAnswered('anna', `/cases/${caseId}/claim`, {}, key)).body).toMatchObject({ revision: 2 });
    expect(await stage.violations()).toEqual([]);
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
    await eventually(async () => expect((await stage.handleOf(caseId).describe()).status.name).toBe('RUNNING'), 60_000);
    expect((await stage.untilAnswered('anna', `/cases/${caseId}/claim`)).body).toMatchObject({ status: 'contacting' });
    await eventually(async () => expect(await stage.knex('staff_message').where('case_id', caseId).pluck<number[]>('alert')).toEqual([1]), 60_000);
    expect(await stage.violations()).toEqual([]);
  });
});

describe('Temporal’s store lost entirely', () => {
  test('every open case is started again from its log, and goes on', async () => {
    const worker = await stage.startWorker();
    const [waiting, claimed, closed] = [await stage.open(), await stage.open(), await stage.open()];
    const key = randomUUID();
    const answer = await stage.untilAnswered('anna', `/cases/${claimed}/claim`, {}, key);
    await stage.untilAnswered('anna', `/cases/${closed}/claim`);
    await stage.untilAnswered('anna', `/cases/${closed}/close`, { outcome: 'opened_in_error' });
    await stage.killWorkers();
    await stage.ended(worker);
    await stage.raiseTemporal({ lost: true });
    await stage.startWorker();
    expect(await stage.violations()).toEqual([]);
    for (const caseId of [waiting, claimed]) expect((await stage.handleOf(caseId).describe()).status.name).toBe('RUNNING');
    await expect(stage.handleOf(closed).describe()).rejects.toThrow();
    expect((await stage.untilAnswered('anna', `/cases/${claimed}/claim`, {}, key)).body).toMatchObject({ revision: answer.body['revision'] });
    expect((await stage.untilAnswered('anna', `/cases/${claimed}/log-attempt`, { outcome: 'reached' })).body).toMatchObject({ revision: 3 });
  });
});
