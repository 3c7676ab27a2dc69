/** The application as it is built for production, on a database, a worker and a task queue of its own; called by `inject`, never by a port. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { LightMyRequestResponse } from 'fastify';
import type { Knex } from 'knex';
import { pino } from 'pino';
import { buildApp, type AppDeps } from '../../../api/app.ts';
import { createDevIssuer, type DevIssuer, type TokenRequest } from '../../../api/dev-issuer.ts';
import { createCaseEngine } from '../../../api/temporal.ts';
import { createTokenVerifier } from '../../../api/tokens.ts';
import { createDataConverter } from '../../../db/protection/data-converter.ts';
import { workerConfig } from '../../../worker/config.ts';
import { startWorker } from '../../../worker/main.ts';
import { freshDatabase } from '../../support/fresh-database.ts';
import { TEST_MASTER_KEYS, testKeys, testProtection } from '../../support/master-keys.ts';
import { fixedRulebooks, WALL_RULEBOOK } from '../../support/rulebook.ts';

/** People of the cast; each with a token. */
export const CAST = {
  operator: { role: 'operator', sub: 'op-1' },
  shiftLeader: { role: 'shiftLeader', sub: 'sl-1' },
  worker: { role: 'socialWorker', municipio: '6', sub: 'sw-1' },
  colleague: { role: 'socialWorker', municipio: '6', sub: 'sw-2' },
  stranger: { role: 'socialWorker', municipio: '3', sub: 'sw-3' },
  coordinator: { role: 'coordinator', municipio: '6', sub: 'co-1' },
  farCoordinator: { role: 'coordinator', municipio: '3', sub: 'co-3' },
  central: { role: 'coordinator', municipio: 'CENTRAL', sub: 'ce-1' },
  manager: { role: 'manager', sub: 'ma-1' },
  admin: { role: 'admin', sub: 'ad-1' },
  auditor: { role: 'auditor', sub: 'au-1' },
} as const satisfies Readonly<Record<string, TokenRequest>>;
export type CastName = keyof typeof CAST;

export interface Call {
  readonly body?: unknown;
  /** An Idempotency-Key; a new one unless told, none when null. */
  readonly key?: string | null;
  readonly ifMatch?: string;
  readonly language?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: LightMyRequestResponse['headers'];
}

export interface Api {
  readonly app: Awaited<ReturnType<typeof buildApp>>;
  readonly knex: Knex;
  readonly issuer: DevIssuer;
  readonly taskQueue: string;
  get(who: CastName, path: string, call?: Call): Promise<Reply>;
  post(who: CastName, path: string, call?: Call): Promise<Reply>;
  put(who: CastName, path: string, call?: Call): Promise<Reply>;
  patch(who: CastName, path: string, call?: Call): Promise<Reply>;
  remove(who: CastName, path: string, call?: Call): Promise<Reply>;
  send(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, headers: Readonly<Record<string, string>>, body?: unknown): Promise<Reply>;
  /** Opens a case at municipio 6 and returns its id. */
  open(body?: Readonly<Record<string, unknown>>): Promise<string>;
  /** SQL statements since the last call of this. */
  takeQueries(): string[];
  startWorker(): Promise<{ stop(): Promise<void> }>;
  close(): Promise<void>;
}

export interface ApiOptions {
  /** @default true */
  readonly withWorker?: boolean;
  /** @default the shared server */
  readonly temporalAddress?: string;
  readonly deps?: Partial<AppDeps>;
  /** @default every promise on wall time, whatever is published */
  readonly rulebooks?: (knex: Knex) => AppDeps['rulebooks'];
  readonly commandDeadlineMs?: number;
  /** Variables of the worker besides. @default none */
  readonly workerVariables?: Readonly<Record<string, string>>;
}

export const OPENING = { urgency: 'yellow', primaryNeed: 'PERINATAL_MENTAL_HEALTH', municipio: '6' } as const;

export async function createApi(options: ApiOptions = {}): Promise<Api> {
  const database = await freshDatabase();
  const { knex } = database;
  const dataDir = await mkdtemp(join(tmpdir(), 'api-test-'));
  const issuer = await createDevIssuer(dataDir);
  const taskQueue = `cases-${randomUUID()}`;
  const address = options.temporalAddress ?? process.env['TEST_TEMPORAL_ADDRESS'] ?? '';
  const connect = { connectionOptions: { address }, namespace: 'default' };
  const engine = createCaseEngine({
    connect,
    dataConverter: createDataConverter(testKeys),
    taskQueue,
    commandDeadlineMs: options.commandDeadlineMs ?? 5_000,
    startDeadlineMs: 2_000,
  });
  const app = await buildApp({
    ...{ knex, engine, development: true, now: Date.now, logger: false, rateLimits: { perAddress: 1_000_000, perPerson: 1_000_000 }, trustProxy: false },
    // A test builds applications in the process it asks, on machines that do other things too.
    maxEventLoopDelayMs: 60_000,
    protection: testProtection,
    verifier: createTokenVerifier(issuer),
    rulebooks: options.rulebooks?.(knex) ?? fixedRulebooks(WALL_RULEBOOK),
    territories: ['1', '2', '3', '4', '5', '6', '7', '8', '9', 'CENTRAL'],
    ...options.deps,
  });
  const tokens = new Map(await Promise.all(Object.entries(CAST).map(async ([name, person]) => [name, await issuer.mintToken(person)] as const)));
  const queries: string[] = [];
  knex.on('query', ({ sql }: { sql: string }) => queries.push(sql));
  const workers: { stop(): Promise<unknown> }[] = [];

  const send: Api['send'] = async (method, path, headers, body) => {
    const payload = body === undefined ? {} : { payload: body as object };
    const response = await app.inject({ method, url: path.startsWith('/api') ? path : `/api/v1${path}`, headers, ...payload });
    const json = String(response.headers['content-type'] ?? '').includes('json');
    return { status: response.statusCode, body: json ? response.json<Record<string, unknown>>() : {}, headers: response.headers };
  };
  const call =
    (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE') =>
    (who: CastName, path: string, given: Call = {}) => {
      const { key = randomUUID(), ifMatch, language } = given;
      const headers = {
        authorization: `Bearer ${tokens.get(who) ?? ''}`,
        ...(method !== 'POST' || key === null ? {} : { 'idempotency-key': key }),
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
        ...(language === undefined ? {} : { 'accept-language': language }),
        ...given.headers,
      };
      return send(method, path, headers, given.body);
    };
  const startOwnWorker: Api['startWorker'] = async () => {
    const variables = {
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: address,
      TASK_QUEUE: taskQueue,
      WORKER_HEALTH_PORT: '0',
      LOG_LEVEL: 'fatal',
      MASTER_KEYS: TEST_MASTER_KEYS,
      ...options.workerVariables,
    };
    const worker = await startWorker(workerConfig(variables), pino({ level: 'silent' }));
    workers.push(worker);
    return { stop: async () => void (await worker.stop()) };
  };
  if (options.withWorker !== false) await startOwnWorker();

  const post = call('POST');
  return {
    ...{ app, knex, issuer, taskQueue, send, post },
    get: call('GET'),
    put: call('PUT'),
    patch: call('PATCH'),
    remove: call('DELETE'),
    async open(body = {}) {
      const { status, body: opened } = await post('operator', '/cases', { body: { ...OPENING, ...body } });
      if (status !== 201) throw new Error(`opening answered ${status}: ${JSON.stringify(opened)}`);
      return String(opened['caseId']);
    },
    takeQueries: () => queries.splice(0),
    startWorker: startOwnWorker,
    async close() {
      await app.close();
      for (const worker of workers) await worker.stop();
      await engine.close();
      await database.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
