/**
 * Families with known names, phones and words go through every scenario and every route that takes them, on the whole product with its logs wide open. Then nothing
 * of them may stand in any file of Postgres or Temporal, in a log, a metric or a row; and what was planted on purpose must be found.
 */
import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import type { Knex } from 'knex';
import { createDevIssuer, type TokenRequest } from '../../../api/dev-issuer.ts';
import { createDatabase } from '../../../db/knex.ts';
import { keyFileIn, keysFromFile } from '../../../db/protection/key-file.ts';
import { createProtection, type Protection } from '../../../db/protection/protection.ts';
import { createHouseholdUpkeep } from '../../../db/repositories/household-upkeep.ts';
import { needlesFor, searchBytes, searchFolder, type Finding } from '../../support/canaries.ts';
import { cli, dataDirectory, startSystem, type StartedSystem } from '../cli/command.ts';

jest.setTimeout(300_000);

const NAME = 'Zyxquill';
const PHONE = '347 908 17 26';
const NEEDLES = needlesFor([NAME, PHONE, PHONE.replaceAll(' ', ''), '1987-05-23']);

const PEOPLE = {
  caller: { givenName: NAME, familyName: `De ${NAME}`, alias: `${NAME}a`, birthDate: '1987-05-23', phones: [{ number: PHONE, label: `di ${NAME}` }] },
  household: {
    dueDate: '1987-05-23',
    addresses: [{ kind: 'domicile', street: `via ${NAME}`, number: '1' }],
    people: [{ role: 'child', givenName: `${NAME} junior`, birthDate: '1987-05-23', relation: NAME }],
  },
  safeContact: { channels: ['call'], askFor: NAME, neverSpeakWith: NAME, sayInstead: `Sono ${NAME}`, codeWord: NAME, details: NAME },
  summary: `La signora ${NAME} chiede aiuto al ${PHONE}.`,
};
const SCENARIOS = join(import.meta.dirname, '..', '..', 'fixtures', 'scenarios');

const data = dataDirectory();
const files = mkdtempSync(join(tmpdir(), 'canary-'));
let system: StartedSystem;
let knex: Knex;
let protection: Protection;
let tokens: Readonly<Record<string, string>>;

beforeAll(async () => {
  system = await startSystem(data.path, ['--no-seed'], { LOG_LEVEL: 'trace' });
  knex = createDatabase({ url: system.record().databaseUrl, applicationName: 'canary' });
  protection = createProtection(keysFromFile(keyFileIn(data.path)));
  const issuer = await createDevIssuer(data.path);
  const mint = async (name: string, person: TokenRequest) => [name, await issuer.mintToken(person)] as const;
  tokens = Object.fromEntries([
    await mint('operator', { role: 'operator' }),
    await mint('worker', { role: 'socialWorker', municipio: '6', sub: 'sw-6' }),
    await mint('coordinator', { role: 'coordinator', municipio: '6' }),
    await mint('stranger', { role: 'socialWorker', municipio: '3' }),
  ]);
});
afterAll(async () => {
  rmSync(files, { recursive: true, force: true });
  await knex.destroy();
  await system.interrupt();
  await data.cleanUp();
});

interface Sent {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function send(who: string, method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Sent> {
  const response = await fetch(`${system.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${tokens[who] ?? ''}`, 'content-type': 'application/json', 'idempotency-key': randomUUID(), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const OPENING = { urgency: 'red', primaryNeed: 'VIOLENCE', redFlags: ['R2'], municipio: '6', people: PEOPLE };
const openCase = async (): Promise<string> => String((await send('operator', 'POST', '/cases', OPENING)).body['caseId']);

/** Everywhere anything of a family could have been left. */
async function search(): Promise<{ readonly findings: readonly Finding[]; readonly bytes: number }> {
  await knex.raw('CHECKPOINT');
  const { metricsUrl, workerHealthUrl } = system.record();
  const pages = await Promise.all(
    [metricsUrl, `${workerHealthUrl}/metrics`].map(async (url) => [url, Buffer.from(await (await fetch(url)).arrayBuffer())] as const),
  );
  const stored = searchFolder(data.path, NEEDLES);
  const shown = [...pages, ['output', Buffer.from(system.output())] as const, ...(await rows())];
  return { findings: [...stored.findings, ...shown.flatMap(([place, bytes]) => searchBytes(place, bytes, NEEDLES))], bytes: stored.bytes };
}

/** Every row as text: what Postgres compresses is no longer so here. */
async function rows(): Promise<readonly (readonly [place: string, text: Buffer])[]> {
  const tables = await knex.raw<{ rows: { name: string }[] }>("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'");
  return Promise.all(
    tables.rows.map(async ({ name }) => {
      const { rows: found } = await knex.raw<{ rows: { text: string | null }[] }>("SELECT string_agg(t::text, E'\\n') AS text FROM ?? t", [name]);
      return [`table ${name}`, Buffer.from(found[0]?.text ?? '')] as const;
    }),
  );
}

const placesOf = (findings: readonly Finding[]) => [...new Set(findings.map(({ place }) => place.replace(data.path, '').replace(/\d+/g, '*')))];

describe('families with known names', () => {
  test('go through every scenario', async () => {
    const paths = readdirSync(SCENARIOS).map((name) => {
      const scenario = JSON.parse(readFileSync(join(SCENARIOS, name), 'utf8')) as { open?: { with?: object } };
      const withPeople = { ...scenario, open: { ...scenario.open, with: { ...scenario.open?.with, people: PEOPLE } } };
      const path = join(files, name);
      writeFileSync(path, JSON.stringify(withPeople));
      return path;
    });
    const played = await cli(['scenario', 'run', '--data', data.path, ...paths]);
    expect([played.code, played.code === 0 ? '' : played.stdout]).toEqual([0, '']);
    expect((await knex.raw<{ rows: { n: number }[] }>('SELECT count(*) AS n FROM household')).rows[0]?.n).toBe(paths.length);
  });

  test('go through every route that takes them, rightly and wrongly', async () => {
    const caseId = await openCase();
    const household = `/cases/${caseId}/household`;
    expect((await send('operator', 'GET', household)).body).toMatchObject({ people: [{ givenName: NAME }, {}] });
    expect((await send('worker', 'PATCH', household, { addresses: [{ kind: 'registered', street: NAME }] }, { 'if-match': '"1"' })).status).toBe(200);
    const note = await send('worker', 'POST', `/cases/${caseId}/notes`, { text: `${NAME} ha paura. `.repeat(400) });
    expect(note.status).toBe(201);
    expect((await send('worker', 'PATCH', `/cases/${caseId}/notes/${String(note.body['noteId'])}`, { text: NAME }, { 'if-match': '"1"' })).status).toBe(200);
    expect((await send('coordinator', 'POST', `/cases/${caseId}/restricted`, { kind: 'refuge_address', text: NAME })).status).toBe(201);
    for (const body of [{ phone: PHONE }, { name: NAME }]) expect((await send('operator', 'POST', '/people/search', body)).body['items']).not.toEqual([]);
    const faulty: readonly (readonly [string, string, string, unknown])[] = [
      ['operator', 'POST', '/cases', `{"people": {"summary": "${NAME}`],
      ['operator', 'POST', '/cases', { ...OPENING, people: { ...PEOPLE, summary: NAME.repeat(1_000) } }],
      ['operator', 'POST', '/cases', { ...OPENING, [NAME]: NAME, people: { caller: { phones: [{ number: `${NAME} ${PHONE}` }] } } }],
      ['operator', 'POST', '/cases', { ...OPENING, primaryNeed: NAME }],
      ['operator', 'POST', '/people/search', { phone: NAME }],
      ['stranger', 'POST', `/cases/${caseId}/notes`, { text: NAME }],
      ['nobody', 'POST', '/people/search', { name: NAME }],
      ['operator', 'POST', '/cases/no-case/notes', { text: NAME }],
      ['operator', 'GET', `/cases?household=${NAME}&owner=${NAME}`, undefined],
    ];
    for (const [who, method, path, body] of faulty) expect([path, (await send(who, method, path, body)).status]).toEqual([path, expect.any(Number)]);
  });

  test('stand nowhere in plain text, nor encoded', async () => {
    const { findings, bytes } = await search();
    expect(findings).toEqual([]);
    expect(bytes).toBeGreaterThan(20_000_000);
  });
});

describe('an erased family', () => {
  test('cannot be read, found or opened by any key that is left', async () => {
    const caseId = await openCase();
    const id = String((await send('operator', 'GET', `/cases/${caseId}/household`)).body['household']);
    type Sealed = { readonly rows: readonly { readonly place: string; readonly row: string; readonly sealed: Buffer }[] };
    const before = await knex.raw<Sealed>(
      `SELECT 'household' AS place, household_id AS row, sealed FROM household WHERE household_id = :id
       UNION ALL SELECT 'person', person_id::text, sealed FROM person WHERE household_id = :id
       UNION ALL SELECT 'note', note_id || ':' || version, sealed FROM note WHERE household_id = :id`,
      { id },
    );
    expect(before.rows.length).toBeGreaterThan(3);
    await createHouseholdUpkeep(knex, protection).erase(id, { by: 'dpo', at: Date.now() });
    expect(await send('operator', 'GET', `/cases/${caseId}/household`)).toMatchObject({ status: 410, body: { code: 'household_erased' } });
    expect(await send('operator', 'GET', `/cases/${caseId}/notes`)).toMatchObject({ body: { items: [] } });
    const keys = await knex.raw<{ rows: { household_id: string; key_id: string; wrapped_key: Buffer }[] }>('SELECT * FROM household WHERE key_id IS NOT NULL');
    expect(keys.rows.length).toBeGreaterThan(1);
    for (const { household_id: other, key_id: keyId, wrapped_key: wrapped } of keys.rows) {
      expect(() => protection.openHousehold(id, { keyId, wrapped })).toThrow(/cannot be opened/);
      const key = protection.openHousehold(other, { keyId, wrapped });
      for (const { place, row, sealed } of before.rows) expect(() => key.open({ table: place, row }, sealed)).toThrow(/cannot be opened/);
    }
  });
});

describe('what is planted on purpose', () => {
  test('is found in the database, in the store of Temporal and in a log', async () => {
    await knex('incident').insert({ kind: 'planted', details: JSON.stringify({ who: NAME }), at: new Date().toISOString() });
    appendFileSync(join(data.path, 'logs', 'planted.log'), `${Buffer.from(`x${PHONE}`).toString('base64')}\n`);
    const connection = await Connection.connect({ address: system.record().temporalAddress });
    await new Client({ connection }).workflow.start('planted', { workflowId: randomUUID(), taskQueue: 'nobody', memo: { who: NAME } });
    await connection.close();
    const { findings } = await search();
    const places = placesOf(findings);
    expect(places).toEqual(
      expect.arrayContaining(['table incident', '/logs/planted.log', expect.stringMatching(/^\/temporal\//), expect.stringMatching(/^\/postgres\//)]),
    );
  });
});
