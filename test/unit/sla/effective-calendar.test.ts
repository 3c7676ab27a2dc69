import { describe, expect, test } from '@jest/globals';
import { CALENDAR_ID_FORM, territoryOf, type CalendarDefinition } from '../../../domain/sla/calendar-definition.ts';
import { checkCalendar } from '../../../domain/sla/calendar-check.ts';
import { brokenIn, strainedIn } from '../../../domain/sla/calendar-world.ts';
import { chainOf, effectiveCalendar } from '../../../domain/sla/effective-calendar.ts';
import { dateAfter, daysBetween, isDate } from '../../../domain/sla/local-date.ts';
import { isTimeZone } from '../../../activities/calendars/zones.ts';

const OFFICE = [['08:00', '18:00']] as const;
const MORNING = [['09:00', '12:00']] as const;
const city: CalendarDefinition = { id: 'city', parent: null, timeZone: 'Europe/Rome', weekly: { mon: OFFICE, sat: OFFICE } };
const child = (change: Partial<CalendarDefinition>): CalendarDefinition => ({ id: 'municipio-6', parent: 'city', ...change });
const world = (...definitions: readonly CalendarDefinition[]) => new Map(definitions.map((one) => [one.id, one]));
const check = (definition: CalendarDefinition, ...others: readonly CalendarDefinition[]) =>
  checkCalendar(definition, { find: (id) => world(...others).get(id), isTimeZone }).map(({ code, pointer }) => `${code} ${pointer}`);

describe('local dates', () => {
  test.each(['2028-02-29', '2000-02-29', '1970-01-01', '2199-12-31'])('%s exists', (date) => expect(isDate(date)).toBe(true));
  test.each(['2027-02-29', '2100-02-29', '2026-13-01', '2026-00-10', '2026-04-31', '2026-01-00', '2026-1-1', '', 'today'])('%s does not', (date) =>
    expect(isDate(date)).toBe(false),
  );

  test('follow each other over leap days and year ends', () => {
    expect(['2028-02-28', '2028-02-29', '2026-12-31', '2026-04-30'].map(dateAfter)).toEqual(['2028-02-29', '2028-03-01', '2027-01-01', '2026-05-01']);
    expect(daysBetween('2026-01-01', '2029-01-01')).toBe(3 * 365 + 1);
    expect(daysBetween('2026-01-02', '2026-01-01')).toBe(-1);
  });
});

describe('the name of a calendar', () => {
  test.each([
    ['city', '*'],
    ['central', 'CENTRAL'],
    ['municipio-6', '6'],
    ['municipio-6/night', '6/night'],
    ['central/night', 'CENTRAL/night'],
    ['round-the-clock', null],
    ['municipio-6-old', null],
  ])('%s counts for %s', (id, territory) => expect(territoryOf(id)).toBe(territory));

  test('is lower case, with one slash at most', () => {
    const form = new RegExp(CALENDAR_ID_FORM);
    expect(['city', 'municipio-6/night-2'].every((id) => form.test(id))).toBe(true);
    expect(['City', '', '-x', 'x-', 'a/b/c', 'a/', '../x', 'a b', 'a--b'].some((id) => form.test(id))).toBe(false);
  });
});

describe('what a calendar means with what it inherits', () => {
  const days = (...chain: readonly CalendarDefinition[]) =>
    effectiveCalendar(chain).days.map(({ date, kind, label, source }) => `${date} ${kind} ${label} (${source})`);

  test('is the parent’s where it says nothing, weekday by weekday, with who says so', () => {
    const effective = effectiveCalendar([city, child({ weekly: { sat: [], tue: MORNING } })]);
    expect(effective).toMatchObject({
      id: 'municipio-6',
      chain: ['city', 'municipio-6'],
      timeZone: 'Europe/Rome',
      weekly: {
        mon: { hours: OFFICE, source: 'city' },
        tue: { hours: MORNING, source: 'municipio-6' },
        sat: { hours: [], source: 'municipio-6' },
        sun: { hours: [], source: null },
      },
    });
    expect(effectiveCalendar([city, child({ timeZone: 'UTC' }), child({ id: 'municipio-6/x', parent: 'municipio-6' })]).timeZone).toBe('UTC');
  });

  test('adds holidays, renames them and removes them', () => {
    const parent = { ...city, holidays: ['2026-12-07', '2026-12-08', '2026-12-25'].map((date) => ({ date, label: 'city' })) };
    const own = child({ removedHolidays: ['2026-12-08'], holidays: ['2026-12-25', '2026-12-31'].map((date) => ({ date, label: 'own' })) });
    expect(days(parent, own)).toEqual(['2026-12-07 holiday city (city)', '2026-12-25 holiday own (municipio-6)', '2026-12-31 holiday own (municipio-6)']);
  });

  test.each<[string, Partial<CalendarDefinition>, Partial<CalendarDefinition>, string[]]>([
    [
      'a special day opens on a holiday of the parent',
      { holidays: [{ date: '2026-12-07', label: 'patron' }] },
      { special: [{ date: '2026-12-07', hours: MORNING, label: 'open' }] },
      ['2026-12-07 special open (municipio-6)'],
    ],
    [
      'a special day opens in a closure of the parent',
      { closures: [{ from: '2026-08-10', to: '2026-08-11', reason: 'works' }] },
      { special: [{ date: '2026-08-11', hours: MORNING, label: 'open' }] },
      ['2026-08-10 closure works (city)', '2026-08-11 special open (municipio-6)'],
    ],
    [
      'a closure ends a special day of the parent',
      { special: [{ date: '2026-12-13', hours: MORNING, label: 'open' }] },
      { closures: [{ from: '2026-12-13', to: '2026-12-13', reason: 'works' }] },
      ['2026-12-13 closure works (municipio-6)'],
    ],
    [
      'a holiday ends a special day of the parent',
      { special: [{ date: '2026-12-13', hours: MORNING, label: 'open' }] },
      { holidays: [{ date: '2026-12-13', label: 'patron' }] },
      ['2026-12-13 holiday patron (municipio-6)'],
    ],
    [
      'a removed holiday does not open what is closed for another reason',
      { holidays: [{ date: '2026-08-15', label: 'Ferragosto' }], closures: [{ from: '2026-08-14', to: '2026-08-16', reason: 'works' }] },
      { removedHolidays: ['2026-08-15'] },
      ['2026-08-14 closure works (city)', '2026-08-15 closure works (city)', '2026-08-16 closure works (city)'],
    ],
    [
      'a holiday keeps its name within a closure, and a special day without hours is a closure',
      { holidays: [{ date: '2026-08-15', label: 'Ferragosto' }] },
      { closures: [{ from: '2026-08-15', to: '2026-08-16', reason: 'works' }], special: [{ date: '2026-08-17', hours: [], label: 'assembly' }] },
      ['2026-08-15 holiday Ferragosto (city)', '2026-08-16 closure works (municipio-6)', '2026-08-17 closure assembly (municipio-6)'],
    ],
    [
      'within one definition a special day beats a holiday, and both a closure',
      {},
      {
        holidays: ['2026-12-24', '2026-12-25'].map((date) => ({ date, label: 'holiday' })),
        special: [{ date: '2026-12-24', hours: MORNING, label: 'half day' }],
        closures: [{ from: '2026-12-24', to: '2026-12-26', reason: 'works' }],
      },
      ['2026-12-24 special half day (municipio-6)', '2026-12-25 holiday holiday (municipio-6)', '2026-12-26 closure works (municipio-6)'],
    ],
  ])('%s', (_, parent, own, expected) => expect(days({ ...city, ...parent }, child(own))).toEqual(expected));

  test('is nothing where the chain is broken or comes round', () => {
    const find = (id: string) => world(city, child({}), { id: 'a', parent: 'b' }, { id: 'b', parent: 'a' }).get(id);
    expect(chainOf(child({}), find)).toMatchObject({ ok: true, chain: [{ id: 'city' }, { id: 'municipio-6' }] });
    expect(chainOf({ id: 'x', parent: 'nowhere' }, find)).toEqual({ ok: false, fault: 'parent_unknown', id: 'nowhere' });
    expect(chainOf({ id: 'x', parent: 'a' }, find)).toEqual({ ok: false, fault: 'parent_cycle', id: 'a' });
    expect(chainOf({ id: 'x', parent: 'x' }, find)).toEqual({ ok: false, fault: 'parent_cycle', id: 'x' });
  });
});

describe('hours', () => {
  const week = (...hours: (readonly [string, string])[]) => check({ ...city, weekly: { ...city.weekly, wed: hours } });

  test.each<[string, (readonly [string, string])[]]>([
    ['round the clock', [['00:00', '24:00']]],
    [
      'with a lunch break, and to the second',
      [
        ['08:00', '12:30'],
        ['13:15:30', '18:00'],
      ],
    ],
    [
      'that touch',
      [
        ['08:00', '12:00'],
        ['12:00', '18:00'],
      ],
    ],
    [
      'past midnight',
      [
        ['08:00', '12:00'],
        ['22:00', '02:00'],
      ],
    ],
    ['past midnight for twelve hours', [['20:00', '08:00']]],
    ['up to midnight, and on from it', [['18:00', '00:00']]],
  ])('%s are right', (_, hours) => expect(week(...hours)).toEqual([]));

  test.each<[string, (readonly [string, string])[], string]>([
    ['of no length', [['08:00', '08:00']], 'hours_reversed /weekly/wed/0'],
    ['an office written the wrong way round', [['18:00', '08:00']], 'hours_reversed /weekly/wed/0'],
    ['a night of a second too long', [['20:00', '08:00:01']], 'hours_reversed /weekly/wed/0'],
    [
      'one inside the other',
      [
        ['08:00', '18:00'],
        ['10:00', '11:00'],
      ],
      'hours_overlap /weekly/wed/1',
    ],
    [
      'two from the same time',
      [
        ['08:00', '10:00'],
        ['08:00', '12:00'],
      ],
      'hours_overlap /weekly/wed/1',
    ],
    [
      'after a night that is not over',
      [
        ['20:00', '02:00'],
        ['21:00', '22:00'],
      ],
      'hours_overlap /weekly/wed/1',
    ],
    [
      'out of order',
      [
        ['13:00', '18:00'],
        ['08:00', '12:00'],
      ],
      'hours_out_of_order /weekly/wed/1',
    ],
  ])('%s are refused', (_, hours, problem) => expect(week(...hours)).toEqual([problem]));

  test('of two days overlap through a night, whichever of them is inherited', () => {
    const night = [['21:00', '05:00']] as const;
    const early = [['04:00', '10:00']] as const;
    expect(check(child({ weekly: { mon: night, tue: early } }), city)).toEqual(['hours_overlap /weekly/tue/0']);
    expect(check(child({ weekly: { sun: night } }), { ...city, weekly: { mon: early } })).toEqual(['hours_overlap /weekly/sun/0']);
    expect(check(child({ weekly: { tue: early } }), { ...city, weekly: { mon: night } })).toEqual(['hours_overlap /weekly/tue/0']);
    // What the parents agreed among themselves is theirs to put right.
    expect(check(child({}), { ...city, weekly: { mon: night, tue: early } })).toEqual([]);
  });
});

describe('all calendars together', () => {
  const night = child({ id: 'municipio-6/night', parent: 'municipio-6', weekly: { fri: [['22:00', '02:00']] } });

  test('show who could not be counted by any more', () => {
    expect(brokenIn(world(city, child({}), night), isTimeZone)).toEqual([]);
    expect(brokenIn(world(child({}), night), isTimeZone)).toMatchObject([
      { calendarId: 'municipio-6', problems: [{ code: 'parent_unknown' }] },
      { calendarId: 'municipio-6/night', problems: [{ code: 'parent_unknown' }] },
    ]);
    expect(brokenIn(world({ ...city, weekly: {} }, child({}), night), isTimeZone).map(({ calendarId }) => calendarId)).toEqual(['city', 'municipio-6']);
  });

  test('show what is worth a look below a change, and nothing beside it', () => {
    const removing = child({ removedHolidays: ['2026-12-07'] });
    const beside = child({ id: 'municipio-5', removedHolidays: ['2026-12-07'] });
    expect(strainedIn(world(city, removing, beside), 'city', isTimeZone).map(({ calendarId }) => calendarId)).toEqual(['municipio-6', 'municipio-5']);
    expect(strainedIn(world(city, removing, beside, night), 'municipio-6', isTimeZone)).toEqual([]);
  });
});
