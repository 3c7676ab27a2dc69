import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createCaseLogRepository } from '../../../db/repositories/case-log.ts';
import { createHouseholdKeys } from '../../../db/repositories/household-keys.ts';
import { createHouseholdUpkeep } from '../../../db/repositories/household-upkeep.ts';
import { createHouseholdRepository } from '../../../db/repositories/households.ts';
import { createNoteRepository } from '../../../db/repositories/notes.ts';
import { createPeopleSearch } from '../../../db/repositories/people-search.ts';
import { createRestrictedRecordRepository } from '../../../db/repositories/restricted-records.ts';
import { createRulebookRepository } from '../../../db/repositories/rulebooks.ts';
import { parseMasterKeys } from '../../../db/protection/key-ring.ts';
import { createProtection } from '../../../db/protection/protection.ts';
import type { CaseScope } from '../../../domain/access/scope.ts';
import type { Household, HouseholdPerson } from '../../../domain/people/household.ts';
import { nameTokens } from '../../../domain/people/name-tokens.ts';
import { MONDAY_9 } from '../../support/rulebook.ts';
import { freshDatabase, type TestDatabase } from '../../support/fresh-database.ts';
import { ROTATED_MASTER_KEYS, testProtection } from '../../support/master-keys.ts';
import { openInLog } from '../../support/open-in-log.ts';

jest.setTimeout(60_000);

const DOING = { by: 'op-1', at: MONDAY_9 };
const EVERYWHERE: CaseScope = { kind: 'all' };
const rotatedProtection = createProtection(() => parseMasterKeys(ROTATED_MASTER_KEYS));

const person = (change: Partial<HouseholdPerson> = {}): HouseholdPerson => ({
  ...{ personId: randomUUID(), role: 'caller', givenName: 'Nicoletta', familyName: 'De Luca', phones: [{ number: '+393331234567' }], languages: ['it'] },
  ...change,
});
const family = (people: readonly HouseholdPerson[] = [person()]): Household => ({
  people,
  languages: ['it'],
  addresses: [{ kind: 'domicile', street: 'via Padova' }],
});

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.close());
beforeEach(() => database.knex.raw('TRUNCATE household, person, person_token, note, restricted_record'));

/** The repositories of a process with some keys. */
function processWith(protection = testProtection) {
  const { knex } = database;
  const keys = createHouseholdKeys(knex, protection);
  return {
    keys,
    households: createHouseholdRepository(knex, protection),
    notes: createNoteRepository(knex, keys),
    restricted: createRestrictedRecordRepository(knex, keys),
    search: createPeopleSearch(knex, protection),
    upkeep: createHouseholdUpkeep(knex, protection),
  };
}

async function keep(household: Household, { municipio = '6' } = {}) {
  const { households } = processWith();
  const householdId = randomUUID();
  const caseLog = createCaseLogRepository(database.knex, createRulebookRepository(database.knex));
  const assignment = { municipio, reason: 'registered_address' } as const;
  const caseId = await openInLog(caseLog, { change: { household: householdId, assignment }, at: MONDAY_9, outbox: false });
  await database.knex.transaction((trx) => households.write(householdId, household, DOING, trx));
  return { householdId, caseId };
}

const phone = (value: string) => [{ kind: 'phone', value } as const];
const name = (text: string) => nameTokens(text).map((value) => ({ kind: 'name', value }) as const);

async function everything(): Promise<string> {
  const dumps = ['household', 'person', 'person_token', 'note', 'restricted_record'].map(async (table) => {
    const { rows } = await database.knex.raw<{ rows: object[] }>('SELECT * FROM ??', [table]);
    return JSON.stringify(rows, (_, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value));
  });
  return (await Promise.all(dumps)).join('\n');
}

describe('a household', () => {
  test('is read as it was written, and stands nowhere in plain text', async () => {
    const { households, notes, restricted } = processWith();
    const written = family([person(), person({ role: 'child', givenName: 'Tobia', phones: [], birthDate: '2026-03-01' })]);
    const { householdId, caseId } = await keep(written);
    await database.knex.transaction(async (trx) => {
      await notes.add({ caseId, householdId, kind: 'note', level: 'second', text: 'parola-segreta' }, DOING, trx);
      await restricted.add(householdId, { kind: 'refuge_address', text: 'indirizzo-segreto' }, DOING, trx);
    });
    expect(await households.read(householdId)).toEqual({ householdId, household: written, version: 1, changedAt: MONDAY_9, changedBy: 'op-1' });
    const stored = await everything();
    for (const word of ['Nicoletta', 'Luca', 'luca', '3331234567', 'Padova', 'Tobia', '2026-03-01', 'parola-segreta', 'indirizzo-segreto', 'refuge'])
      expect(stored).not.toContain(word);
  });

  test('changes a version at a time, with its people', async () => {
    const { households } = processWith();
    const { householdId } = await keep(family());
    const other = person({ familyName: 'Bianchi', phones: [{ number: '+390288451' }] });
    await database.knex.transaction((trx) => households.write(householdId, family([other]), { by: 'sw-1', at: MONDAY_9 + 1 }, trx));
    const read = await households.read(householdId);
    expect([read.version, read.changedBy, read.household.people]).toEqual([2, 'sw-1', [other]]);
    const { search } = processWith();
    expect(await search(phone('+393331234567'), EVERYWHERE, 10)).toEqual([]);
    expect((await search(phone('+390288451'), EVERYWHERE, 10)).map((found) => found.householdId)).toEqual([householdId]);
  });

  test('whose row was altered, or swapped with another, is not opened', async () => {
    const { households } = processWith();
    const [one, two] = [await keep(family()), await keep(family())];
    await database.knex.raw('UPDATE household SET sealed = (SELECT sealed FROM household WHERE household_id = ?) WHERE household_id = ?', [
      two.householdId,
      one.householdId,
    ]);
    await expect(households.read(one.householdId)).rejects.toMatchObject({ type: 'seal_broken' });
    await database.knex.raw('UPDATE person SET sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1) WHERE household_id = ?', [two.householdId]);
    await expect(households.read(two.householdId)).rejects.toMatchObject({ type: 'seal_broken' });
  });
});

describe('people', () => {
  test('are found by phone, and by names in any order, where a case of theirs is in reach', async () => {
    const { search } = processWith();
    const { householdId, caseId } = await keep(family());
    await keep(family([person({ givenName: 'Nicoletta', familyName: 'Verdi', phones: [] })]), { municipio: '3' });
    const ids = async (wanted: Parameters<typeof search>[0], scope: CaseScope = EVERYWHERE) =>
      (await search(wanted, scope, 10)).map((found) => found.householdId);
    expect(await ids(phone('+393331234567'))).toEqual([householdId]);
    for (const text of ['De Luca Nicoletta', 'deluca', 'LUCA']) expect([text, await ids(name(text))]).toEqual([text, [householdId]]);
    expect(await ids(name('nicoletta'))).toHaveLength(2);
    expect(await ids(name('nicoletta rossi'))).toEqual([]);
    expect(await ids(name('nicoletta'), { kind: 'municipi', municipi: ['6'], person: 'x' })).toEqual([householdId]);
    expect(await ids(name('nicoletta'), { kind: 'none' })).toEqual([]);
    const [found] = await search(phone('+393331234567'), EVERYWHERE, 10);
    expect(found?.cases).toMatchObject([{ caseId, municipio: '6', status: 'awaiting_claim', openedAt: MONDAY_9, closedAt: null }]);
  });
});

describe('notes', () => {
  test('are corrected by another version, and shown by level', async () => {
    const { notes } = processWith();
    const { householdId, caseId } = await keep(family());
    const of = { caseId, householdId };
    const note = await database.knex.transaction((trx) => notes.add({ ...of, kind: 'note', level: 'second', text: 'one' }, DOING, trx));
    await database.knex.transaction(async (trx) => {
      await notes.add({ ...of, kind: 'opening', level: 'first', text: 'two' }, { ...DOING, at: MONDAY_9 + 5 }, trx);
      const found = await notes.find({ ...of, noteId: note.noteId, levels: ['second'] }, trx);
      await notes.correct(found!, { ...of, text: 'three' }, { by: 'op-1', at: MONDAY_9 + 9 }, trx);
      expect(await notes.find({ ...of, noteId: note.noteId, levels: ['first'] }, trx)).toBeNull();
    });
    const all = await notes.list({ ...of, levels: ['first', 'second'] });
    expect(all.map(({ text, version, at, correctedAt }) => ({ text, version, at, correctedAt }))).toEqual([
      { text: 'three', version: 2, at: MONDAY_9, correctedAt: MONDAY_9 + 9 },
      { text: 'two', version: 1, at: MONDAY_9 + 5, correctedAt: null },
    ]);
    expect((await notes.list({ ...of, levels: ['first'] })).map(({ text }) => text)).toEqual(['two']);
  });
});

describe('rotating the master key', () => {
  test('goes on after it was cut off in the middle; what is stored is found all the while, and in the end by the new key alone', async () => {
    for (let index = 0; index < 7; index++) await keep(family());
    const { upkeep, search } = processWith(rotatedProtection);
    expect(await upkeep.rotateSome(3)).toBe(3);
    expect(await upkeep.keyUse()).toMatchObject([
      { keyId: 'test-1', households: 4 },
      { keyId: 'test-2', households: 3 },
    ]);
    expect(await search(phone('+393331234567'), EVERYWHERE, 10)).toHaveLength(7);
    expect([await upkeep.rotateSome(100), await upkeep.rotateSome(100)]).toEqual([4, 0]);
    const newOnly = createProtection(() => parseMasterKeys(ROTATED_MASTER_KEYS.split(',')[0]!));
    expect(await processWith(newOnly).search(name('luca de'), EVERYWHERE, 10)).toHaveLength(7);
    await expect(processWith().search(name('luca'), EVERYWHERE, 10)).resolves.toEqual([]);
  });

  test('takes up what a process that did not know the new key wrote meanwhile', async () => {
    const { householdId } = await keep(family());
    const { upkeep } = processWith(rotatedProtection);
    await upkeep.rotateSome(10);
    const stale = createProtection(() => ({ ...parseMasterKeys(ROTATED_MASTER_KEYS), current: parseMasterKeys(ROTATED_MASTER_KEYS).find('test-1') }));
    const { households } = processWith(stale);
    await database.knex.transaction((trx) => households.write(householdId, family(), DOING, trx));
    expect((await upkeep.keyUse()).map(({ keyId }) => keyId)).toEqual(['test-1', 'test-2']);
    expect(await upkeep.rotateSome(10)).toBe(1);
    expect((await upkeep.keyUse()).map(({ keyId }) => keyId)).toEqual(['test-2']);
  });

  test('stops at a household whose key it does not have, and says which key', async () => {
    await keep(family());
    const strange = createProtection(() => parseMasterKeys(ROTATED_MASTER_KEYS.split(',')[0]!));
    await expect(processWith(strange).upkeep.rotateSome(10)).rejects.toMatchObject({ type: 'key_unknown', keyId: 'test-1' });
  });
});

describe('an erased household', () => {
  test('is not found, not read, not written again; no key opens what is left', async () => {
    const { upkeep, households, notes, search } = processWith();
    const { householdId, caseId } = await keep(family());
    await database.knex.transaction((trx) => notes.add({ caseId, householdId, kind: 'note', level: 'first', text: 'x' }, DOING, trx));
    expect([await upkeep.erase(householdId, DOING), await upkeep.erase(householdId, DOING)]).toEqual([true, false]);
    const erased = { type: 'household_erased', householdId };
    await expect(households.read(householdId)).rejects.toMatchObject(erased);
    await expect(database.knex.transaction((trx) => households.write(householdId, family(), DOING, trx))).rejects.toMatchObject(erased);
    await expect(
      database.knex.transaction((trx) => notes.add({ caseId, householdId, kind: 'note', level: 'first', text: 'x' }, DOING, trx)),
    ).rejects.toMatchObject(erased);
    expect(await search(phone('+393331234567'), EVERYWHERE, 10)).toEqual([]);
    expect(await notes.list({ caseId, householdId, levels: ['first', 'second'] })).toEqual([]);
    const { rows } = await database.knex.raw<{ rows: object[] }>('SELECT * FROM household');
    expect(rows).toEqual([expect.objectContaining({ household_id: householdId, key_id: null, wrapped_key: null, sealed: null, erased_at: MONDAY_9 })]);
    expect(await upkeep.rotateSome(10)).toBe(0);
  });
});
