/** The figures an API gives of the whole system, as Prometheus reads them. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { readApiConfig } from '../../../api/config.ts';
import { startApi, type RunningApi } from '../../../api/server.ts';
import { createIncidentRepository } from '../../../db/repositories/incidents.ts';
import { createOutboxRepository } from '../../../db/repositories/outbox.ts';
import { freshDatabase, type TestDatabase } from '../../support/fresh-database.ts';
import { fixedRulebooks, WALL_RULEBOOK } from '../../support/rulebook.ts';

jest.setTimeout(60_000);

let dataDir: string;
let database: TestDatabase;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'api-gauges-'));
  database = await freshDatabase();
});
afterAll(async () => {
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
});

function start(url: string): Promise<RunningApi> {
  const env = { API_PORT: '0', API_METRICS_PORT: '0', DATABASE_URL: url, DEV_ISSUER: 'on', DATA_DIR: dataDir };
  const config = readApiConfig({ ...env, TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS'] ?? '' });
  return startApi(config, { rulebooks: () => fixedRulebooks(WALL_RULEBOOK) }, pino({ level: 'silent' }));
}

async function scrape({ metricsUrl }: RunningApi): Promise<(name: string) => number | undefined> {
  const answer = await fetch(metricsUrl);
  expect(answer.status).toBe(200);
  const lines = (await answer.text()).split('\n');
  return (name) => {
    const line = lines.find((one) => one.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length));
  };
}

test('how much waits in the outbox and how long, and how many incidents are open', async () => {
  const api = await start(database.url);
  const before = await scrape(api);
  expect([before('outbox_pending'), before('outbox_oldest_age_seconds'), before('incidents_open{kind="case_lost"}')]).toEqual([0, 0, 0]);
  const outbox = createOutboxRepository(database.knex);
  const incidents = createIncidentRepository(database.knex);
  await outbox.post({ kind: 'start_workflow', key: 'one', payload: {} }, { caseId: randomUUID(), at: Date.now() - 90_000 });
  await outbox.post({ kind: 'start_workflow', key: 'two', payload: {} }, { caseId: randomUUID(), at: Date.now() });
  await incidents.record({ kind: 'case_lost', caseId: randomUUID(), details: {}, at: Date.now() });
  const after = await scrape(api);
  expect([after('outbox_pending'), after('incidents_open{kind="case_lost"}')]).toEqual([2, 1]);
  expect(after('outbox_oldest_age_seconds')).toBeGreaterThanOrEqual(90);
  expect(after('outbox_oldest_age_seconds')).toBeLessThan(120);
  await api.close();
});

test('are left out within a second when the database does not answer; the scrape succeeds', async () => {
  const api = await start('postgres://nobody@127.0.0.1:1/none');
  const startedAt = Date.now();
  const said = await scrape(api);
  expect(Date.now() - startedAt).toBeLessThan(3_000);
  expect(said('outbox_pending')).toBeUndefined();
  expect(said('incidents_open{kind="case_lost"}')).toBeUndefined();
  expect(said('process_start_time_seconds')).toBeGreaterThan(0);
  await api.close();
});
