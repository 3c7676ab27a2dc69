/** What a key does once the nightly pruning has forgotten it: it never opens a second case. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createIdempotencyRepository } from '../../../db/repositories/idempotency.ts';
import { createApi, OPENING, type Api } from './harness.ts';

jest.setTimeout(60_000);

let api: Api;
beforeAll(async () => {
  api = await createApi();
});
afterAll(() => api.close());

const forgetKeys = () => createIdempotencyRepository(api.knex).prune({ before: Date.now() + 60_000, limit: 1_000 });
const cases = async () => (await api.knex('escalation_case').count<{ count: number }[]>('* as count'))[0]!.count;

test('an opening repeated after its key was forgotten is refused, and opens nothing', async () => {
  const opened = await api.post('operator', '/cases', { key: 'long-ago', body: OPENING });
  expect(opened.status).toBe(201);
  expect(await forgetKeys()).toBe(1);
  const before = await cases();
  const repeated = await api.post('operator', '/cases', { key: 'long-ago', body: OPENING });
  expect([repeated.status, repeated.body['code']]).toEqual([422, 'idempotency_key_reused']);
  expect(await cases()).toBe(before);
});

test('a command repeated after everything was forgotten still has its first answer: its record is the log', async () => {
  const caseId = await api.open();
  const first = await api.post('worker', `/cases/${caseId}/claim`, { key: 'claimed-long-ago' });
  await forgetKeys();
  const repeated = await api.post('worker', `/cases/${caseId}/claim`, { key: 'claimed-long-ago' });
  expect([repeated.status, repeated.body]).toEqual([200, first.body]);
});
