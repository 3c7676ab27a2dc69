/** The key ring as whoever runs the system meets it: on the command line. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { prepareKeys } from '../../../cli/start/prepare-keys.ts';
import { keyFileIn, readKeyFile } from '../../../db/protection/key-file.ts';
import { createProtection } from '../../../db/protection/protection.ts';
import { readKeyUse } from '../../../db/repositories/household-upkeep.ts';
import { createHouseholdRepository } from '../../../db/repositories/households.ts';
import { createPeopleSearch } from '../../../db/repositories/people-search.ts';
import type { Household } from '../../../domain/people/household.ts';
import { createCaseLogRepository } from '../../../db/repositories/case-log.ts';
import { createRulebookRepository } from '../../../db/repositories/rulebooks.ts';
import { freshDatabase, type TestDatabase } from '../../support/fresh-database.ts';
import { openInLog } from '../../support/open-in-log.ts';
import { cli } from './command.ts';

jest.setTimeout(180_000);

const MAIN = join(import.meta.dirname, '..', '..', '..', 'cli', 'main.ts');
const HOUSEHOLDS = 400;
const DOING = { by: 'op-1', at: Date.UTC(2026, 10, 24) };
const PHONE = '+393331234567';

let database: TestDatabase;
let directory: string;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.close());
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'keys-'));
});
afterEach(async () => {
  rmSync(directory, { recursive: true, force: true });
  await database.knex.raw('TRUNCATE household, person, person_token, note, restricted_record');
});

const keys = (command: string, extra: Readonly<Record<string, string>> = {}) =>
  cli(['keys', command, '--data', directory], { DATABASE_URL: database.url, ...extra });
const ring = () => readKeyFile(keyFileIn(directory));
const protection = () => createProtection(ring);
const use = async () => Object.fromEntries((await readKeyUse(database.knex)).map(({ keyId, households }) => [keyId, households]));

function household(): Household {
  const phones = [{ number: PHONE }];
  return { people: [{ personId: randomUUID(), role: 'caller', givenName: 'Nicoletta', phones, languages: [] }], addresses: [], languages: [] };
}

async function keepMany(count: number): Promise<readonly string[]> {
  const households = createHouseholdRepository(database.knex, protection());
  const ids = Array.from({ length: count }, () => randomUUID() as string);
  await database.knex.transaction(async (trx) => {
    for (const id of ids) await households.write(id, household(), DOING, trx);
  });
  return ids;
}

describe('cli keys', () => {
  test('makes one key file, tells what each key holds, and no secret', async () => {
    const first = await keys('create');
    const secret = (JSON.parse(readFileSync(keyFileIn(directory), 'utf8')) as { keys: { key: string }[] }).keys[0]!.key;
    await keepMany(2);
    const outputs = [first, await keys('create'), await keys('list')];
    expect(outputs.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(outputs.map(({ stdout }) => stdout).join('')).not.toContain(secret.slice(0, 10));
    expect(outputs[0]?.stdout).toMatch(/holds the new key/);
    expect(outputs[1]?.stdout).toMatch(/is there: .* is current/);
    expect(outputs[2]?.stdout).toMatch(/\t2 households\t4 index entries\tcurrent/);
  });

  test('rotates what is stored to a new key; killed in the middle, it goes on where it was, and people are found all the while', async () => {
    await keys('create');
    const before = ring().current.id;
    const [householdId = ''] = await keepMany(HOUSEHOLDS);
    const caseLog = createCaseLogRepository(database.knex, createRulebookRepository(database.knex));
    await openInLog(caseLog, { change: { household: householdId }, outbox: false });
    const found = async () => (await createPeopleSearch(database.knex, protection())([{ kind: 'phone', value: PHONE }], { kind: 'all' }, 5)).length;

    const env = { PATH: process.env['PATH'] ?? '', DATABASE_URL: database.url };
    const child = spawn(process.execPath, [MAIN, 'keys', 'rotate', '--data', directory], { env, stdio: 'ignore' });
    const gone = once(child, 'exit');
    while (((await use())[before] ?? 0) === HOUSEHOLDS) await sleep(5);
    child.kill('SIGKILL');
    await gone;
    const after = ring().current.id;
    const cut = await use();
    expect(after).not.toBe(before);
    expect([cut[before]! > 0, cut[after]! > 0, cut[before]! + cut[after]!]).toEqual([true, true, HOUSEHOLDS]);
    expect(await found()).toBe(1);

    const second = await keys('rotate');
    expect([second.code, second.stdout]).toEqual([0, expect.stringMatching(`^going on with ${after}\n`)]);
    expect([ring().current.id, await use(), await found()]).toEqual([after, { [after]: HOUSEHOLDS }, 1]);
    expect((await readKeyUse(database.knex)).map(({ tokens }) => tokens)).toEqual([2 * HOUSEHOLDS]);
    expect((await createHouseholdRepository(database.knex, protection()).read(householdId)).household.people).toHaveLength(1);
  });

  test('with keys of the environment rotates to the one that was put first', async () => {
    const secret = (letter: string) => Buffer.alloc(32, letter).toString('base64');
    await keys('create');
    const { keys: file } = JSON.parse(readFileSync(keyFileIn(directory), 'utf8')) as { keys: { id: string; key: string }[] };
    await keepMany(3);
    const old = file.map(({ id, key }) => `${id}:${key}`).join(',');
    const rotated = await keys('rotate', { MASTER_KEYS: `fresh:${secret('z')},${old}` });
    expect([rotated.code, rotated.stdout]).toEqual([0, expect.stringContaining('3 households are with fresh')]);
    expect(await use()).toEqual({ fresh: 3 });
    const nothing = await keys('rotate', { MASTER_KEYS: `fresh:${secret('z')}` });
    expect([nothing.code, nothing.stdout]).toEqual([0, expect.stringContaining('put a new key first')]);
    const lost = await keys('rotate', { MASTER_KEYS: `other:${secret('y')}` });
    expect([lost.code, lost.stderr]).toEqual([78, expect.stringContaining('Master key fresh is not in the key ring (which holds other)')]);
  });

  test('without which neither API nor worker starts: each says how to make one', async () => {
    const issuer = { AUTH_ISSUER: 'https://issuer', AUTH_AUDIENCE: 'a', AUTH_JWKS: 'https://issuer/jwks' };
    for (const name of ['api', 'worker']) {
      const { code, stderr } = await cli([name, '--data', directory], { DATABASE_URL: database.url, WORKER_HEALTH_PORT: '0', ...issuer });
      expect([name, code, stderr]).toEqual([name, 78, expect.stringMatching(/There is no key file .*keys create.*MASTER_KEYS/)]);
    }
  });

  test('is not started anew over what a lost key sealed', async () => {
    await keys('create');
    await keepMany(1);
    const settings = { masterKeys: null, file: keyFileIn(directory) };
    expect(await prepareKeys(database.url, settings)).toBe(false);
    rmSync(settings.file);
    await expect(prepareKeys(database.url, settings)).rejects.toMatchObject({ exitCode: 78, advice: expect.stringMatching(/from its copy/) });
    await database.knex.raw('TRUNCATE household, person, person_token, note, restricted_record');
    expect([await prepareKeys(database.url, settings), existsSync(settings.file)]).toEqual([true, true]);
  });
});
