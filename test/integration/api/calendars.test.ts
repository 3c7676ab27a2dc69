// Calendars through the API: a draft, publishing it for an instant, retiring it, and everything that is refused on the way.
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { publishedRulebooks } from '../../../activities/published-rulebooks.ts';
import { isProblemCode } from '../../../api/problems.ts';
import { seedCalendars } from '../../../cli/seed-calendars.ts';
import { at } from '../../support/calendars.ts';
import { createApi, type Api, type CastName, type Reply } from './harness.ts';

jest.setTimeout(60_000);

const NOW = at('2026-11-23T09:00+01:00');
const NEXT_YEAR = '2027-01-01T00:00:00.000Z';
const OFFICE = [['08:00', '18:00']];
const WEEK = { mon: OFFICE, tue: OFFICE, wed: OFFICE, thu: OFFICE, fri: OFFICE };

let api: Api;
let now = NOW;
beforeAll(async () => {
  api = await createApi({ withWorker: false, deps: { now: () => now }, rulebooks: (knex) => publishedRulebooks(knex) });
});
beforeEach(async () => {
  now = NOW;
  await api.knex.raw('TRUNCATE calendar_version');
  await seedCalendars(api.knex, NOW);
});
afterAll(() => api.close());

const path = (id: string, rest = '') => `/admin/calendars/${encodeURIComponent(id)}${rest}`;
const save = (id: string, body: object, ifMatch?: string) => api.put('admin', path(id, '/draft'), { body, ...(ifMatch === undefined ? {} : { ifMatch }) });
const publish = (id: string, body: object = {}, key: string = randomUUID()) => api.post('admin', path(id, '/publish'), { body, key });
const put = async (id: string, body: object, validFrom?: string): Promise<Reply> => {
  const saved = await save(id, body);
  if (saved.status !== 200) return saved;
  return publish(id, validFrom === undefined ? {} : { validFrom });
};
const faults = ({ body }: Reply) => (body['errors'] as { pointer: string; rule: string }[]).map(({ pointer, rule }) => `${rule} ${pointer}`);
const simulate = (body: object) => api.post('manager', '/admin/calendars/simulations', { body, key: null });

describe('a calendar', () => {
  test('is seeded, listed, and read with what it means and who says so', async () => {
    const list = await api.get('manager', '/admin/calendars');
    expect(list.body).toMatchObject({
      items: [
        { id: 'city', territory: '*', inForce: { version: 1, status: 'published', publishedBy: 'seed' }, scheduled: [], draft: null },
        { id: 'round-the-clock', territory: null },
      ],
    });
    const city = await api.get('admin', path('city'));
    expect(city.body).toMatchObject({
      territory: '*',
      inForce: {
        definition: { timeZone: 'Europe/Rome', weekly: { sat: OFFICE, sun: [] } },
        effective: { chain: ['city'], weekly: { sat: { source: 'city' } } },
      },
    });
    const { days } = (city.body['inForce'] as { effective: { days: { date: string; label: string }[] } }).effective;
    expect(days.filter(({ date }) => ['2026-10-04', '2026-12-07', '2027-03-29'].includes(date)).map(({ label }) => label)).toEqual([
      "Festa nazionale di San Francesco d'Assisi",
      "Sant'Ambrogio",
      'Lunedì dell’Angelo',
    ]);
  });

  test('is drafted, published for an instant, comes into force then, and is retired', async () => {
    const draft = await save('municipio-6', { parent: 'city', weekly: { sat: [] } });
    expect(draft).toMatchObject({ status: 200, body: { calendarId: 'municipio-6', version: 1, status: 'draft', createdBy: 'ad-1', validFrom: null } });
    expect(draft.body['effective']).toMatchObject({
      chain: ['city', 'municipio-6'],
      weekly: { sat: { hours: [], source: 'municipio-6' }, fri: { source: 'city' } },
    });
    const published = await publish('municipio-6', { validFrom: NEXT_YEAR });
    expect(published).toMatchObject({ status: 201, body: { version: 1, status: 'published', validFrom: NEXT_YEAR, publishedBy: 'ad-1' } });
    expect((await api.get('admin', path('municipio-6'))).body).toMatchObject({ territory: '6', inForce: null, versions: [{ version: 1 }] });
    now = at(NEXT_YEAR);
    expect((await api.get('admin', path('municipio-6'))).body).toMatchObject({ inForce: { version: 1 } });
    const retired = await api.post('manager', path('municipio-6', '/versions/1/retire'));
    expect(retired).toMatchObject({ status: 200, body: { status: 'retired', retiredBy: 'ma-1' } });
    expect((await api.get('admin', path('municipio-6'))).body).toMatchObject({ inForce: null });
    expect(await api.post('manager', path('municipio-6', '/versions/1/retire'))).toMatchObject({ status: 409, body: { code: 'calendar_not_published' } });
  });

  test('of a team has a slash in its name, and inherits from its municipio', async () => {
    await put('municipio-6', { parent: 'city', weekly: { wed: [['09:00', '13:00']] } });
    const team = await put('municipio-6/night', {
      parent: 'municipio-6',
      weekly: {
        fri: [
          ['08:00', '12:00'],
          ['22:00', '02:00'],
        ],
      },
    });
    expect(team).toMatchObject({
      status: 201,
      body: { effective: { chain: ['city', 'municipio-6', 'municipio-6/night'], weekly: { wed: { source: 'municipio-6' } } } },
    });
    expect((await api.get('admin', path('municipio-6/night'))).body).toMatchObject({ territory: '6/night', inForce: { version: 1 } });
  });

  test('is published once for a key, however often it is asked for at once', async () => {
    await save('central', { parent: 'city' });
    const replies = await Promise.all(Array.from({ length: 4 }, () => publish('central', {}, 'publish-once')));
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(replies.filter(({ headers }) => headers['idempotency-replayed'] === 'true')).toHaveLength(3);
    expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await publish('central', { validFrom: NEXT_YEAR }, 'publish-once')).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    expect(await api.post('admin', path('central', '/publish'), { key: null })).toMatchObject({ status: 400, body: { code: 'idempotency_key_missing' } });
  });

  test('that somebody saved meanwhile is neither overwritten nor published', async () => {
    const first = await save('central', { parent: 'city' });
    const second = await save('central', { parent: 'city', weekly: { sat: [] } }, first.body['etag'] as string);
    expect(second.status).toBe(200);
    const stale = { status: 412, body: { code: 'calendar_changed' } };
    expect(await save('central', { parent: 'city', weekly: { mon: [] } }, first.body['etag'] as string)).toMatchObject(stale);
    expect(await api.post('admin', path('central', '/publish'), { ifMatch: first.body['etag'] as string })).toMatchObject(stale);
    expect((await api.get('admin', path('central', '/versions/draft'))).body).toMatchObject({ definition: { weekly: { sat: [] } }, etag: second.body['etag'] });
    expect(await api.remove('admin', path('central', '/draft'))).toMatchObject({ status: 204 });
    expect(await api.remove('admin', path('central', '/draft'))).toMatchObject({ status: 409, body: { code: 'calendar_draft_missing' } });
  });

  test('is for administrators to edit, for managers to publish, and for nobody else', async () => {
    const others: CastName[] = ['operator', 'shiftLeader', 'worker', 'coordinator', 'central', 'auditor'];
    const forbidden = { status: 403, body: { code: 'forbidden' } };
    for (const who of others) {
      for (const reply of [
        await api.get(who, '/admin/calendars'),
        await api.get(who, path('city')),
        await api.get(who, path('city', '/versions/1')),
        await api.get(who, `${path('city', '/openings')}?from=2026-12-01T00:00:00Z&to=2026-12-02T00:00:00Z`),
        await api.get(who, '/admin/public-holidays?from=2027'),
        await api.put(who, path('city', '/draft'), { body: { parent: null } }),
        await api.remove(who, path('city', '/draft')),
        await api.post(who, path('city', '/validate'), {}),
        await api.post(who, path('city', '/publish'), {}),
        await api.post(who, path('city', '/versions/1/retire'), {}),
        await api.post(who, '/admin/calendars/simulations', { body: {} }),
      ])
        expect(reply).toMatchObject(forbidden);
    }
    expect(await api.put('manager', path('city', '/draft'), { body: { parent: null } })).toMatchObject(forbidden);
    expect(await api.remove('manager', path('city', '/draft'))).toMatchObject(forbidden);
    await save('central', { parent: 'city' });
    expect(await api.post('manager', path('central', '/publish'), { body: {} })).toMatchObject({ status: 201, body: { publishedBy: 'ma-1' } });
    expect((await api.get('coordinator', '/me')).body['actions']).not.toContain('calendar.read');
  });
});

describe('a definition that cannot be kept is refused with its fault and where it lies, and nothing is saved', () => {
  const closure = (from: string, to: string) => ({ from, to, reason: 'lavori' });
  const long = (date: string) => ({ date, label: 'x' });
  const cases: [string, object, string[]][] = [
    ['never open', { parent: null, timeZone: 'Europe/Rome' }, ['never_open /weekly']],
    [
      'never open, because every inherited day is closed',
      { parent: 'city', weekly: { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [] } },
      ['never_open /weekly'],
    ],
    [
      'open on single days only',
      { parent: null, timeZone: 'Europe/Rome', special: [{ date: '2026-12-13', hours: OFFICE, label: 'x' }] },
      ['never_open /weekly'],
    ],
    [
      'overlapping',
      {
        parent: 'city',
        weekly: {
          sat: [
            ['08:00', '13:00'],
            ['12:00', '18:00'],
          ],
        },
      },
      ['hours_overlap /weekly/sat/1'],
    ],
    ['overlapping past midnight', { parent: 'city', weekly: { fri: [['22:00', '09:00']] } }, ['hours_overlap /weekly/fri/0']],
    [
      'overlapping from Sunday into Monday',
      { parent: 'city', weekly: { sun: [['20:00', '02:00']], mon: [['01:00', '18:00']] } },
      ['hours_overlap /weekly/mon/0'],
    ],
    [
      'out of order',
      {
        parent: 'city',
        weekly: {
          tue: [
            ['14:00', '18:00'],
            ['08:00', '12:00'],
          ],
        },
      },
      ['hours_out_of_order /weekly/tue/1'],
    ],
    ['reversed', { parent: 'city', weekly: { tue: [['18:00', '08:00']] } }, ['hours_reversed /weekly/tue/0']],
    ['of no length', { parent: 'city', special: [{ date: '2026-12-24', hours: [['08:00', '08:00']], label: 'x' }] }, ['hours_reversed /special/0/hours/0']],
    ['at a time that is none', { parent: 'city', weekly: { wed: [['8', '24:01']] } }, ['time_invalid /weekly/wed/0/0', 'time_invalid /weekly/wed/0/1']],
    ['opening at the end of the day', { parent: 'city', weekly: { wed: [['24:00', '06:00']] } }, ['time_invalid /weekly/wed/0/0']],
    ['of no zone', { parent: null, weekly: WEEK }, ['time_zone_missing /timeZone']],
    ['of an unknown zone', { parent: 'city', timeZone: 'Europe/Milan' }, ['time_zone_unknown /timeZone']],
    ['of a zone without summers', { parent: 'city', timeZone: '+01:00' }, ['time_zone_unknown /timeZone']],
    [
      'on a date that does not exist',
      { parent: 'city', holidays: [long('2027-02-29'), long('20270301')] },
      ['date_invalid /holidays/0/date', 'date_invalid /holidays/1/date'],
    ],
    ['on a date nobody meant', { parent: 'city', special: [{ date: '2926-12-24', hours: [], label: 'x' }] }, ['date_out_of_range /special/0/date']],
    ['with a holiday twice', { parent: 'city', holidays: [long('2027-02-28'), long('2027-02-28')] }, ['date_duplicate /holidays/1/date']],
    ['removing a holiday that is none', { parent: 'city', removedHolidays: ['2026-12-07', '2026-12-09'] }, ['holiday_removed_unknown /removedHolidays/1']],
    ['with a closure from after to', { parent: 'city', closures: [closure('2026-08-20', '2026-08-10')] }, ['closure_reversed /closures/0/to']],
    ['with a closure of years', { parent: 'city', closures: [closure('2026-08-20', '2028-08-10')] }, ['closure_too_long /closures/0/to']],
    [
      'with closures over each other',
      { parent: 'city', closures: [closure('2026-08-10', '2026-08-20'), closure('2026-08-20', '2026-08-30')] },
      ['closures_overlap /closures/1'],
    ],
    ['of an unknown parent', { parent: 'municipio-4' }, ['parent_unknown /parent']],
    ['inheriting from itself', { parent: 'municipio-6' }, ['parent_cycle /parent']],
    [
      'with everything wrong at once',
      { parent: 'x', timeZone: 'Mars', weekly: { mon: [['9', '10:00']] } },
      ['time_zone_unknown /timeZone', 'time_invalid /weekly/mon/0/0', 'parent_unknown /parent'],
    ],
  ];

  test.each(cases)('%s', async (_, body, expected) => {
    const reply = await save('municipio-6', body);
    expect(reply).toMatchObject({ status: 422, body: { code: 'calendar_invalid' } });
    expect(faults(reply)).toEqual(expected);
    expect((await api.get('admin', path('municipio-6'))).status).toBe(404);
    const validation = await api.post('admin', path('municipio-6', '/validate'), { body: { definition: body }, key: null });
    expect(validation).toMatchObject({ status: 200, body: { valid: false, effective: null } });
    expect((validation.body['problems'] as { rule: string; pointer: string }[]).map(({ rule, pointer }) => `${rule} ${pointer}`)).toEqual(expected);
  });

  test('in the language of the request', async () => {
    const body = { parent: 'city', weekly: { tue: [['18:00', '08:00']] } };
    const italian = await save('central', body);
    expect((italian.body['errors'] as { message: string }[])[0]?.message).toContain('rovesciata');
    const english = await api.put('admin', path('central', '/draft'), { body, language: 'en' });
    expect((english.body['errors'] as { message: string }[])[0]?.message).toContain('18:00-08:00: reversed');
  });

  test('in its shape: unknown fields, labels that are empty or hold what no text may', async () => {
    const shaped = {
      parent: 'city',
      holidays: [long(''), { date: '2027-01-01', label: '' }, { date: '2027-01-02', label: 'a\u0000' }],
      surprise: 1,
      weekly: { noday: [] },
    };
    const reply = await save('central', shaped);
    expect(reply).toMatchObject({ status: 422, body: { code: 'body_invalid' } });
    expect(
      faults(reply)
        .map((fault) => fault.split(' ')[1])
        .sort(),
    ).toEqual(['/holidays/1/label', '/holidays/2/label', '/surprise', '/weekly/noday']);
    expect(await save('Municipio 6', { parent: 'city' })).toMatchObject({ status: 404, body: { code: 'calendar_unknown' } });
  });
});

describe('publishing', () => {
  test('needs a draft, and is never for the past or a far future', async () => {
    expect(await publish('central')).toMatchObject({ status: 409, body: { code: 'calendar_draft_missing' } });
    await save('central', { parent: 'city' });
    const past = await publish('central', { validFrom: '2026-11-23T07:59:59.999Z' });
    expect(past).toMatchObject({ status: 422, body: { code: 'valid_from_in_past', errors: [{ pointer: '/validFrom' }] } });
    expect(await publish('central', { validFrom: '2029-01-01T00:00:00Z' })).toMatchObject({ status: 422, body: { code: 'valid_from_too_far' } });
    expect((await api.get('admin', path('central'))).body).toMatchObject({ inForce: null, versions: [{ status: 'draft' }] });
    expect(await publish('central', { validFrom: new Date(NOW).toISOString() })).toMatchObject({ status: 201 });
  });

  test('waits for its parent, which may itself be a draft until then', async () => {
    await save('municipio-6', { parent: 'city', weekly: { sat: [] } });
    expect((await save('municipio-6/night', { parent: 'municipio-6' })).status).toBe(200);
    const early = await publish('municipio-6/night');
    expect(early).toMatchObject({ status: 422, body: { code: 'calendar_invalid' } });
    expect(faults(early)).toEqual(['parent_unknown /parent']);
    await publish('municipio-6', { validFrom: NEXT_YEAR });
    expect(faults(await publish('municipio-6/night'))).toEqual(['parent_unknown /parent']);
    expect((await publish('municipio-6/night', { validFrom: NEXT_YEAR })).status).toBe(201);
  });

  test('does not close a circle through drafts that were right when they were saved', async () => {
    await put('municipio-6', { parent: 'city' });
    await put('municipio-5', { parent: 'municipio-6' });
    expect(faults(await save('municipio-6', { parent: 'municipio-5' }))).toEqual(['parent_cycle /parent']);
  });

  test('leaves nobody without hours, now or at a change that is published already', async () => {
    await put('municipio-6', { parent: 'city', weekly: { mon: [], tue: [], wed: [], thu: [], fri: [] } });
    const [city] = [(await api.get('admin', path('city'))).body['inForce'] as { definition: { weekly: object } }];
    const weekend = { ...city.definition, weekly: { ...city.definition.weekly, sat: [] } };
    await save('city', weekend);
    const refused = await publish('city', { validFrom: NEXT_YEAR });
    expect(refused).toMatchObject({ status: 409, body: { code: 'calendar_needed' } });
    expect(faults(refused)).toEqual(['never_open /municipio-6/weekly']);
    const validation = await api.post('admin', path('city', '/validate'), { body: { validFrom: NEXT_YEAR }, key: null });
    expect(validation.body).toMatchObject({ valid: false, problems: [{ rule: 'never_open', pointer: '/municipio-6/weekly' }] });
    await save('municipio-6', { parent: 'city', weekly: { mon: OFFICE } });
    await publish('municipio-6', { validFrom: '2026-12-01T00:00:00Z' });
    expect((await publish('city', { validFrom: NEXT_YEAR })).status).toBe(201);
    // From New Year on the municipio's first version would be closed for good: its second cannot go.
    const kept = await api.post('admin', path('municipio-6', '/versions/2/retire'));
    expect(kept).toMatchObject({ status: 409, body: { code: 'calendar_needed' } });
    expect((await api.get('admin', path('municipio-6'))).body).toMatchObject({ versions: [{ status: 'published' }, { status: 'published' }] });
  });

  test('warns of what nobody loses their hours by', async () => {
    await put('municipio-6', { parent: 'city', removedHolidays: ['2026-12-07'] });
    const definition = { parent: null, timeZone: 'Europe/Rome', weekly: WEEK, holidays: [{ date: '2026-12-08', label: 'Immacolata' }] };
    const { body } = await api.post('admin', path('city', '/validate'), { body: { definition }, key: null, language: 'en' });
    expect(body).toMatchObject({
      valid: true,
      warnings: [
        { rule: 'holiday_removed_unknown', pointer: '/municipio-6/removedHolidays/0' },
        { rule: 'holidays_end', pointer: '/holidays', message: 'the last holiday known is 2026-12-08: add the years that follow' },
      ],
    });
  });

  test('the city’s calendar is retired only when an earlier one takes its place', async () => {
    expect(await api.post('admin', path('city', '/versions/1/retire'))).toMatchObject({ status: 409, body: { code: 'calendar_needed' } });
    await put('city', { parent: null, timeZone: 'Europe/Rome', weekly: WEEK });
    expect((await api.get('admin', path('city'))).body).toMatchObject({ inForce: { version: 2 } });
    expect((await api.post('admin', path('city', '/versions/2/retire'))).status).toBe(200);
    expect((await api.get('admin', path('city'))).body).toMatchObject({ inForce: { version: 1 } });
  });
});

describe('a calendar tried out', () => {
  const start = '2026-12-05T15:00:00Z';

  test('gives the deadline and why, as it is counted for cases', async () => {
    const { body } = await simulate({ calendar: 'city', start, amount: { unit: 'working', ms: 4 * 3_600_000 } });
    expect(body).toMatchObject({
      calendar: { id: 'city', version: 1, timeZone: 'Europe/Rome', chain: ['city'] },
      dueAt: '2026-12-09T09:00:00.000Z',
      dueLocal: '2026-12-09T10:00:00.000+01:00',
      countedMs: 4 * 3_600_000,
    });
    const segments = body['segments'] as { kind: string; countedMs: number; label?: string }[];
    expect(segments.map(({ kind, label }) => `${kind} ${label ?? ''}`.trim())).toEqual([
      'open',
      'closed',
      "holiday Sant'Ambrogio",
      'holiday Immacolata Concezione',
      'closed',
      'open',
    ]);
    expect(segments.reduce((sum, { countedMs }) => sum + countedMs, 0)).toBe(body['countedMs']);
    const because = body['because'] as { it: string[]; en: string[] };
    expect(because.it).toContain("Lunedì 7 dicembre: chiuso (Sant'Ambrogio)");
    expect(because.it.at(-1)).toBe('Sabato 5 dicembre alle 16:00 più 4 h di apertura: scade mercoledì 9 dicembre alle 10:00.');
    expect(because.en.at(-1)).toBe('Saturday 5 December at 16:00 plus 4 h of opening time: due Wednesday 9 December at 10:00.');
  });

  test('counts business days date by date', async () => {
    const { body } = await simulate({ calendar: 'city', start, amount: { unit: 'businessDays', days: 1 } });
    expect(body).toMatchObject({
      dueLocal: '2026-12-09T16:00:00.000+01:00',
      dates: [
        { date: '2026-12-06', counted: false },
        { date: '2026-12-07', counted: false, label: "Sant'Ambrogio" },
        { date: '2026-12-08', counted: false, label: 'Immacolata Concezione' },
        { date: '2026-12-09', counted: true },
      ],
    });
    expect((body['because'] as { en: string[] }).en).toEqual([
      'Sunday 6 December: does not count, closed',
      "Monday 7 December: does not count, closed (Sant'Ambrogio)",
      'Tuesday 8 December: does not count, closed (Immacolata Concezione)',
      'Wednesday 9 December: counts',
      'Saturday 5 December at 16:00 plus 1 service day: due Wednesday 9 December at 16:00.',
    ]);
  });

  test('may be a draft, an older version, or stored nowhere; round the clock is one like any other', async () => {
    const amount = { unit: 'working', ms: 3_600_000 };
    const due = async (which: object) => (await simulate({ start, amount, ...which })).body['dueAt'];
    await put('municipio-6', { parent: 'city', weekly: { sat: [] } });
    await save('municipio-6', { parent: 'city', weekly: { sat: [['17:30', '20:00']] } });
    expect(await due({ calendar: 'municipio-6' })).toBe('2026-12-09T08:00:00.000Z');
    expect(await due({ calendar: 'municipio-6', version: 'draft' })).toBe('2026-12-05T17:30:00.000Z');
    expect(await due({ calendar: 'municipio-6', version: 1 })).toBe('2026-12-09T08:00:00.000Z');
    expect(await due({ definition: { parent: 'municipio-6', special: [{ date: '2026-12-06', hours: OFFICE, label: 'apertura straordinaria' }] } })).toBe(
      '2026-12-06T08:00:00.000Z',
    );
    expect(await due({ calendar: 'round-the-clock' })).toBe('2026-12-05T16:00:00.000Z');
  });

  test('cuts out pauses, and says in which pass of the repeated hour a deadline falls', async () => {
    const pauses = [{ from: '2026-12-05T15:30:00Z', to: '2026-12-05T16:00:00Z' }];
    const paused = await simulate({ calendar: 'city', start, pauses, amount: { unit: 'working', ms: 3_600_000 } });
    expect(paused.body).toMatchObject({ dueAt: '2026-12-05T16:30:00.000Z', segments: [{ kind: 'open' }, { kind: 'paused', countedMs: 0 }, { kind: 'open' }] });
    const night = { calendar: 'round-the-clock', start: '2026-10-24T22:30:00Z' };
    const due = async (hours: number) => (await simulate({ ...night, amount: { unit: 'working', ms: hours * 3_600_000 } })).body;
    expect((await due(2))['dueLocal']).toBe('2026-10-25T02:30:00.000+02:00');
    expect((await due(3))['dueLocal']).toBe('2026-10-25T02:30:00.000+01:00');
    expect(((await due(3))['because'] as { it: string[] }).it.at(-1)).toContain('dopo che è tornato indietro l’orologio');
  });

  test('is refused for what cannot be counted', async () => {
    const working = { unit: 'working', ms: 1 };
    const refused = async (body: object) => {
      const reply = await simulate({ start, ...body });
      return [reply.status, reply.body['code'], ...((reply.body['errors'] as { pointer: string }[] | undefined) ?? []).map(({ pointer }) => pointer)];
    };
    expect(await refused({ calendar: 'city', amount: { unit: 'working', ms: 0 } })).toEqual([422, 'body_invalid', '/amount/ms']);
    expect(await refused({ calendar: 'city', amount: { unit: 'businessDays', days: -1 } })).toEqual([422, 'body_invalid', '/amount/days']);
    expect(await refused({ calendar: 'city', amount: { unit: 'businessDays', ms: 1 } })).toEqual([422, 'body_invalid', '/amount/days']);
    expect(await refused({ calendar: 'city', amount: { unit: 'working', days: 1 } })).toEqual([422, 'body_invalid', '/amount/ms']);
    expect(await refused({ amount: working })).toEqual([422, 'body_invalid', '/calendar']);
    expect(await refused({ calendar: 'nowhere', amount: working })).toEqual([404, 'calendar_unknown']);
    expect(await refused({ calendar: 'city', version: 9, amount: working })).toEqual([404, 'calendar_version_unknown']);
    expect(await refused({ calendar: 'city', amount: { unit: 'working', ms: 9 * 365 * 86_400_000 } })).toEqual([422, 'simulation_too_long', '/amount']);
    expect(await refused({ calendar: 'city', amount: { unit: 'businessDays', days: 3_650 } })).toEqual([422, 'simulation_too_long', '/amount']);
    expect(await refused({ definition: { parent: null, timeZone: 'UTC' }, amount: working })).toEqual([422, 'calendar_invalid', '/definition/weekly']);
  });

  test('shows its openings over a range, with what is special in it and who says so', async () => {
    await put('municipio-6', { parent: 'city', closures: [{ from: '2026-12-10', to: '2026-12-11', reason: 'trasloco' }] });
    const openings = (range: string) => api.get('manager', `${path('municipio-6', '/openings')}?${range}`);
    const { body } = await openings('from=2026-12-07T00:00:00%2B01:00&to=2026-12-12T12:00:00%2B01:00');
    expect(body).toMatchObject({
      intervals: [
        { from: '2026-12-09T07:00:00.000Z', to: '2026-12-09T17:00:00.000Z' },
        { from: '2026-12-12T07:00:00.000Z', to: '2026-12-12T11:00:00.000Z' },
      ],
      days: [
        { date: '2026-12-07', kind: 'holiday', source: 'city' },
        { date: '2026-12-08', kind: 'holiday', source: 'city' },
        { date: '2026-12-10', kind: 'closure', label: 'trasloco', source: 'municipio-6' },
        { date: '2026-12-11', kind: 'closure', label: 'trasloco', source: 'municipio-6' },
      ],
    });
    for (const wrong of ['from=2026-12-07T00:00:00Z&to=2026-12-07T00:00:00Z', 'from=2026-01-01T00:00:00Z&to=2027-12-31T00:00:00Z'])
      expect(await openings(wrong)).toMatchObject({ status: 400, body: { code: 'request_invalid', errors: [{ pointer: '/to' }] } });
    expect(await openings('from=yesterday&to=today')).toMatchObject({ status: 400, body: { code: 'request_invalid' } });
  });

  test('public holidays of coming years are there to be copied', async () => {
    const { body } = await api.get('admin', '/admin/public-holidays?from=2039&to=2040');
    expect((body['items'] as { date: string }[]).map(({ date }) => date)).toEqual(expect.arrayContaining(['2039-12-07', '2040-04-02', '2040-10-04']));
    expect(await api.get('admin', '/admin/public-holidays?from=2040&to=2039')).toMatchObject({ status: 400, body: { code: 'request_invalid' } });
  });
});

describe('cases', () => {
  const openAt = async (municipio: string) => {
    const { status, body } = await api.post('operator', '/cases', { body: { urgency: 'yellow', primaryNeed: 'ISOLATION', municipio } });
    expect(status).toBe(201);
    const claim = (body['clocks'] as { id: string; dueAt: string }[]).find(({ id }) => id === 'claim-1');
    return { caseId: String(body['caseId']), claim: claim?.dueAt };
  };

  test('count by what is in force where they open, from the instant it is; open ones keep what they had', async () => {
    // Monday 9:00, four service hours.
    expect((await openAt('6')).claim).toBe('2026-11-23T12:00:00.000Z');
    await put('municipio-6', { parent: 'city', weekly: { mon: [['14:00', '16:00']] } }, '2026-11-23T09:00:00Z');
    expect((await openAt('6')).claim).toBe('2026-11-23T12:00:00.000Z');
    now = at('2026-11-23T09:00:00Z');
    const open = await openAt('6');
    // 14-16, and two hours from 8 on Tuesday.
    expect(open.claim).toBe('2026-11-24T09:00:00.000Z');
    expect((await openAt('5')).claim).toBe('2026-11-23T13:00:00.000Z');
    await put('city', { parent: null, timeZone: 'Europe/Rome', weekly: WEEK, holidays: [{ date: '2026-11-24', label: 'lutto cittadino' }] });
    expect((await openAt('6')).claim).toBe('2026-11-25T09:00:00.000Z');
    const clock = await api.get('operator', `/cases/${open.caseId}/clocks/claim-1`);
    expect(clock.body).toMatchObject({ clock: { dueAt: '2026-11-24T09:00:00.000Z' } });
    await api.post('admin', path('municipio-6', '/versions/1/retire'));
    expect((await openAt('6')).claim).toBe('2026-11-23T13:00:00.000Z');
  });
});

describe('whatever is sent', () => {
  const time = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('00:00', '08:00', '12:00', '18:00', '22:00', '24:00') },
    { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
  );
  const date = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.date({ noInvalidDate: true, min: new Date('2026-01-01'), max: new Date('2028-12-31') }).map((day) => day.toISOString().slice(0, 10)),
    },
    { weight: 1, arbitrary: fc.constantFrom('2026-02-30', '0000-00-00', '9999-12-31', '2026-1-1', '') },
  );
  const label = fc.oneof({ weight: 5, arbitrary: fc.constant('x') }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 90 }) });
  const hours = fc.array(fc.array(time, { minLength: 2, maxLength: 2 }), { maxLength: 3 });
  const definition = fc.record(
    {
      parent: fc.constantFrom(null, 'city', 'municipio-6', 'round-the-clock', 'x'),
      timeZone: fc.constantFrom('Europe/Rome', 'Pacific/Apia', 'Mars/Olympus', '+01:00', '\u0000'),
      weekly: fc.dictionary(fc.constantFrom('mon', 'tue', 'wed', 'sat', 'sun'), hours, { maxKeys: 3 }),
      holidays: fc.array(fc.record({ date, label }), { maxLength: 4 }),
      removedHolidays: fc.array(date, { maxLength: 2 }),
      special: fc.array(fc.record({ date, hours, label }), { maxLength: 3 }),
      closures: fc.array(fc.record({ from: date, to: date, reason: label }), { maxLength: 3 }),
    },
    { requiredKeys: ['parent'] },
  );
  const mangled = fc.oneof({ weight: 6, arbitrary: definition }, { weight: 1, arbitrary: fc.jsonValue() });
  const isSound = ({ status, body }: Reply) => status < 400 || (status < 500 && isProblemCode(String(body['code'])));

  test('is saved, published and counted by, or refused with a code: nothing in between', async () => {
    await fc.assert(
      fc.asyncProperty(mangled, fc.constantFrom('municipio-6', 'municipio-6/night', 'city'), fc.integer({ min: 1, max: 1e9 }), async (body, id, ms) => {
        const saved = await api.put('admin', path(id, '/draft'), { body });
        const amount = { unit: 'working', ms };
        const inline = await simulate({ definition: body, start: '2026-11-23T08:00:00Z', amount });
        if (![saved, inline].every(isSound)) throw new Error(JSON.stringify([saved.body, inline.body]));
        if (saved.status !== 200) return;
        const published = await publish(id);
        const tried = await simulate({ calendar: id, start: '2026-11-23T08:00:00Z', amount });
        if (!isSound(published) || tried.status !== 200) throw new Error(JSON.stringify([published.body, tried.body]));
      }),
      { numRuns: 150 },
    );
  });
});
