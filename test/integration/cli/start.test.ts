import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { availableParallelism, loadavg } from 'node:os';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { readClaim } from '../../../cli/embedded/directory-claim.ts';
import type { ScenarioResult } from '../../../cli/scenario/play.ts';
import { eventually } from '../../support/case-harness.ts';
import { cli, dataDirectory, processesIn, startSystem, type StartedSystem } from './command.ts';

// One system through its life: started, used, broken, stopped, started again on the same data. The tests follow each other.
const FIRST_READY_MS = 20_000;
const LATER_READY_MS = 10_000;
/** The budgets are those of a machine of one's own: with others at work on it, it takes that much longer. */
const crowding = () => Math.max(1, loadavg()[0]! / availableParallelism());
const SCENARIOS = join(import.meta.dirname, '..', '..', 'fixtures', 'scenarios');
const FILES = readdirSync(SCENARIOS)
  .filter((name) => name.endsWith('.json'))
  .sort()
  .map((name) => join(SCENARIOS, name));

const data = dataDirectory();
let system: StartedSystem;
let manager = '';

beforeAll(async () => {
  // A secret in a file, as worker and API inherit it. Without an address nothing is signed with it.
  const secret = join(data.path, 'webhook-secret');
  writeFileSync(secret, `whsec_${'a'.repeat(32)}\n`);
  system = await startSystem(data.path, [], { WEBHOOK_SECRET_FILE: secret });
}, 120_000);
afterAll(() => data.cleanUp());

async function get(path: string, token = manager): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${system.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function caseIds(): Promise<string[]> {
  const ids: string[] = [];
  for (let next: unknown = ''; typeof next === 'string'; ) {
    const { body } = await get(`/api/v1/cases?limit=100${next === '' ? '' : `&cursor=${next}`}`);
    ids.push(...(body['items'] as { caseId: string }[]).map((item) => item.caseId));
    next = body['next'];
  }
  return ids.sort();
}

describe('a first start', () => {
  test('is ready in time and ends its output with what to do next', () => {
    expect(system.readyAfterMs).toBeLessThan(FIRST_READY_MS * crowding());
    expect(system.output()).toMatch(/^ready http:\/\/127\.0\.0\.1:\d+$/m);
    expect(system.output()).toContain(`${system.url}/api/docs`);
    expect(system.output()).toContain('cli -- token --role');
    expect(system.output()).toContain('cli -- scenario run');
  });

  test('gives tokens, alone on stdout, that the API accepts', async () => {
    const token = await cli(['token', '--role', 'manager', '--data', data.path]);
    expect(token).toMatchObject({ code: 0, stderr: '' });
    expect(token.stdout).toMatch(/^\S+\n$/);
    manager = token.stdout.trim();
    expect(await get('/api/v1/me')).toMatchObject({ status: 200, body: { roles: ['manager'] } });
    const blind = await cli(['token', '--role', 'socialWorker', '--data', data.path]);
    expect(blind).toMatchObject({ code: 0, stderr: expect.stringContaining('without a municipio sees no case') as unknown });
    expect(blind.stdout).toMatch(/^\S+\n$/);
    const unknown = await cli(['token', '--role', 'king', '--data', data.path]);
    expect(unknown).toMatchObject({ code: 64, stdout: '' });
    expect(unknown.stderr).toContain('coordinator');
  });

  test('has synthetic cases, once: seeding again doubles nothing', async () => {
    const seeded = await caseIds();
    expect(seeded.length).toBeGreaterThan(0);
    expect(await cli(['seed', '--cases', String(seeded.length), '--data', data.path])).toMatchObject({ code: 0 });
    expect(await caseIds()).toEqual(seeded);
  });

  test('shows the mail an alert sends to its invented staff, on a page of this machine', async () => {
    const { stdout: token } = await cli(['token', '--role', 'operator', '--data', data.path]);
    const headers = { authorization: `Bearer ${token.trim()}`, 'content-type': 'application/json', 'idempotency-key': 'red-for-mail' };
    const body = JSON.stringify({ urgency: 'red', primaryNeed: 'VIOLENCE', redFlags: ['R1'], municipio: '6' });
    const { caseId } = (await (await fetch(`${system.url}/api/v1/cases`, { method: 'POST', headers, body })).json()) as { caseId: string };
    const { mailUrl } = system.record();
    expect(system.output()).toContain(mailUrl);
    await eventually(async () => {
      const mails = (await (await fetch(`${mailUrl}/mails.json`)).json()) as { to: string[]; text: string }[];
      const told = mails.filter(({ text }) => text.includes(caseId)).flatMap(({ to }) => to);
      expect(told.sort()).toEqual(['coordinator-6@staff.example.org', 'shiftleader@staff.example.org']);
    }, 30_000);
    const page = await (await fetch(`${mailUrl}/`)).text();
    expect(page).toContain(caseId);
    expect(page).not.toContain('VIOLENCE');
  });

  test('keeps its record to its owner and a second start away', async () => {
    const second = await cli(['start', '--port', '0', '--data', data.path]);
    expect(second).toMatchObject({ code: 75, stdout: '' });
    expect(second.stderr).toContain(`in use: process ${system.record().pid} runs on it, at ${system.url}`);
    expect((await get('/api/v1/me')).status).toBe(200);
  });

  test('refuses a port that is taken, when it was asked for', async () => {
    const port = new URL(system.url).port;
    const other = dataDirectory();
    const taken = await cli(['start', '--port', port, '--data', other.path]);
    await other.cleanUp();
    expect(taken).toMatchObject({ code: 69, stdout: '' });
    expect(taken.stderr).toContain(`Port ${port} is taken`);
  });

  test('refuses a data directory that cannot be made, and a wrong use, with what to do', async () => {
    const file = join(data.path, 'file');
    writeFileSync(file, '');
    const below = await cli(['start', '--port', '0', '--data', join(file, 'below')]);
    expect(below).toMatchObject({ code: 73, stdout: '' });
    expect(below.stderr).toMatch(/cannot be made: something above it is no directory\.\nPut that right, or choose another data directory with --data DIR\.\n$/);
    const wrong = await cli(['start', '--port', '99999']);
    expect(wrong).toMatchObject({ code: 64, stdout: '' });
    expect(wrong.stderr).toContain('start --help');
    const nothing = await cli(['start', '--port', '0', '--data', join(data.path, 'other')], { DATABASE_URL: 'postgres://127.0.0.1:1/none' });
    expect(nothing).toMatchObject({ code: 69, stdout: '' });
    expect(nothing.stderr).toContain('Nothing answers at 127.0.0.1 port 1');
  });

  test('refuses a development issuer others could reach, and says what is wrong with the variables', async () => {
    const open = await cli(['api', '--data', data.path], { DATABASE_URL: 'postgres://127.0.0.1:1/x', DEV_ISSUER: 'on', API_HOST: '0.0.0.0' });
    expect(open.code).toBe(78);
    expect(open.stderr).toContain('DEV_ISSUER');
    expect(await cli(['worker', '--data', data.path], { WORKER_HEALTH_PORT: 'many' })).toMatchObject({ code: 78 });
  });
});

describe('the scenarios', () => {
  test('all ten end as they say, and can be repeated on the same data', async () => {
    expect(FILES).toHaveLength(10);
    for (const _ of [1, 2]) {
      const played = await cli(['scenario', 'run', '--data', data.path, ...FILES]);
      expect(played.stdout).toMatch(/^10 of 10 scenarios ended as they say/m);
      expect(played).toMatchObject({ code: 0, stderr: '' });
    }
  }, 120_000);

  test('one that expects something else fails, and says where it differs', async () => {
    const [first = ''] = FILES;
    const wrong = join(data.path, 'wrong.json');
    writeFileSync(wrong, readFileSync(first, 'utf8').replace('"hop": 1', '"hop": 2').replace('"claim-1": { "status": "met"', '"claim-1": { "status": "ended"'));
    const played = await cli(['scenario', 'run', '--json', '--url', system.url, '--data', data.path, wrong]);
    expect(played.code).toBe(1);
    const [result] = (JSON.parse(played.stdout) as { results: ScenarioResult[] }).results;
    expect(result?.steps.flatMap((step) => step.differences)).toEqual([
      { path: '/case/hop', expected: 2, actual: 1 },
      { path: '/clocks/claim-1/status', expected: 'ended', actual: 'met' },
    ]);
    expect(await cli(['scenario', 'run', '--data', data.path, wrong]).then(({ stdout }) => stdout)).toContain('/case/hop: expected 2, found 1');
  }, 60_000);

  test('one that cannot go on says what was not played', async () => {
    const stuck = join(data.path, 'stuck.json');
    const call = { municipio: 6, primary_category: 'ISOLATION', urgency: 'green' };
    const steps = [{ wait: { event: 'claimed', within: '300ms' } }, { as: 'worker', do: 'claim' }];
    writeFileSync(stuck, JSON.stringify({ title: 'Nobody comes', call, steps }));
    const played = await cli(['scenario', 'run', '--data', data.path, stuck]);
    expect(played.code).toBe(1);
    expect(played.stdout).toContain('not within 300ms');
    expect(played.stdout).toContain('not played: claim by worker');
  });

  test('a file that is none is refused before anything is played', async () => {
    const broken = join(data.path, 'broken.json');
    writeFileSync(broken, '{"title": "Broken", "steps": []}');
    const before = await caseIds();
    const refused = await cli(['scenario', 'run', '--data', data.path, ...FILES.slice(0, 1), broken, join(data.path, 'absent.json')]);
    expect(refused).toMatchObject({ code: 65, stdout: '' });
    expect(refused.stderr).toContain('missing call');
    expect(refused.stderr).toContain('absent.json');
    expect(await caseIds()).toEqual(before);
  });
});

describe('a running system', () => {
  test.each(['api', 'worker', 'postgres', 'temporal'])(
    'starts %s again when it is killed, and goes on',
    async (part) => {
      const pid = system.record().pids[part] ?? 0;
      process.kill(pid, 'SIGKILL');
      const until = Date.now() + 30_000;
      while (system.record().pids[part] === pid && Date.now() < until) await sleep(50);
      expect(system.record().pids[part]).not.toBe(pid);
      await eventually(() => expect(system.output()).toContain(`${part} ended`));
      const played = await cli(['scenario', 'run', '--data', data.path, ...FILES.slice(0, 1)]);
      expect(played.stdout).toContain('1 of 1 scenarios ended as they say');
    },
    90_000,
  );

  test('rebuilds nothing, because nothing differs', async () => {
    const rebuilt = await cli(['rebuild', '--data', data.path]);
    expect(rebuilt).toMatchObject({ code: 0 });
    expect(rebuilt.stdout).toMatch(/ cases read, 0 rebuilt$/m);
  });
});

describe('an end', () => {
  test('by Ctrl+C leaves nothing running and exits with 0; the data are there at the next start', async () => {
    const before = await caseIds();
    expect(await system.interrupt()).toBe(0);
    expect(await processesIn(data.path)).toEqual([]);
    const nothing = await cli(['scenario', 'run', '--data', data.path, ...FILES.slice(0, 1)]);
    expect(nothing).toMatchObject({ code: 69, stdout: '' });
    expect(nothing.stderr).toContain('Nothing is running');
    system = await startSystem(data.path);
    expect(system.readyAfterMs).toBeLessThan(LATER_READY_MS * crowding());
    expect(await caseIds()).toEqual(before);
  }, 90_000);

  test('by kill -9 of everything is no obstacle to the next start', async () => {
    const before = await caseIds();
    await system.killEverything();
    system = await startSystem(data.path);
    expect(await caseIds()).toEqual(before);
  }, 90_000);

  test('by kill -9 of the supervisor alone ends its processes, and the next start ends the servers it left', async () => {
    const { pid, pids } = system.record();
    process.kill(pid, 'SIGKILL');
    const own = [pids['api'] ?? 0, pids['worker'] ?? 0];
    const until = Date.now() + 20_000;
    while ((await processesIn(data.path)).some((left) => own.includes(left)) && Date.now() < until) await sleep(100);
    expect((await processesIn(data.path)).filter((left) => own.includes(left))).toEqual([]);
    system = await startSystem(data.path, ['--no-seed']);
    expect((await processesIn(data.path)).filter((left) => left === pids['postgres'] || left === pids['temporal'])).toEqual([]);
    expect(await system.interrupt()).toBe(0);
    expect(await processesIn(data.path)).toEqual([]);
  }, 90_000);

  test('during the start is an end like any other', async () => {
    const other = dataDirectory();
    const starting = startSystem(other.path).catch((error: Error) => error.message);
    await sleep(1_500);
    for (const pid of await processesIn(other.path)) expect(pid).toBeGreaterThan(0);
    process.kill(await supervisorOf(other.path), 'SIGINT');
    expect(await starting).toContain('start ended with 0');
    expect(await processesIn(other.path)).toEqual([]);
    await other.cleanUp();
  }, 60_000);
});

/** The process that has claimed a data directory. */
async function supervisorOf(directory: string): Promise<number> {
  for (;;) {
    const owner = (await readClaim(join(directory, 'run')))?.owner;
    if (owner !== undefined && owner !== null) return owner.pid;
    await sleep(20);
  }
}
