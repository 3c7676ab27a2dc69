import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setTimeout } from 'node:timers/promises';
import { eventually } from '../../support/case-harness.ts';
import { createApi, type Api } from './harness.ts';

let api: Api;
beforeAll(async () => {
  api = await createApi({ withWorker: false, deps: { maxEventLoopDelayMs: 200 } });
});
afterAll(() => api.close());

/** Holds the process for longer than the limit at every turn, so that whichever sample is the last one holds nothing else. */
async function block(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    for (const until = Date.now() + 400; Date.now() < until; );
    await setTimeout(1);
  }
}

test('a process that cannot serve in time says so, with Retry-After; who watches it is answered; and afterwards all is well', async () => {
  await setTimeout(500);
  await eventually(async () => {
    await block();
    expect(await api.get('operator', '/me')).toMatchObject({ status: 503, body: { code: 'overloaded' }, headers: { 'retry-after': '2' } });
  });
  expect((await api.app.inject({ method: 'GET', url: '/livez' })).statusCode).toBe(200);
  await eventually(async () => expect((await api.get('operator', '/me')).status).toBe(200), 30_000);
});
