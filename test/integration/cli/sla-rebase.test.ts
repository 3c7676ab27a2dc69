/** Rebases as an administrator meets them on the command line, against a running API and worker. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { publishedRulebooks } from '../../../activities/published-rulebooks.ts';
import { readApiConfig } from '../../../api/config.ts';
import { createDevIssuer } from '../../../api/dev-issuer.ts';
import { startApi, type RunningApi } from '../../../api/server.ts';
import { createCaseLogRepository } from '../../../db/repositories/case-log.ts';
import { createRulebookRepository } from '../../../db/repositories/rulebooks.ts';
import { workerConfig } from '../../../worker/config.ts';
import { startWorker, type RunningWorker } from '../../../worker/main.ts';
import { freshDatabase, type TestDatabase } from '../../support/fresh-database.ts';
import { TEST_MASTER_KEYS } from '../../support/master-keys.ts';
import { openInLog } from '../../support/open-in-log.ts';
import { WALL_RULEBOOK } from '../../support/rulebook.ts';
import { cli, type Ended } from './command.ts';

jest.setTimeout(90_000);

/** Nothing is published: the policy installations are seeded with. */
const IN_FORCE = 'milano-020202@1';

let directory: string;
let database: TestDatabase;
let worker: RunningWorker;
let api: RunningApi;
let token: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sla-rebase-'));
  database = await freshDatabase();
  const env = {
    ...{ DATABASE_URL: database.url, TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS'] ?? '', TASK_QUEUE: `cases-${randomUUID()}`, LOG_LEVEL: 'fatal' },
    ...{ API_PORT: '0', API_METRICS_PORT: '0', WORKER_HEALTH_PORT: '0', DEV_ISSUER: 'on', DATA_DIR: directory },
    MASTER_KEYS: TEST_MASTER_KEYS,
  };
  worker = await startWorker(workerConfig(env), pino({ level: 'silent' }));
  api = await startApi(readApiConfig(env), { rulebooks: (knex) => publishedRulebooks(knex) }, pino({ level: 'silent' }));
  token = await (await createDevIssuer(directory)).mintToken({ role: 'admin', sub: 'ad-1' });
});
afterAll(async () => {
  await api.close();
  await worker.stop();
  await database.close();
  await rm(directory, { recursive: true, force: true });
});

const run = (...args: string[]): Promise<Ended> => cli(['sla', 'rebase', '--url', api.url, ...args], { API_TOKEN: token });

/** Cases under a policy of the test's own. */
async function openMany(id: string, count: number): Promise<string[]> {
  const caseLog = createCaseLogRepository(database.knex, createRulebookRepository(database.knex));
  const rulebook = { ...WALL_RULEBOOK, policy: { ...WALL_RULEBOOK.policy, id } };
  return Promise.all(Array.from({ length: count }, () => openInLog(caseLog, { change: { rulebook }, outbox: true })));
}

const policiesOf = (ids: readonly string[]) => database.knex('escalation_case').whereIn('case_id', ids).distinct().pluck<string[]>('policy');

describe('cli sla rebase', () => {
  test('says what a batch would move, then moves it, and tells how far it is', async () => {
    const cases = await openMany('cli', 3);
    const dry = await run('--policy', 'cli@1', '--municipio', '3', '--urgency', 'yellow', '--dry-run');
    expect([dry.code, dry.stdout]).toEqual([0, expect.stringMatching(/3 of 3 cases: 3 would move \(\d+ deadlines\), 0 unchanged, 0 failed/)]);
    expect(await policiesOf(cases)).toEqual(['cli@1']);
    const done = await run('--policy', 'cli@1');
    expect([done.code, done.stdout]).toEqual([0, expect.stringMatching(/done\n3 of 3 cases: 3 moved \(\d+ deadlines\)/)]);
    expect(await policiesOf(cases)).toEqual([IN_FORCE]);
    const [batchId = ''] = /^[0-9a-f-]{36}/.exec(done.stdout) ?? [];
    const status = await run('--status', batchId, '--json');
    expect(JSON.parse(status.stdout)).toMatchObject({ batchId, status: 'done', done: 3, createdBy: 'ad-1', failedCases: [] });
    expect((await run('--cancel', batchId)).stderr).toMatch(/rebase_over/);
  });

  test('moves one case, and says when there is nothing to move', async () => {
    const [caseId = ''] = await openMany('one', 1);
    const moved = await run('--case', caseId);
    expect([moved.code, moved.stdout]).toEqual([0, expect.stringContaining(`${caseId}: went from one@1 to ${IN_FORCE}`)]);
    expect(moved.stdout).toMatch(/promise +was due +is due/);
    expect((await run('--case', caseId)).stdout).toBe(`${caseId}: is measured by ${IN_FORCE} already\nno deadline moves\n`);
  });

  test('passes on what the API refuses, with what to do', async () => {
    const refused = await run('--municipio', '77');
    expect([refused.code, refused.stderr]).toEqual([65, expect.stringContaining('No such municipio (municipio_unknown)')]);
    expect((await run('--draft', 'nothing')).stderr).toContain('draft_only_dry');
    expect(await cli(['sla', 'rebase', '--url', api.url], { API_TOKEN: 'x' })).toMatchObject({ code: 78 });
    expect(await cli(['sla', 'rebase', '--url', 'http://127.0.0.1:1'], { API_TOKEN: token })).toMatchObject({ code: 69 });
  });
});
