import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { Client, Connection } from '@temporalio/client';
import { freePort } from '../../../cli/embedded/free-port.ts';
import { startTemporalServer, TEMPORAL_KIND, type EmbeddedTemporal } from '../../../cli/embedded/temporal-server.ts';
import { createCaseEngine } from '../../../api/temporal.ts';
import { caseWorkflowId } from '../../../workflows/case/start-options.ts';
import { eventually } from '../../support/case-harness.ts';
import { serverDirectory } from '../embedded/servers.ts';
import { createApi, OPENING, type Api } from './harness.ts';

const directory = serverDirectory(TEMPORAL_KIND);
let port: number;
let temporal: EmbeddedTemporal | null = null;
let api: Api;

async function startServer(): Promise<void> {
  temporal = await startTemporalServer({ directory: directory.path, env: process.env, port });
}

async function stopServer(): Promise<void> {
  await temporal?.stop();
  temporal = null;
}

beforeAll(async () => {
  port = await freePort();
  await startServer();
  api = await createApi({ temporalAddress: `127.0.0.1:${port}`, withWorker: false });
});
afterAll(async () => {
  await api.close();
  await stopServer();
  await directory.cleanUp();
});

describe('Temporal down', () => {
  let caseId: string;
  let redCase: string;

  test('commands: 503 with Retry-After, at once, and nothing changed', async () => {
    const before = await api.open();
    await stopServer();
    const started = Date.now();
    const refused = await api.post('worker', `/cases/${before}/claim`);
    expect(refused).toMatchObject({ status: 503, body: { code: 'engine_unavailable' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(Date.now() - started).toBeLessThan(1_500);
    expect((await api.get('worker', `/cases/${before}`)).body).toMatchObject({ status: 'awaiting_claim', revision: 1 });
  });

  test('opening: 201 with its clocks, quickly, and reads go on', async () => {
    const started = Date.now();
    const opened = await api.post('operator', '/cases', { body: OPENING });
    expect(opened).toMatchObject({ status: 201, body: { status: 'awaiting_claim' } });
    expect(Date.now() - started).toBeLessThan(2_500);
    caseId = String(opened.body['caseId']);
    const { body } = await api.get('worker', `/cases/${caseId}`);
    expect((body['clocks'] as unknown[]).length).toBeGreaterThan(2);
    const listed = await api.get('worker', '/cases');
    expect((listed.body['items'] as { caseId: string }[]).map((item) => item.caseId)).toContain(caseId);
  });

  test('a red opening is announced by the API itself', async () => {
    redCase = await api.open({ urgency: 'red', redFlags: ['R1'] });
    const { status, body } = await api.get('shiftLeader', '/alerts');
    expect(status).toBe(200);
    expect(body['items']).toEqual([expect.objectContaining({ caseId: redCase, alert: 1, key: `${redCase}:1:alert-1`, readAt: null })]);
    expect((await api.get('stranger', '/alerts')).body['items']).toEqual([]);
    expect((await api.put('shiftLeader', `/alerts/${redCase}:1:alert-1/read`)).status).toBe(204);
    expect((await api.get('shiftLeader', '/alerts?unread=true')).body['items']).toEqual([]);
  });

  test('ready but degraded', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const reply = await api.app.inject({ method: 'GET', url: '/readyz' });
    expect(reply.statusCode).toBe(200);
    expect(reply.json()).toEqual({ status: 'degraded', parts: { database: 'up', migrations: 'current', temporal: 'down' } });
  });

  test('back again: the relay starts what was left, once, and commands are taken', async () => {
    await startServer();
    await api.startWorker();
    const outbox = () => api.knex('outbox').whereNull('done_at').count<{ count: number }[]>();
    await eventually(async () => expect(await outbox()).toEqual([{ count: 0 }]), 20_000);
    await eventually(async () => expect(await api.post('worker', `/cases/${caseId}/claim`)).toMatchObject({ status: 200 }), 20_000);
    const connection = await Connection.connect({ address: `127.0.0.1:${port}` });
    const client = new Client({ connection });
    const description = await client.workflow.getHandle(caseWorkflowId(redCase, 1)).describe();
    expect(description.status.name).toBe('RUNNING');
    await connection.close();
    expect((await api.get('shiftLeader', '/alerts')).body['items']).toHaveLength(1);
  });

  test('a run that was lost is started from the log by the next command, and the key still has its first answer', async () => {
    const key = randomUUID();
    const lost = await api.open();
    const claimed = await api.post('worker', `/cases/${lost}/claim`, { key });
    const connection = await Connection.connect({ address: `127.0.0.1:${port}` });
    await new Client({ connection }).workflow.getHandle(caseWorkflowId(lost, 1)).terminate('lost');
    await connection.close();
    expect(await api.post('worker', `/cases/${lost}/log-attempt`, { body: { outcome: 'reached' } })).toMatchObject({ status: 200, body: { revision: 3 } });
    expect((await api.post('worker', `/cases/${lost}/claim`, { key })).body).toEqual(claimed.body);
  });
});

describe('no worker', () => {
  test('a command that was sent and not answered: 202, and the same key brings the answer', async () => {
    const slow = await createApi({ withWorker: false, commandDeadlineMs: 600 });
    try {
      const caseId = await slow.open();
      const key = randomUUID();
      const sent = await slow.post('worker', `/cases/${caseId}/claim`, { key });
      expect(sent).toMatchObject({ status: 202, body: { status: 'pending', caseId, retryWithKey: key } });
      expect(Number(sent.headers['retry-after'])).toBeGreaterThan(0);
      await slow.startWorker();
      const claim = () => slow.post('worker', `/cases/${caseId}/claim`, { key });
      await eventually(async () => expect(await claim()).toMatchObject({ status: 200, body: { revision: 2, status: 'contacting' } }), 20_000);
    } finally {
      await slow.close();
    }
  });

  test('an address that swallows everything is known as not sent', async () => {
    // 192.0.2.0/24 is for documentation: packets to it are lost or refused, never answered.
    const connect = { connectionOptions: { address: '192.0.2.1:7233' } };
    const engine = createCaseEngine({ connect, taskQueue: 'x', commandDeadlineMs: 500, startDeadlineMs: 500 });
    const actor = { kind: 'person', id: 'x', roles: [], municipi: [] } as const;
    const envelope = { commandId: 'x', actor, ifMatch: null, fingerprint: null, requestId: 'x', command: { type: 'claim' } } as const;
    expect(await engine.execute(randomUUID(), 1, envelope)).toEqual({ kind: 'unavailable' });
    expect(await engine.isReachable()).toBe(false);
    await engine.close();
  });
});
