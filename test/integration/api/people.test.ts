import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createHouseholdUpkeep } from '../../../db/repositories/household-upkeep.ts';
import { testProtection } from '../../support/master-keys.ts';
import { createApi, OPENING, type Api, type CastName } from './harness.ts';

jest.setTimeout(120_000);

const PEOPLE = {
  caller: { givenName: 'Nicoletta', familyName: 'De Luca', phones: [{ number: '333 123 45 67', label: 'suo' }], languages: ['it'] },
  household: {
    addresses: [{ kind: 'domicile', street: 'via Padova', number: '12' }],
    people: [{ role: 'child', givenName: 'Tobia', birthDate: '2026-03-01' }],
  },
  safeContact: { channels: ['call'], neverSpeakWith: 'il compagno', codeWord: 'girasole' },
  summary: 'Chiede aiuto per la bambina.\nRichiamare dopo pranzo.',
} as const;

let api: Api;
beforeAll(async () => {
  api = await createApi({ withWorker: false });
});
afterAll(() => api.close());

const open = (body: object = {}, who: CastName = 'operator') => api.post(who, '/cases', { body: { ...OPENING, people: PEOPLE, ...body } });
const opened = async (body: object = {}): Promise<string> => String((await open(body)).body['caseId']);
const household = (caseId: string) => `/cases/${caseId}/household`;
const pointers = (body: Record<string, unknown>) => (body['errors'] as { pointer: string; rule: string }[]).map(({ pointer, rule }) => `${pointer} ${rule}`);
const count = async (table: string) => (await api.knex.raw<{ rows: { n: number }[] }>('SELECT count(*) AS n FROM ??', [table])).rows[0]!.n;

describe('opening a case with its people', () => {
  test('keeps them, and answers nothing of them', async () => {
    const { status, body } = await open();
    expect(status).toBe(201);
    expect(JSON.stringify(body)).not.toMatch(/Luca|Tobia|girasole|333/);
    const read = await api.get('operator', household(String(body['caseId'])));
    expect([read.status, read.headers['etag']]).toEqual([200, '"1"']);
    expect(read.body).toMatchObject({
      etag: '"1"',
      changedBy: 'op-1',
      people: [
        { role: 'caller', familyName: 'De Luca', phones: [{ number: '+393331234567', label: 'suo' }], languages: ['it'] },
        { role: 'child', givenName: 'Tobia', birthDate: '2026-03-01', phones: [] },
      ],
      addresses: [{ kind: 'domicile', street: 'via Padova', number: '12' }],
      safeContact: { channels: ['call'], neverSpeakWith: 'il compagno', codeWord: 'girasole', accessRestrictedForSafety: false },
      dueDate: null,
    });
    const notes = await api.get('operator', `/cases/${String(body['caseId'])}/notes`);
    expect(notes.body['items']).toMatchObject([{ kind: 'opening', level: 'first', author: 'op-1', text: PEOPLE.summary }]);
  });

  test('takes a caller who stays anonymous, and a case without people', async () => {
    const caseId = await opened({ people: { caller: { alias: 'Anna' } } });
    expect((await api.get('operator', household(caseId))).body).toMatchObject({ people: [{ alias: 'Anna', phones: [] }], safeContact: null });
    const bare = await api.open();
    expect((await api.get('operator', household(bare))).body).toMatchObject({ etag: '"0"', people: [], changedAt: null });
  });

  test('is one transaction: with a key used for something else neither is there', async () => {
    const key = randomUUID();
    const body = { ...OPENING, people: PEOPLE };
    const first = await api.post('operator', '/cases', { key, body });
    const before = await count('household');
    expect(await api.post('operator', '/cases', { key, body })).toMatchObject({ status: 201, body: { caseId: first.body['caseId'] } });
    const other = { ...body, people: { ...PEOPLE, summary: 'altro' } };
    expect(await api.post('operator', '/cases', { key, body: other })).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    expect(await count('household')).toBe(before);
  });

  test('with a household that is known takes a summary alone, and only from who reaches a case of it', async () => {
    const { body } = await open();
    const id = String((await api.get('operator', household(String(body['caseId'])))).body['household']);
    expect(await open({ household: id })).toMatchObject({ status: 422, body: { code: 'household_known' } });
    const again = await open({ household: id, people: { summary: 'Di nuovo.' } });
    expect(again.status).toBe(201);
    expect((await api.get('operator', household(String(again.body['caseId'])))).body['household']).toBe(id);
    for (const people of [undefined, { summary: 'x' }])
      expect(await open({ household: id, municipio: '3', people }, 'stranger')).toMatchObject({ status: 422, body: { code: 'household_unknown' } });
  });
});

describe('what is said of people', () => {
  test.each([
    '02 0202',
    '020202',
    '0039 333 1234567',
    '+39 333-123.45/67',
    'tel. 333 1234567',
    '333 1234567 (mamma)',
    '02 88461234 interno 12',
    '+40 721 123 456',
  ])('may have the phone %s', async (number) => {
    expect(await open({ people: { caller: { phones: [{ number }] } } })).toMatchObject({ status: 201 });
  });

  test('is refused field by field, without repeating it', async () => {
    const people = {
      caller: { phones: [{ number: '333 1234567 o 340 7654321' }, { number: '112' }, { number: 'non lo so' }], admin: true },
      household: { dueDate: '2026-02-30', people: [{ role: 'king' }], id: 'x' },
      safeContact: { channels: ['pigeon'] },
      summary: 'x'.repeat(2_001),
    };
    const { status, body } = await open({ people });
    expect([status, body['code']]).toEqual([422, 'body_invalid']);
    expect(pointers(body).sort()).toEqual([
      '/people/caller/admin additionalProperties',
      '/people/household/dueDate format',
      '/people/household/id additionalProperties',
      '/people/household/people/0/role enum',
      '/people/safeContact/channels/0 enum',
      '/people/summary maxLength',
    ]);
    const phones = await open({ people: { caller: { phones: people.caller.phones } } });
    expect(phones).toMatchObject({ status: 422, body: { code: 'phone_invalid' } });
    expect(pointers(phones.body)).toEqual([0, 1, 2].map((index) => `/people/caller/phones/${index}/number phone`));
    expect(JSON.stringify(phones.body)).not.toMatch(/1234567|non lo so/);
  });

  test.each([
    [{ summary: ' \n ' }, '/people/summary'],
    [{ caller: { familyName: 'a\u0000b' } }, '/people/caller/familyName'],
    [{ caller: { familyName: 'a\nb' } }, '/people/caller/familyName'],
    [{ caller: { familyName: 'x'.repeat(101) } }, '/people/caller/familyName'],
    [{ caller: { phones: Array.from({ length: 7 }, () => ({ number: '3331234567' })) } }, '/people/caller/phones'],
    [{ caller: 'Nicoletta' }, '/people/caller'],
  ])('is refused where it cannot be kept: %#', async (people, pointer) => {
    const { status, body } = await open({ people });
    expect([status, pointers(body).map((one) => one.split(' ')[0])]).toEqual([422, [pointer]]);
  });
});

describe('the household of a case', () => {
  test('is corrected by who has seen it as it is, and by nobody else', async () => {
    const caseId = await opened();
    const { body } = await api.get('worker', household(caseId));
    const [caller] = body['people'] as { personId: string }[];
    const change = { people: [{ ...caller, phones: [{ number: '340 765 43 21' }] }], safeContact: null };
    expect(await api.patch('worker', household(caseId), { body: change })).toMatchObject({ status: 428, body: { code: 'if_match_missing' } });
    const changed = await api.patch('worker', household(caseId), { body: change, ifMatch: '"1"' });
    expect(changed).toMatchObject({
      status: 200,
      headers: { etag: '"2"' },
      body: { changedBy: 'sw-1', people: [{ personId: caller?.personId, phones: [{ number: '+393407654321' }] }], safeContact: null },
    });
    expect((changed.body['addresses'] as object[]).length).toBe(1);
    expect(await api.patch('colleague', household(caseId), { body: change, ifMatch: '"1"' })).toMatchObject({
      status: 412,
      body: { code: 'household_changed' },
    });
    const strange = { people: [{ role: 'child', personId: randomUUID() }] };
    expect(await api.patch('worker', household(caseId), { body: strange, ifMatch: '"2"' })).toMatchObject({ status: 422, body: { code: 'person_unknown' } });
    for (const body of [{}, { erasedAt: null }, { version: 9 }, { people: [{ role: 'child', householdId: 'x' }] }])
      expect(await api.patch('worker', household(caseId), { body, ifMatch: '"2"' })).toMatchObject({ status: 422, body: { code: 'body_invalid' } });
  });

  test('is seen by the line and its municipio alone', async () => {
    const caseId = await opened();
    const seen: Readonly<Partial<Record<CastName, number>>> = {
      operator: 200,
      shiftLeader: 200,
      worker: 200,
      coordinator: 200,
      stranger: 404,
      farCoordinator: 404,
    };
    for (const [who, status] of Object.entries({ ...seen, manager: 403, admin: 403, auditor: 403 }))
      expect([who, (await api.get(who as CastName, household(caseId))).status]).toEqual([who, status]);
  });
});

describe('looking people up', () => {
  test('finds by phone as it is said and by names in any order, in reach alone, with nothing in an address', async () => {
    const caseId = await opened({ people: { caller: { givenName: 'Ludovica', familyName: "D'Amico", phones: [{ number: '347 1112223' }] } } });
    const search = (body: object, who: CastName = 'operator') => api.post(who, '/people/search', { body, key: null });
    for (const body of [{ phone: '0039 347 111 22 23' }, { name: "d'amico LUDOVICA" }, { name: 'damico' }]) {
      expect((await search(body)).body).toMatchObject({
        items: [{ person: { givenName: 'Ludovica' }, cases: [{ caseId, municipio: '6', status: 'awaiting_claim', closedAt: null }] }],
        more: false,
      });
    }
    expect((await search({ name: 'ludovica' }, 'worker')).body['items']).toHaveLength(1);
    expect((await search({ name: 'ludovica' }, 'stranger')).body['items']).toEqual([]);
    expect((await search({ name: 'ludovica rossi' })).body['items']).toEqual([]);
    expect(await search({ name: 'l' })).toMatchObject({ status: 422, body: { code: 'name_too_vague' } });
    expect(await search({ phone: '12' })).toMatchObject({ status: 422, body: { code: 'phone_invalid' } });
    for (const body of [{}, { phone: '347 1112223', name: 'x' }, { sql: "' OR 1=1" }]) expect((await search(body)).status).toBe(422);
    expect((await search({ name: 'ludovica' }, 'manager')).status).toBe(403);
  });
});

describe('notes', () => {
  test('of the second level are read and written by the second level alone', async () => {
    const caseId = await opened();
    const path = `/cases/${caseId}/notes`;
    const written = await api.post('worker', path, { body: { text: 'riservata' } });
    expect(written).toMatchObject({ status: 201, body: { level: 'second', kind: 'note', author: 'sw-1', etag: '"1"' } });
    expect(JSON.stringify(written.body)).not.toContain('riservata');
    await api.post('worker', path, { body: { text: 'per la linea', level: 'first' } });
    await api.post('operator', path, { body: { text: 'ha richiamato' } });
    const texts = async (who: CastName) => ((await api.get(who, path)).body['items'] as { text: string }[]).map(({ text }) => text);
    expect(await texts('colleague')).toEqual([PEOPLE.summary, 'riservata', 'per la linea', 'ha richiamato']);
    expect(await texts('operator')).toEqual([PEOPLE.summary, 'per la linea', 'ha richiamato']);
    expect(await texts('shiftLeader')).toEqual(await texts('operator'));
    for (const body of [
      { text: 'x', level: 'second' },
      { text: 'x', kind: 'closure' },
    ])
      expect((await api.post('operator', path, { body })).status).toBe(403);
    expect((await api.get('stranger', path)).status).toBe(404);
    const hidden = `${path}/${String(written.body['noteId'])}`;
    expect(await api.patch('operator', hidden, { body: { text: 'x' }, ifMatch: '"1"' })).toMatchObject({ status: 404, body: { code: 'note_unknown' } });
  });

  test('are written once for a key, and corrected by their author as they now are', async () => {
    const caseId = await opened();
    const path = `/cases/${caseId}/notes`;
    const call = { key: randomUUID(), body: { text: 'una' } };
    const [first, second] = [await api.post('worker', path, call), await api.post('worker', path, call)];
    expect([second.body['noteId'], second.headers['idempotency-replayed']]).toEqual([first.body['noteId'], 'true']);
    const note = `${path}/${String(first.body['noteId'])}`;
    expect((await api.patch('colleague', note, { body: { text: 'due' }, ifMatch: '"1"' })).body['code']).toBe('note_not_yours');
    expect((await api.patch('worker', note, { body: { text: 'due' } })).body['code']).toBe('if_match_missing');
    expect(await api.patch('worker', note, { body: { text: 'due' }, ifMatch: '"1"' })).toMatchObject({ status: 200, body: { text: 'due', etag: '"2"' } });
    expect((await api.patch('worker', note, { body: { text: 'tre' }, ifMatch: '"1"' })).body['code']).toBe('note_changed');
    const tooLong = await api.post('worker', path, { body: { text: 'x'.repeat(10_001) } });
    expect([tooLong.status, pointers(tooLong.body)]).toEqual([422, ['/text maxLength']]);
  });
});

describe('the restricted compartment', () => {
  test('is not for who reaches the case from aside: offered, disputed or alerted about, it is read and not written', async () => {
    const caseId = await opened();
    const record = { kind: 'refuge_address', text: 'Casa protetta' };
    expect((await api.post('coordinator', `/cases/${caseId}/restricted`, { body: record })).status).toBe(201);
    const from = async (who: CastName) => [
      (await api.get(who, household(caseId))).status,
      (await api.get(who, `/cases/${caseId}/restricted`)).status,
      (await api.post(who, `/cases/${caseId}/restricted`, { body: record })).status,
      (await api.patch(who, household(caseId), { ifMatch: '"1"', body: { dueDate: null } })).status,
      (await api.post(who, `/cases/${caseId}/notes`, { body: { text: 'x' } })).status,
    ];
    const aside = [200, 403, 403, 403, 403];
    const row = () => api.knex('escalation_case').where('case_id', caseId);
    await row().update({ handover_to: 'team:3' });
    expect(await from('farCoordinator')).toEqual(aside);
    await row().update({ handover_to: null, disputed: true });
    expect(await from('central')).toEqual(aside);
    await row().update({ disputed: false, central_alerted: true });
    expect(await from('central')).toEqual(aside);
  });

  test('is for who has the case and who coordinates it', async () => {
    const caseId = await opened();
    const path = `/cases/${caseId}/restricted`;
    const written = await api.post('coordinator', path, { body: { kind: 'refuge_address', text: 'via Segreta 1' } });
    expect(written).toMatchObject({ status: 201, body: { author: 'co-1', etag: '"1"' } });
    expect(JSON.stringify(written.body)).not.toMatch(/Segreta|refuge/);
    const record = `${path}/${String(written.body['recordId'])}`;
    expect(await api.patch('coordinator', record, { body: { text: 'via Segreta 2' }, ifMatch: '"1"' })).toMatchObject({ status: 200, body: { etag: '"2"' } });
    expect((await api.patch('coordinator', record, { body: { text: 'x' }, ifMatch: '"1"' })).status).toBe(412);
    expect((await api.get('coordinator', path)).body['items']).toMatchObject([{ kind: 'refuge_address', text: 'via Segreta 2' }]);
    for (const who of ['operator', 'shiftLeader', 'manager', 'worker', 'auditor'] as const)
      expect([who, (await api.get(who, path)).status]).toEqual([who, 403]);
    expect((await api.get('farCoordinator', path)).status).toBe(404);
    await api.knex.raw('UPDATE escalation_case SET owner = ? WHERE case_id = ?', ['sw-1', caseId]);
    expect((await api.get('worker', path)).status).toBe(200);
  });
});

describe('data this process cannot open', () => {
  test('altered by hand, moved from another family or sealed with a key that is gone, are not shown, and the answer says which of it', async () => {
    const [caseId, other] = [await opened(), await opened()];
    const idOf = async (id: string) => String((await api.get('operator', household(id))).body['household']);
    const [mine, theirs] = [await idOf(caseId), await idOf(other)];
    await api.knex.raw('UPDATE person SET sealed = set_byte(sealed, 30, get_byte(sealed, 30) # 1) WHERE household_id = ?', [mine]);
    expect(await api.get('operator', household(caseId))).toMatchObject({ status: 500, body: { code: 'record_damaged' } });
    await api.knex.raw('DELETE FROM person WHERE household_id = ?', [mine]);
    await api.knex.raw('UPDATE person SET household_id = ? WHERE household_id = ?', [mine, theirs]);
    expect(await api.get('operator', household(caseId))).toMatchObject({ status: 500, body: { code: 'record_damaged' } });
    await api.knex.raw("UPDATE household SET key_id = 'gone' WHERE household_id = ?", [theirs]);
    expect(await api.get('operator', household(other))).toMatchObject({ status: 503, body: { code: 'key_missing' } });
    await api.knex.raw('TRUNCATE household, person, person_token, note, restricted_record');
  });
});

describe('a household that was erased', () => {
  test('is gone for everybody, and its case stays', async () => {
    const caseId = await opened();
    const id = String((await api.get('operator', household(caseId))).body['household']);
    await createHouseholdUpkeep(api.knex, testProtection).erase(id, { by: 'au-1', at: Date.now() });
    expect(await api.get('operator', household(caseId))).toMatchObject({ status: 410, body: { code: 'household_erased' } });
    expect(await api.post('worker', `/cases/${caseId}/notes`, { body: { text: 'x' } })).toMatchObject({ status: 410 });
    expect((await api.get('operator', `/cases/${caseId}`)).status).toBe(200);
    expect(await api.patch('worker', household(caseId), { body: { languages: ['it'] }, ifMatch: '"2"' })).toMatchObject({ status: 410 });
  });
});
