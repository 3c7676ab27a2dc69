import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pino } from 'pino';
import { isLoopback, readApiConfig } from '../../../api/config.ts';
import { ConfigInvalid } from '../../../config/environment.ts';
import { createDevIssuer } from '../../../api/dev-issuer.ts';
import { createReadiness } from '../../../api/readiness.ts';
import { startApi, type RunningApi } from '../../../api/server.ts';
import { freshDatabase, type TestDatabase } from '../../support/fresh-database.ts';
import { fixedRulebooks, WALL_RULEBOOK } from '../../support/rulebook.ts';
import { cli } from '../cli/command.ts';

let dataDir: string;
let database: TestDatabase;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'api-process-'));
  database = await freshDatabase();
});
afterAll(async () => {
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
});

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readApiConfig(environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    expect(error.exitCode).toBe(78);
    return error.faults;
  }
}

describe('configuration', () => {
  test('reports every fault at once, by name and never by value', () => {
    const faults = faultsOf({ API_PORT: 'secret-1', LOG_LEVEL: 'secret-2', TERRITORIES: 'secret 3' });
    expect(faults.map((fault) => fault.split(' ')[0]).sort()).toEqual(
      ['API_PORT', 'AUTH_AUDIENCE', 'AUTH_ISSUER', 'AUTH_JWKS', 'DATABASE_URL', 'LOG_LEVEL', 'TERRITORIES'].sort(),
    );
    expect(faults.join(' ')).not.toContain('secret');
  });

  test('refuses the development issuer on an address others can reach', () => {
    expect(faultsOf({ DATABASE_URL: 'x', DEV_ISSUER: 'on', API_HOST: '0.0.0.0' })).toEqual([expect.stringContaining('DEV_ISSUER must be off')]);
    expect(faultsOf({ DATABASE_URL: 'x', DEV_ISSUER: 'on', API_HOST: '127.0.0.1' })).toEqual([]);
    expect(['127.0.0.1', '::1', 'localhost', '127.9.9.9'].every(isLoopback)).toBe(true);
    expect(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.org'].some(isLoopback)).toBe(false);
  });

  test('is frozen, with its defaults', () => {
    const config = readApiConfig({ DATABASE_URL: 'x', AUTH_ISSUER: 'i', AUTH_AUDIENCE: 'a', AUTH_JWKS: 'https://x/jwks', TEMPORAL_ADDRESS: 'h:1' });
    expect(config).toMatchObject({ host: '127.0.0.1', taskQueue: 'cases', commandDeadlineMs: 5_000, temporal: { connectionOptions: { address: 'h:1' } } });
    expect(Object.isFrozen(config)).toBe(true);
  });
});

describe('the development issuer', () => {
  test('makes one key, readable by its owner alone, also when several processes ask at once', async () => {
    const issuers = await Promise.all(Array.from({ length: 5 }, () => createDevIssuer(dataDir)));
    expect(new Set(issuers.map(({ jwks }) => jwks.keys[0]?.kid)).size).toBe(1);
    expect(JSON.stringify(issuers[0]?.jwks)).not.toContain('"d"');
    const keys = join(dataDir, 'keys');
    expect(await readdir(keys)).toEqual(['dev-issuer.json']);
    expect((await stat(join(keys, 'dev-issuer.json'))).mode & 0o777).toBe(0o600);
  });
});

describe('a port that is taken', () => {
  const holder = createServer();
  beforeAll(async () => {
    await once(holder.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(() => void holder.close());

  test.each([
    ['api', { API_METRICS_PORT: '0' }, 'API_PORT'],
    ['api', { API_PORT: '0' }, 'API_METRICS_PORT'],
    ['worker', {}, 'WORKER_HEALTH_PORT'],
  ])(
    'ends the %s at once, with one line (%j, %s)',
    async (command, others, name) => {
      const { port } = holder.address() as AddressInfo;
      const env = { DATABASE_URL: database.url, DEV_ISSUER: 'on', DATA_DIR: dataDir, LOG_LEVEL: 'fatal', ...others, [name]: String(port) };
      const { code, stderr } = await cli([command], env);
      expect([code, stderr]).toEqual([69, `127.0.0.1 port ${port} is taken: stop what listens there, or choose another port.\n`]);
    },
    10_000,
  );
});

describe('readiness', () => {
  test('names the part that hangs within its second, and asks once for several probes', async () => {
    const fresh = await freshDatabase();
    const isReachable = jest.fn(() => new Promise<boolean>(() => {}));
    const readiness = createReadiness({ knex: fresh.knex, engine: { isReachable } });
    const startedAt = Date.now();
    const [first, second] = await Promise.all([readiness(), readiness()]);
    expect(Date.now() - startedAt).toBeLessThan(2_000);
    expect(first).toEqual({ status: 'degraded', parts: { database: 'up', migrations: 'current', temporal: 'down' } });
    expect(second).toBe(first);
    expect(isReachable).toHaveBeenCalledTimes(1);
    await fresh.close();
  });
});

describe('a running process', () => {
  let running: RunningApi;

  beforeAll(async () => {
    const env = { API_PORT: '0', API_METRICS_PORT: '0', DATABASE_URL: database.url, DEV_ISSUER: 'on', DATA_DIR: dataDir, SHUTDOWN_GRACE_MS: '4000' };
    const config = readApiConfig({ ...env, TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS'] ?? '' });
    running = await startApi(config, { rulebooks: () => fixedRulebooks(WALL_RULEBOOK) }, pino({ level: 'silent' }));
  });

  test('lives, is ready, and says so on its own addresses', async () => {
    expect(await (await fetch(`${running.url}/livez`)).json()).toEqual({ status: 'alive' });
    const ready = await fetch(`${running.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', parts: { database: 'up', migrations: 'current', temporal: 'up' } }]);
  });

  test('serves metrics on another port and the documentation on this one', async () => {
    const token = await (await createDevIssuer(dataDir)).mintToken({ role: 'operator' });
    const me = await fetch(`${running.url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } });
    expect(me.status).toBe(200);
    expect(me.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
    expect(me.headers.get('x-content-type-options')).toBe('nosniff');
    const metrics = await (await fetch(running.metricsUrl)).text();
    expect(metrics).toContain('http_request_duration_seconds_count{method="GET",route="/api/v1/me",status_code="200"} 1');
    expect((await fetch(`${running.url}/metrics`)).status).toBe(404);
    expect(((await (await fetch(`${running.url}/api/openapi.json`)).json()) as { openapi: string }).openapi).toBe('3.1.0');
    expect((await fetch(`${running.url}/api/docs/`)).status).toBe(200);
  });

  test('is not ready on a database without our schema', async () => {
    const empty = await freshDatabase({ empty: true });
    const env = { API_PORT: '0', API_METRICS_PORT: '0', DATABASE_URL: empty.url, DEV_ISSUER: 'on', DATA_DIR: dataDir };
    const other = await startApi(readApiConfig(env), { rulebooks: () => fixedRulebooks(WALL_RULEBOOK) }, pino({ level: 'silent' }));
    const ready = await fetch(`${other.url}/readyz`);
    expect([ready.status, ((await ready.json()) as { parts: object }).parts]).toEqual([503, expect.objectContaining({ migrations: 'pending' })]);
    await other.close();
    await empty.close();
  });

  test('answers what is in flight before it closes', async () => {
    const token = await (await createDevIssuer(dataDir)).mintToken({ role: 'operator' });
    const body = JSON.stringify({ urgency: 'green', primaryNeed: 'ISOLATION', municipio: '3' });
    const inFlight = httpRequest(`${running.url}/api/v1/cases`, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${token}`, 'idempotency-key': 'in-flight', 'content-type': 'application/json' },
        ...{ expect: '100-continue', 'content-length': body.length },
      },
    });
    const answered = once(inFlight, 'response') as Promise<[IncomingMessage]>;
    inFlight.flushHeaders();
    // The server has the request and waits for its body.
    await once(inFlight, 'continue');
    const closed = running.close();
    inFlight.end(body);
    const [{ statusCode }] = await answered;
    expect(statusCode).toBe(201);
    await closed;
    await expect(fetch(`${running.url}/livez`)).rejects.toThrow();
  });
});
