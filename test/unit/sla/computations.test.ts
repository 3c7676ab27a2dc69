import { describe, expect, jest, test } from '@jest/globals';
import { createComputations } from '../../../activities/computations/compute.ts';
import type { ComputationAnswer } from '../../../activities/computations/render-answer.ts';
import { FACTS } from '../../support/conformance.ts';

jest.setTimeout(60_000);

type Request = Readonly<Record<string, unknown>>;

const computations = createComputations();
const answer = (request: Request): ComputationAnswer => computations.answer(request);
const deadline = (request: Request): string | undefined => answer({ kind: 'deadline', ...request }).deadline;

const HOUR = 3_600;
const DAY_HOURS = [['08:00', '18:00']];
const MON_TO_SAT = { mon: DAY_HOURS, tue: DAY_HOURS, wed: DAY_HOURS, thu: DAY_HOURS, fri: DAY_HOURS, sat: DAY_HOURS };
const ALL_DAY = [['00:00', '24:00']];
const ALWAYS = { mon: ALL_DAY, tue: ALL_DAY, wed: ALL_DAY, thu: ALL_DAY, fri: ALL_DAY, sat: ALL_DAY, sun: ALL_DAY };
/** The line of Milan: Monday to Saturday 8-18, without the patron's day and Easter Monday. */
const MILAN = { timeZone: 'Europe/Rome', weekly: MON_TO_SAT, annualHolidays: ['12-07', '12-08', '10-04', '01-01'], holidays: ['2026-04-06'] };
const ROUND_THE_CLOCK = { timeZone: 'Europe/Rome', weekly: ALWAYS };

describe('what no product tests', () => {
  test.each([
    ['Saturday 8-18, the patron of Milan on Monday and a holiday on Tuesday', '2026-12-05T16:00:00+01:00', 4, '2026-12-09T09:00:00Z'],
    ['Saturday 8-18 before Easter Monday', '2026-04-04T17:00:00+02:00', 2, '2026-04-07T07:00:00Z'],
    ['4 October on a Monday, a holiday again since 2026', '2027-10-02T17:00:00+02:00', 2, '2027-10-05T07:00:00Z'],
    ['the year ends on a working day', '2026-12-31T17:00:00+01:00', 2, '2027-01-02T08:00:00Z'],
  ])('%s', (_, start, hours, due) => {
    expect(deadline({ calendar: MILAN, start, workingSeconds: hours * HOUR })).toBe(due);
  });

  test.each([
    ['in the first pass of the repeated hour', 2, '2026-10-25T00:30:00Z'],
    ['in the second pass of the repeated hour', 3, '2026-10-25T01:30:00Z'],
    ['after both', 4, '2026-10-25T02:30:00Z'],
  ])('a deadline on the last Sunday of October, %s', (_, hours, due) => {
    expect(deadline({ calendar: ROUND_THE_CLOCK, start: '2026-10-25T00:30:00+02:00', workingSeconds: hours * HOUR })).toBe(due);
  });

  test('a pause open at the instant of a calendar change is cut on both calendars', () => {
    const changes = [{ at: '2026-11-24T12:00:00+01:00', workingSeconds: 8 * HOUR, calendar: ROUND_THE_CLOCK }];
    const pauses = [{ from: '2026-11-24T10:00:00+01:00', to: '2026-11-24T20:00:00+01:00' }];
    const request = { kind: 'policyChange', calendar: MILAN, start: '2026-11-24T08:00:00+01:00', workingSeconds: 8 * HOUR, pauses, changes };
    // Two hours before the pause; then six round the clock from its end, at 20:00.
    expect(answer(request)).toEqual({ id: null, deadline: '2026-11-25T01:00:00Z' });
  });

  test.each([
    ['in working time', '2026-11-24T08:00:00+01:00', { workingSeconds: 12 * HOUR }],
    ['in business days', '2026-11-24T10:00:00+01:00', { days: 1 }],
  ])('a policy published while paused keeps the pause, and counts from the original start %s', (_, start, target) => {
    const pauses = [{ from: '2026-11-24T10:00:00+01:00', to: '2026-11-24T14:00:00+01:00' }];
    const changes = [{ at: '2026-11-24T12:00:00+01:00', ...target }];
    const request = { kind: 'policyChange', calendar: MILAN, start, workingSeconds: 4 * HOUR, pauses, changes };
    expect(answer(request).deadline).toBe('2026-11-25T13:00:00Z');
  });

  test('a holiday added for a past date takes back no time that was counted', () => {
    const corrected = { ...MILAN, holidays: [...MILAN.holidays, '2026-11-24'] };
    const start = '2026-11-24T16:00:00+01:00';
    const changes = [{ at: '2026-11-25T12:00:00+01:00', calendar: corrected }];
    const before = deadline({ calendar: MILAN, start, workingSeconds: 8 * HOUR });
    expect(answer({ kind: 'policyChange', calendar: MILAN, start, workingSeconds: 8 * HOUR, changes }).deadline).toBe(before);
    // Counted anew, the two hours of that afternoon would be lost.
    expect(deadline({ calendar: corrected, start, workingSeconds: 8 * HOUR })).toBe('2026-11-25T15:00:00Z');
  });

  test('two clocks of one case with different calendars are cut by the same pause, each by what it would have counted', () => {
    const pauses = [{ from: '2026-11-23T17:00:00+01:00', to: '2026-11-24T09:00:00+01:00' }];
    const asked = { start: '2026-11-23T15:00:00+01:00', workingSeconds: 4 * HOUR, pauses };
    expect(deadline({ calendar: MILAN, ...asked })).toBe('2026-11-24T10:00:00Z');
    expect(deadline({ calendar: ROUND_THE_CLOCK, ...asked })).toBe('2026-11-24T10:00:00Z');
    const total = { kind: 'pausedTotal', pauses };
    expect([answer({ ...total, calendar: MILAN }).workingSeconds, answer({ ...total, calendar: ROUND_THE_CLOCK }).workingSeconds]).toEqual([
      2 * HOUR,
      16 * HOUR,
    ]);
  });
});

describe('a calendar', () => {
  const intervals = (calendar: object, from: string, take: number): unknown => answer({ kind: 'openIntervals', calendar, from, take }).intervals;

  test('keeps every interval of a day, in order, and cuts the first at the instant asked from', () => {
    const calendar = {
      timeZone: 'Asia/Kathmandu',
      weekly: {
        mon: [
          ['14:00', '18:00'],
          ['08:00', '12:30'],
        ],
      },
    };
    expect(intervals(calendar, '2026-11-23T10:00:00+05:45', 3)).toEqual([
      ['2026-11-23T04:15:00Z', '2026-11-23T06:45:00Z'],
      ['2026-11-23T08:15:00Z', '2026-11-23T12:15:00Z'],
      ['2026-11-30T02:15:00Z', '2026-11-30T06:45:00Z'],
    ]);
  });

  test('opens past midnight, and a break of either date cuts such an opening', () => {
    const calendar = {
      timeZone: 'UTC',
      weekly: { fri: [['22:00', '06:00']] },
      breaks: { '2026-11-27': [['23:00', '23:30']], '2026-11-28': [['02:00', '03:00']] },
    };
    expect(intervals(calendar, '2026-11-27T00:00:00Z', 4)).toEqual([
      ['2026-11-27T22:00:00Z', '2026-11-27T23:00:00Z'],
      ['2026-11-27T23:30:00Z', '2026-11-28T02:00:00Z'],
      ['2026-11-28T03:00:00Z', '2026-11-28T06:00:00Z'],
      ['2026-12-04T22:00:00Z', '2026-12-05T06:00:00Z'],
    ]);
  });

  test('replaces the hours of a date, leaves none on a holiday, and has 29 February every fourth year', () => {
    const calendar = {
      timeZone: 'UTC',
      weekly: ALWAYS,
      annualHolidays: ['02-29'],
      holidays: ['2028-03-02'],
      dateOverrides: { '2028-03-01': [['10:00', '11:00']], '2028-03-02': [['10:00', '11:00']] },
    };
    expect(intervals(calendar, '2028-02-28T12:00:00Z', 3)).toEqual([
      ['2028-02-28T12:00:00Z', '2028-02-29T00:00:00Z'],
      ['2028-03-01T10:00:00Z', '2028-03-01T11:00:00Z'],
      ['2028-03-03T00:00:00Z', '2028-03-04T00:00:00Z'],
    ]);
    expect(answer({ kind: 'isOpen', calendar, at: '2027-02-28T23:59:59Z' }).open).toBe(true);
  });

  test('that never closes is listed by its local dates, of 23 hours too', () => {
    expect(intervals(ROUND_THE_CLOCK, '2026-03-28T12:00:00+01:00', 3)).toEqual([
      ['2026-03-28T11:00:00Z', '2026-03-28T23:00:00Z'],
      ['2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
      ['2026-03-29T22:00:00Z', '2026-03-30T22:00:00Z'],
    ]);
  });

  test('may open on single dates only, years away, and lists as many as there are', () => {
    const calendar = { timeZone: 'UTC', weekly: {}, dateOverrides: { '2031-02-02': [['09:00', '10:00']], '2038-02-02': [['09:00', '10:00']] } };
    expect(answer({ kind: 'nextOpen', calendar, at: '2026-11-23T00:00:00Z' }).open).toBe('2031-02-02T09:00:00Z');
    expect(intervals(calendar, '2026-11-23T00:00:00Z', 5)).toEqual([
      ['2031-02-02T09:00:00Z', '2031-02-02T10:00:00Z'],
      ['2038-02-02T09:00:00Z', '2038-02-02T10:00:00Z'],
    ]);
    expect(deadline({ calendar, start: '2026-11-23T00:00:00Z', workingSeconds: 5_400 })).toBe('2038-02-02T09:30:00Z');
    expect(answer({ kind: 'deadline', calendar, start: '2026-11-23T00:00:00Z', workingSeconds: 7_201 }).error?.code).toBe('calendar_never_open');
  });

  test('keeps its holidays however far away the answer lies', () => {
    const twoAYear = { timeZone: 'UTC', weekly: ALWAYS, annualHolidays: ['12-25', '12-26'] };
    // 26 years of 363 open days, and of 364 when leap.
    const open = (26 * 363 + 7) * 24 * HOUR;
    expect(deadline({ calendar: twoAYear, start: '2027-01-01T00:00:00Z', workingSeconds: open + 1 })).toBe('2053-01-01T00:00:01Z');
    expect(deadline({ calendar: twoAYear, start: '2053-01-01T00:00:00Z', workingSeconds: -open - 1 })).toBe('2026-12-31T23:59:59Z');
  });
});

describe('a request', () => {
  const start = '2026-11-23T09:00:00+01:00';

  test.each([
    ['with an offset', '2026-11-23T09:00:00+01:00'],
    ['with an offset without a colon', '2026-11-23T09:00:00+0100'],
    ['in UTC', '2026-11-23T08:00:00Z'],
    ['without seconds', '2026-11-23T08:00Z'],
    ['with a fraction', '2026-11-23T08:00:00.000Z'],
  ])('takes an instant %s', (_, at) => {
    expect(deadline({ calendar: MILAN, start: at, workingSeconds: HOUR })).toBe('2026-11-23T09:00:00Z');
  });

  test('keeps milliseconds, in and out', () => {
    const given = answer({ kind: 'elapsed', calendar: MILAN, start: '2026-11-23T08:00:00.250Z', end: '2026-11-23T08:00:01Z' });
    expect(given).toMatchObject({ workingSeconds: 0.75, segments: [{ from: '2026-11-23T08:00:00.250Z', countedSeconds: 0.75 }] });
    expect(deadline({ calendar: MILAN, start, workingSeconds: 0.5 })).toBe('2026-11-23T08:00:00.500Z');
  });

  test('is explained by segments of its own kinds, which add up', () => {
    const pauses = [{ from: '2026-12-05T17:00:00+01:00', to: '2026-12-05T17:30:00+01:00' }];
    expect(answer({ id: 7, kind: 'deadline', calendar: MILAN, start: '2026-12-05T16:30:00+01:00', workingSeconds: 2 * HOUR, pauses })).toEqual({
      id: 7,
      deadline: '2026-12-09T08:00:00Z',
      segments: [
        { from: '2026-12-05T15:30:00Z', to: '2026-12-05T16:00:00Z', kind: 'open', countedSeconds: 1_800 },
        { from: '2026-12-05T16:00:00Z', to: '2026-12-05T16:30:00Z', kind: 'paused', countedSeconds: 0 },
        { from: '2026-12-05T16:30:00Z', to: '2026-12-05T17:00:00Z', kind: 'open', countedSeconds: 1_800 },
        { from: '2026-12-05T17:00:00Z', to: '2026-12-06T23:00:00Z', kind: 'closed', countedSeconds: 0 },
        { from: '2026-12-06T23:00:00Z', to: '2026-12-08T23:00:00Z', kind: 'holiday', countedSeconds: 0 },
        { from: '2026-12-08T23:00:00Z', to: '2026-12-09T07:00:00Z', kind: 'closed', countedSeconds: 0 },
        { from: '2026-12-09T07:00:00Z', to: '2026-12-09T08:00:00Z', kind: 'open', countedSeconds: 3_600 },
      ],
    });
  });

  test('takes pauses that overlap, come in any order, lie outside the hours or end before they begin', () => {
    const pauses = [
      { from: '2026-11-23T12:00:00+01:00', to: '2026-11-23T13:00:00+01:00' },
      { from: '2026-11-23T10:00:00+01:00', to: '2026-11-23T12:30:00+01:00' },
      { from: '2026-11-23T19:00:00+01:00', to: '2026-11-24T07:00:00+01:00' },
      { from: '2026-11-23T16:00:00+01:00', to: '2026-11-23T15:00:00+01:00' },
    ];
    expect(deadline({ calendar: MILAN, start, workingSeconds: 10 * HOUR, pauses })).toBe('2026-11-24T11:00:00Z');
    expect(answer({ kind: 'pausedTotal', calendar: MILAN, pauses }).workingSeconds).toBe(3 * HOUR);
    expect(answer({ kind: 'pausedTotal', calendar: MILAN }).workingSeconds).toBe(0);
  });

  test('about elapsed time takes a pause that is still open', () => {
    const request = { kind: 'elapsed', calendar: MILAN, start, end: '2026-11-24T10:00:00+01:00', pauses: [{ from: '2026-11-23T12:00:00+01:00', to: null }] };
    expect(answer(request).workingSeconds).toBe(3 * HOUR);
    expect(answer({ ...request, end: '2026-11-20T10:00:00+01:00' })).toEqual({ id: null, workingSeconds: 0, segments: [] });
  });

  test.each([
    ['none', 0, false, '2026-11-23T08:00:00Z'],
    ['none, to the end of the day', 0, true, '2026-11-23T17:00:00Z'],
    ['one back, to the end of the day', -1, true, '2026-11-21T17:00:00Z'],
  ])('in business days: %s', (_, days, endOfWorkingDay, due) => {
    expect(answer({ kind: 'businessDays', calendar: MILAN, start, days, endOfWorkingDay }).deadline).toBe(due);
    expect(answer({ kind: 'ladder', calendar: MILAN, deadline: start, offsetBusinessDays: days, endOfWorkingDay }).level).toBe(due);
  });

  test('about a promise that changed several times is due by the last, whatever the order the changes are told in', () => {
    const changes = [
      { at: '2026-11-23T11:00:00+01:00', workingSeconds: HOUR },
      { at: '2026-11-23T10:00:00+01:00', days: 3, endOfWorkingDay: true },
    ];
    const request = { kind: 'policyChange', calendar: MILAN, start, workingSeconds: 4 * HOUR };
    expect(answer({ ...request, changes }).deadline).toBe('2026-11-23T09:00:00Z');
    expect(answer({ ...request, changes: changes.slice(1) }).deadline).toBe('2026-11-26T17:00:00Z');
    expect(answer(request).deadline).toBe('2026-11-23T12:00:00Z');
    expect(answer({ ...request, changes: [{ at: '2026-11-01T00:00:00Z', workingSeconds: HOUR }] }).deadline).toBe('2026-11-23T09:00:00Z');
  });

  test('is explained by exactly its budget, for every deadline among the facts', () => {
    const facts = FACTS.filter(({ kind, policy }) => kind === 'deadline' && policy === undefined) as unknown as readonly (Request & {
      workingSeconds: number;
    })[];
    const counted = facts.map((fact) => (answer(fact).segments ?? []).reduce((sum, { countedSeconds }) => sum + countedSeconds, 0));
    expect(counted).toEqual(facts.map(({ workingSeconds }) => Math.abs(workingSeconds)));
  });
});

describe('a request that cannot be answered names what is wrong and where', () => {
  const NEVER = { timeZone: 'UTC', weekly: {} };
  const at = '2026-11-23T09:00:00Z';
  const asked = { kind: 'deadline', calendar: MILAN, start: at, workingSeconds: HOUR };

  test.each<[string, string, string | undefined, unknown]>([
    ['no object', 'request_invalid', undefined, [1]],
    ['nothing', 'request_invalid', undefined, null],
    ['no kind', 'kind_unknown', '/kind', {}],
    ['an unknown kind', 'kind_unknown', '/kind', { ...asked, kind: 'toString' }],
    ['no start', 'field_missing', '/start', { ...asked, start: undefined }],
    ['an instant without an offset', 'instant_invalid', '/start', { ...asked, start: '2026-11-23T09:00:00' }],
    ['an instant that does not exist', 'instant_invalid', '/start', { ...asked, start: '2026-02-30T09:00:00Z' }],
    ['an instant that is a number', 'instant_invalid', '/start', { ...asked, start: 5 }],
    ['no budget', 'field_missing', '/workingSeconds', { ...asked, workingSeconds: null }],
    ['a budget in words', 'field_invalid', '/workingSeconds', { ...asked, workingSeconds: '1h' }],
    ['a budget of a thousand years', 'field_invalid', '/workingSeconds', { ...asked, workingSeconds: 3.2e10 }],
    ['half a business day', 'field_invalid', '/days', { kind: 'businessDays', calendar: MILAN, start: at, days: 0.5 }],
    ['no offset of a step', 'field_missing', '/offsetWorkingSeconds', { kind: 'ladder', calendar: MILAN, deadline: at }],
    ['no interval to take', 'field_invalid', '/take', { kind: 'openIntervals', calendar: MILAN, from: at, take: 0 }],
    ['too many intervals to take', 'field_invalid', '/take', { kind: 'openIntervals', calendar: MILAN, from: at, take: 1e6 }],
    ['pauses that are no list', 'field_invalid', '/pauses', { ...asked, pauses: {} }],
    ['a pause without an end', 'pause_without_end', '/pauses/0/to', { ...asked, pauses: [{ from: at }] }],
    [
      'a pause at no time',
      'instant_invalid',
      '/pauses/1/to',
      {
        ...asked,
        pauses: [
          { from: at, to: at },
          { from: at, to: 'later' },
        ],
      },
    ],
    ['a change without a target', 'field_missing', '/changes/0/workingSeconds', { ...asked, kind: 'policyChange', changes: [{ at }] }],
    ['no calendar', 'field_missing', '/calendar', { ...asked, calendar: undefined }],
    ['no zone', 'field_missing', '/calendar/timeZone', { ...asked, calendar: { weekly: {} } }],
    ['an unknown zone', 'time_zone_unknown', '/calendar/timeZone', { ...asked, calendar: { ...MILAN, timeZone: 'Europe/Milano' } }],
    ['an unknown weekday', 'weekday_unknown', '/calendar/weekly/lun', { ...asked, calendar: { ...MILAN, weekly: { lun: [] } } }],
    ['no time of day', 'time_invalid', '/calendar/weekly/mon/0/1', { ...asked, calendar: { ...MILAN, weekly: { mon: [['08:00', '25:00']] } } }],
    ['half an interval', 'time_invalid', '/calendar/weekly/mon/0', { ...asked, calendar: { ...MILAN, weekly: { mon: [['08:00']] } } }],
    [
      'hours that overlap',
      'hours_overlap',
      '/calendar/weekly/mon',
      {
        ...asked,
        calendar: {
          ...MILAN,
          weekly: {
            mon: [
              ['08:00', '12:00'],
              ['11:00', '13:00'],
            ],
          },
        },
      },
    ],
    ['a holiday that does not exist', 'date_invalid', '/calendar/holidays/1', { ...asked, calendar: { ...MILAN, holidays: ['2026-05-01', '2026-06-31'] } }],
    ['an annual holiday that never comes', 'date_invalid', '/calendar/annualHolidays/0', { ...asked, calendar: { ...MILAN, annualHolidays: ['02-30'] } }],
    ['other hours of no date', 'date_invalid', '/calendar/dateOverrides/today', { ...asked, calendar: { ...MILAN, dateOverrides: { today: [] } } }],
    [
      'no time of day on one date',
      'time_invalid',
      '/calendar/dateOverrides/2026-11-24/0/0',
      { ...asked, calendar: { ...MILAN, dateOverrides: { '2026-11-24': [['8', '9']] } } },
    ],
    [
      'no time of day in a break',
      'time_invalid',
      '/calendar/breaks/2026-11-24/0/0',
      { ...asked, calendar: { ...MILAN, breaks: { '2026-11-24': [['8', '9']] } } },
    ],
    ['a calendar that never opens, for a deadline', 'calendar_never_open', '/calendar', { ...asked, calendar: NEVER }],
    ['a calendar that never opens, for business days', 'calendar_never_open', '/calendar', { kind: 'businessDays', calendar: NEVER, start: at, days: 1 }],
    ['a calendar that never opens, for its next opening', 'calendar_never_open', '/calendar', { kind: 'nextOpen', calendar: NEVER, at }],
    ['a calendar that never opens, for its openings', 'calendar_never_open', '/calendar', { kind: 'openIntervals', calendar: NEVER, from: at, take: 1 }],
    ['an answer centuries away', 'too_far', undefined, { ...asked, calendar: { timeZone: 'UTC', weekly: { mon: [['09:00', '09:01']] } }, workingSeconds: 1e8 }],
    ['centuries to count', 'too_far', undefined, { kind: 'elapsed', calendar: MILAN, start: '1600-01-01T00:00:00Z', end: at }],
    ['a pause of centuries', 'too_far', undefined, { kind: 'pausedTotal', calendar: MILAN, pauses: [{ from: at, to: '9999-12-31T00:00:00Z' }] }],
  ])('%s: %s', (_, code, pointer, request) => {
    const { id, error, ...nothing } = computations.answer(request);
    expect({ id, error }).toEqual({ id: null, error: { code, message: expect.stringMatching(/\w+/), ...(pointer === undefined ? {} : { pointer }) } });
    expect(nothing).toEqual({});
  });

  test('keeps its id, and a calendar that never opens counts no time', () => {
    expect(answer({ ...asked, id: 'a-1', calendar: NEVER })).toMatchObject({ id: 'a-1', error: { code: 'calendar_never_open' } });
    expect(answer({ kind: 'elapsed', calendar: NEVER, start: at, end: '2026-11-24T09:00:00Z' }).workingSeconds).toBe(0);
    expect(answer({ kind: 'isOpen', calendar: NEVER, at }).open).toBe(false);
  });
});
