/** A whole product whose parts can be taken away one by one: Postgres, Temporal and worker as processes of their own, the API in this one. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { askState } from '../../../activities/ask-state.ts';
import { buildApp } from '../../../api/app.ts';
import { createDevIssuer, type TokenRequest } from '../../../api/dev-issuer.ts';
import { createCaseEngine } from '../../../api/temporal.ts';
import { createTokenVerifier } from '../../../api/tokens.ts';
import { freePort } from '../../../cli/embedded/free-port.ts';
import { startPostgres, type EmbeddedPostgres } from '../../../cli/embedded/postgres.ts';
import { startTemporalServer, type EmbeddedTemporal } from '../../../cli/embedded/temporal-server.ts';
import { runInvariants } from '../../../cli/verify/run.ts';
import { systemInvariants } from '../../../cli/verify/system-invariants.ts';
import { createDatabase } from '../../../db/knex.ts';
import { migrateToLatest } from '../../../db/migrate.ts';
import { createDataConverter, createReplayConverter } from '../../../db/protection/data-converter.ts';
import type { Rulebook } from '../../../domain/sla/policy.ts';
import { caseWorkflowId } from '../../../workflows/case/start-options.ts';
import { eventually } from '../../support/case-harness.ts';
import { fixedRulebooks, WALL_RULEBOOK } from '../../support/rulebook.ts';
import { preparedWorkflowBundle } from '../../support/workflow-bundle.ts';
import { TEST_MASTER_KEYS, testKeys, testProtection } from '../../support/master-keys.ts';
import type { Fault } from './faulty-worker.ts';

const PEOPLE = {
  operator: { role: 'operator', sub: 'op-1' },
  anna: { role: 'socialWorker', municipio: '6', sub: 'sw-1' },
  bruno: { role: 'socialWorker', municipio: '6', sub: 'sw-2' },
  coordinator: { role: 'coordinator', municipio: '6', sub: 'co-1' },
  admin: { role: 'admin', sub: 'ad-1' },
} as const satisfies Readonly<Record<string, TokenRequest>>;
export type PersonName = keyof typeof PEOPLE;

export interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly retryAfter: string | undefined;
}

export interface StageOptions {
  /** @default every promise on wall time */
  readonly rulebook?: Rulebook;
}

/** Long enough for a command on a slow machine; whoever gets no answer waits as long. */
const COMMAND_MS = 5_000;
/** A limit for what comes much sooner, but on a machine with other things to do. */
const PATIENCE_MS = 60_000;
const ROOT = join(import.meta.dirname, '..', '..', '..');

export async function createStage({ rulebook = WALL_RULEBOOK }: StageOptions = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'secondo-livello-stage-'));
  const ports = { postgres: await freePort(), temporal: await freePort(), health: await freePort() };
  const servers = { postgres: join(directory, 'postgres'), temporal: join(directory, 'temporal') };
  const raisePostgres = (): Promise<EmbeddedPostgres> => startPostgres({ directory: servers.postgres, port: ports.postgres });
  const raiseTemporal = (): Promise<EmbeddedTemporal> => startTemporalServer({ directory: servers.temporal, port: ports.temporal, env: process.env });
  let [postgres, temporal] = await Promise.all([raisePostgres(), raiseTemporal()]);
  const address = temporal.address;
  const knex = createDatabase({ url: postgres.url, applicationName: 'stage' });
  await migrateToLatest(knex);
  const issuer = await createDevIssuer(directory);
  const tokens = new Map(await Promise.all(Object.entries(PEOPLE).map(async ([name, person]) => [name, await issuer.mintToken(person)] as const)));
  const connect = { connectionOptions: { address }, namespace: 'default' };
  const dataConverter = createDataConverter(testKeys);
  const engine = createCaseEngine({ connect, dataConverter, taskQueue: 'cases', commandDeadlineMs: COMMAND_MS, startDeadlineMs: COMMAND_MS });
  const app = await buildApp({
    ...{
      knex,
      engine,
      development: true,
      now: Date.now,
      logger: false as const,
      rateLimits: { perAddress: 1_000_000, perPerson: 1_000_000 },
      trustProxy: false,
    },
    protection: testProtection,
    verifier: createTokenVerifier(issuer),
    rulebooks: fixedRulebooks(rulebook),
    territories: ['6', 'CENTRAL'],
  });
  const client = new Client({ connection: Connection.lazy({ address }), dataConverter });
  const workers = new Set<ChildProcess>();
  const own = { DATABASE_URL: postgres.url, TEMPORAL_ADDRESS: address, TASK_QUEUE: 'cases', LOG_LEVEL: 'fatal', MASTER_KEYS: TEST_MASTER_KEYS };
  const workerEnvironment = { ...process.env, ...own };

  function spawnWorker(file: string, env: Readonly<Record<string, string>>): ChildProcess {
    const child = spawn(process.execPath, [join(ROOT, file)], { env: { ...workerEnvironment, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
    workers.add(child);
    child.once('exit', () => workers.delete(child));
    return child;
  }

  async function killWorkers(): Promise<void> {
    for (const child of workers) {
      const gone = ended(child);
      child.kill('SIGKILL');
      await gone;
    }
  }

  const request = async (method: 'GET' | 'POST', who: PersonName, path: string, body?: object, key: string = randomUUID()): Promise<Reply> => {
    const headers = { authorization: `Bearer ${tokens.get(who) ?? ''}`, ...(method === 'POST' ? { 'idempotency-key': key } : {}) };
    const answer = await app.inject({ method, url: `/api/v1${path}`, headers, ...(body === undefined ? {} : { payload: body }) });
    const retryAfter = answer.headers['retry-after'];
    return { status: answer.statusCode, body: answer.json(), retryAfter: retryAfter === undefined ? undefined : String(retryAfter) };
  };

  /** Asked again with the same key until it is answered as it should be. */
  const untilStatus = (status: number, who: PersonName, path: string, body: object, key: string): Promise<Reply> =>
    eventually(async () => {
      const answer = await request('POST', who, path, body, key);
      expect(answer).toMatchObject({ status });
      return answer;
    }, PATIENCE_MS);
  const handleOf = (caseId: string) => client.workflow.getHandle(caseWorkflowId(caseId, 1));

  return {
    knex,
    databaseUrl: postgres.url,
    client,
    handleOf,
    stateOf: (caseId: string) => askState(handleOf(caseId)),
    /** The commands in the log of a case. */
    revisionsOf: (caseId: string) => knex('case_revision').where('case_id', caseId).orderBy('revision').pluck<string[]>('command'),
    untilAnswered: (who: PersonName, path: string, body: object = {}, key: string = randomUUID()) => untilStatus(200, who, path, body, key),
    untilRefused: (who: PersonName, path: string, body: object = {}, key: string = randomUUID()) => untilStatus(409, who, path, body, key),
    post: (who: PersonName, path: string, body: object = {}, key?: string) => request('POST', who, path, body, key),
    get: (who: PersonName, path: string) => request('GET', who, path),
    async open(body: object = {}): Promise<string> {
      const opened = await request('POST', 'operator', '/cases', { urgency: 'yellow', primaryNeed: 'ISOLATION', municipio: '6', ...body });
      if (opened.status !== 201) throw new Error(`opening answered ${opened.status}`);
      return String(opened.body['caseId']);
    },
    /** A worker as the product starts it, once it polls. */
    async startWorker(): Promise<ChildProcess> {
      const child = spawnWorker('worker/main.ts', { WORKER_HEALTH_PORT: String(ports.health) });
      await untilReady(`http://127.0.0.1:${ports.health}/readyz`);
      return child;
    },
    async startFaultyWorker(fault: Omit<Fault, 'pids'> & { readonly kill: readonly ('postgres' | 'temporal')[] }): Promise<ChildProcess> {
      const pids = fault.kill.map((name) => (name === 'postgres' ? postgres.pid : temporal.pid));
      const child = spawnWorker('test/integration/faults/faulty-worker.ts', { FAULT: JSON.stringify({ ...fault, pids }) });
      await new Promise<void>((resolve, reject) => {
        child.stdout?.once('data', () => resolve());
        child.once('exit', (code) => reject(new Error(`the faulty worker ended with ${code} before it polled`)));
      });
      return child;
    },
    killWorkers,
    /** Once it has died of itself. */
    ended,
    async stopTemporal(): Promise<void> {
      await temporal.stop();
    },
    /** The same server again, with what it has on disk or without. */
    async raiseTemporal({ lost = false } = {}): Promise<void> {
      await temporal.stop();
      if (lost) await rm(servers.temporal, { recursive: true, force: true });
      temporal = await raiseTemporal();
    },
    async raisePostgres(): Promise<void> {
      await postgres.stop();
      postgres = await raisePostgres();
    },
    /** Keeps the database as it is now. */
    async backUp(): Promise<void> {
      await postgres.stop();
      await copy(servers.postgres, `${servers.postgres}.backup`);
      postgres = await raisePostgres();
    },
    async restore(): Promise<void> {
      await postgres.stop();
      await rm(servers.postgres, { recursive: true, force: true });
      await copy(`${servers.postgres}.backup`, servers.postgres);
      postgres = await raisePostgres();
    },
    /** What is broken, as `cli verify` would list it. */
    async violations(settleMs = PATIENCE_MS): Promise<readonly string[]> {
      const replay = { workflowBundle: preparedWorkflowBundle(), dataConverter: createReplayConverter(testKeys) };
      const invariants = systemInvariants({ knex, client, replay, fixtures: '', inFlightMs: 10_000 });
      const verdicts = await runInvariants(invariants, { settleMs });
      return verdicts.flatMap(({ number, violations }) => violations.map(({ subject, detail }) => `${number} ${subject}: ${detail}`));
    },
    async stop(): Promise<void> {
      await app.close();
      await killWorkers();
      await engine.close();
      await client.connection.close();
      await knex.destroy();
      await temporal.stop();
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export type Stage = Awaited<ReturnType<typeof createStage>>;

/** With owners: the server may run under an account of its own. */
async function copy(from: string, to: string): Promise<void> {
  await promisify(execFile)('cp', ['-a', from, to]);
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

async function untilReady(url: string): Promise<void> {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(50)) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.status === 200) return;
  }
  throw new Error(`${url} is not ready`);
}
