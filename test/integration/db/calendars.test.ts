import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createCalendarSource } from '../../../activities/calendars/calendar-source.ts';
import { seedCalendars } from '../../../cli/seed-calendars.ts';
import { createCalendarRepository, type CalendarRepository } from '../../../db/repositories/calendars.ts';
import type { CalendarDefinition } from '../../../domain/sla/calendar-definition.ts';
import { isOpen } from '../../../domain/sla/business-time.ts';
import { at } from '../../support/calendars.ts';
import { freshDatabase, type TestDatabase } from '../../support/fresh-database.ts';

jest.setTimeout(60_000);

let database: TestDatabase;
let calendars: CalendarRepository;
beforeAll(async () => {
  database = await freshDatabase();
  calendars = createCalendarRepository(database.knex);
});
beforeEach(() => database.knex.raw('TRUNCATE calendar_version'));
afterAll(() => database.close());

const NOW = at('2026-11-23T09:00+01:00');
const LATER = at('2027-01-10T00:00+01:00');
const act = { by: 'ad-1', at: NOW };
const city: CalendarDefinition = { id: 'city', parent: null, timeZone: 'Europe/Rome', weekly: { mon: [['08:00', '18:00']] } };

async function publish(definition: CalendarDefinition, validFrom: number) {
  await calendars.saveDraft(definition, { ...act, ifEdit: null });
  return (await calendars.publishDraft(definition.id, { ...act, validFrom }))!;
}

describe('versions of a calendar', () => {
  test('a draft is written over until it is published, and the next one is a version of its own', async () => {
    const first = await calendars.saveDraft(city, { ...act, ifEdit: null });
    const second = await calendars.saveDraft({ ...city, weekly: {} }, { ...act, by: 'ad-2', ifEdit: [first!.edit] });
    expect(second).toMatchObject({ version: 1, status: 'draft', createdBy: 'ad-1', changedBy: 'ad-2', definition: { weekly: {} } });
    expect(second!.edit).toBeGreaterThan(first!.edit);
    await calendars.publishDraft('city', { ...act, validFrom: NOW });
    expect(await calendars.find('city', 'draft')).toBeNull();
    expect(await calendars.saveDraft(city, { ...act, ifEdit: null })).toMatchObject({ version: 2, status: 'draft' });
    expect((await calendars.heads('city')).map(({ version, status }) => [version, status])).toEqual([
      [2, 'draft'],
      [1, 'published'],
    ]);
    expect(await calendars.discardDraft('city')).toBe(true);
    expect(await calendars.discardDraft('city')).toBe(false);
  });

  test('a draft somebody saved meanwhile is not written over', async () => {
    const first = await calendars.saveDraft(city, { ...act, ifEdit: null });
    await calendars.saveDraft(city, { ...act, ifEdit: [first!.edit] });
    expect(await calendars.saveDraft({ ...city, weekly: {} }, { ...act, ifEdit: [first!.edit] })).toBeNull();
    expect((await calendars.find('city', 'draft'))?.definition).toEqual(city);
  });

  test('what was published cannot be changed or deleted by anybody, only retired', async () => {
    await publish(city, NOW);
    for (const sql of [
      `UPDATE calendar_version SET definition = '{}'`,
      `UPDATE calendar_version SET valid_from = now()`,
      `UPDATE calendar_version SET status = 'draft', published_by = NULL, published_at = NULL, valid_from = NULL`,
      `UPDATE calendar_version SET status = 'retired', retired_by = 'x', retired_at = now(), version = 9`,
      'DELETE FROM calendar_version',
    ])
      await expect(database.knex.raw(sql)).rejects.toThrow('it does not change any more');
    expect(await calendars.retire('city', 1, act)).toMatchObject({ status: 'retired', retiredAt: NOW });
    expect(await calendars.retire('city', 1, act)).toBeNull();
    await expect(database.knex.raw(`UPDATE calendar_version SET status = 'published', retired_by = NULL, retired_at = NULL`)).rejects.toThrow();
  });

  test('the version in force is the latest that has begun and is not retired', async () => {
    await publish(city, NOW);
    await publish({ ...city, weekly: { tue: [['08:00', '18:00']] } }, LATER);
    const versionAt = async (instant: number) => (await calendars.inForce(instant)).map(({ version }) => version);
    expect(await versionAt(NOW - 1)).toEqual([]);
    expect(await versionAt(NOW)).toEqual([1]);
    expect(await versionAt(LATER - 1)).toEqual([1]);
    expect(await versionAt(LATER)).toEqual([2]);
    expect(await calendars.changesAfter(NOW)).toEqual([LATER]);
    await calendars.retire('city', 2, act);
    expect(await versionAt(LATER)).toEqual([1]);
  });
});

describe('the calendars in force', () => {
  const source = () => createCalendarSource(calendars);

  test('are the seeded ones before anybody publishes', async () => {
    const before = await source().effectiveSnapshots(NOW);
    expect(await seedCalendars(database.knex, NOW)).toEqual(['city', 'round-the-clock']);
    expect(await seedCalendars(database.knex, NOW + 1)).toEqual([]);
    const after = await source().effectiveSnapshots(NOW);
    expect(after).toEqual(before);
    expect(Object.keys(after.calendarOf)).toEqual(['*']);
    const snapshot = after.calendars[after.calendarOf['*']!]!;
    expect(snapshot.days.map(({ label }) => label)).toContain("Sant'Ambrogio");
    expect(snapshot.until - NOW).toBeGreaterThan(2 * 365 * 86_400_000);
  });

  test('are one for each territory with a calendar of its own, inherited from the city and changed with it', async () => {
    await publish(city, NOW);
    await publish({ id: 'municipio-6', parent: 'city', weekly: { wed: [['09:00', '13:00']] } }, NOW);
    await publish({ id: 'municipio-6/night', parent: 'municipio-6', weekly: { fri: [['22:00', '02:00']] } }, NOW);
    await publish({ id: 'central', parent: 'city' }, NOW);
    await publish({ id: 'round-the-clock', parent: null, timeZone: 'UTC', weekly: {} }, NOW);
    const calendarAt = async (territory: string, instant: number) => {
      const { calendars: built, calendarOf } = await source().effectiveSnapshots(instant);
      return built[calendarOf[territory]!]!;
    };
    expect(Object.keys((await source().effectiveSnapshots(NOW)).calendarOf).sort()).toEqual(['*', '6', '6/night', 'CENTRAL']);
    expect(isOpen(await calendarAt('6', NOW), NOW)).toBe(true);
    expect(isOpen(await calendarAt('6/night', NOW), at('2026-11-28T01:59+01:00'))).toBe(true);
    await publish({ ...city, weekly: { mon: [] } }, LATER);
    const monday = at('2027-01-11T09:00+01:00');
    expect(isOpen(await calendarAt('6', LATER - 1), monday)).toBe(true);
    expect(isOpen(await calendarAt('6', LATER), monday)).toBe(false);
    expect(isOpen(await calendarAt('6/night', LATER), at('2027-01-13T09:00+01:00'))).toBe(true);
  });

  test('are the same object until something changes, and are read with one small query', async () => {
    await publish(city, NOW);
    const one = source();
    const first = await one.effectiveSnapshots(NOW);
    const queries: string[] = [];
    const count = ({ sql }: { sql: string }) => void queries.push(sql);
    database.knex.on('query', count);
    expect(await one.effectiveSnapshots(NOW + 3_600_000)).toBe(first);
    expect(await one.effectiveSnapshots(NOW)).toBe(first);
    database.knex.off('query', count);
    expect(queries).toHaveLength(2);
    await publish({ ...city, weekly: { mon: [['09:00', '18:00']] } }, NOW + 1);
    expect(await one.effectiveSnapshots(NOW)).toBe(first);
    expect(await one.effectiveSnapshots(NOW + 1)).not.toBe(first);
    expect(await one.effectiveSnapshots(at('2027-01-01T00:00+01:00'))).not.toBe(first);
  });
});
