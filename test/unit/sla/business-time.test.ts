import { describe, expect, test } from '@jest/globals';
import { milanCalendar } from '../../../activities/calendars/milan-calendar.ts';
import {
  addBusinessDays,
  addSpan,
  addWorkingTime,
  CalendarNeverOpen,
  isOpen,
  nextOpen,
  openIntervals,
  workingTime,
} from '../../../domain/sla/business-time.ts';
import { WALL_CLOCK } from '../../../domain/sla/calendar-snapshot.ts';
import { at, calendar, everyDay, HOUR, iso } from '../../support/calendars.ts';

const milan = milanCalendar(2026);
const plain = calendar();
const allDay = calendar({ weekly: everyDay(['00:00', '24:00']), holidays: [{ date: '2026-06-02', label: 'x' }] });
const night = calendar({ weekly: { fri: [['22:00', '06:00']], sat: [['04:00', '10:00']] } });

describe('a deadline in working time', () => {
  test.each([
    ['within a day', plain, '2026-11-23T09:00+01:00', 4, '2026-11-23T13:00+01:00'],
    ['used up at closing is due at closing', plain, '2026-11-23T14:00+01:00', 4, '2026-11-23T18:00+01:00'],
    ['goes on at the next opening', plain, '2026-11-23T15:00+01:00', 4, '2026-11-24T09:00+01:00'],
    ['started before opening waits for it', plain, '2026-11-23T06:00+01:00', 4, '2026-11-23T12:00+01:00'],
    ['skips Sunday', plain, '2026-11-28T17:00+01:00', 2, '2026-11-30T09:00+01:00'],
    ['skips the patron of Milan and the day after', milan, '2026-12-05T16:00+01:00', 4, '2026-12-09T10:00+01:00'],
    ['skips Easter Monday', milan, '2026-04-04T17:00+02:00', 2, '2026-04-07T09:00+02:00'],
    ['skips 4 October, a holiday again since 2026', milan, '2027-10-02T17:00+02:00', 2, '2027-10-05T09:00+02:00'],
    ['loses the skipped hour of March', allDay, '2026-03-29T00:00+01:00', 4, '2026-03-29T05:00+02:00'],
    ['falls in the first pass of the repeated hour', allDay, '2026-10-25T00:30+02:00', 2, '2026-10-25T02:30+02:00'],
    ['falls in the second pass of the repeated hour', allDay, '2026-10-25T00:30+02:00', 3, '2026-10-25T02:30+01:00'],
    ['loses no minute at midnight', allDay, '2026-02-28T23:30+01:00', 1, '2026-03-01T00:30+01:00'],
    ['skips a holiday of a calendar open all day', allDay, '2026-06-01T23:00+02:00', 2, '2026-06-03T01:00+02:00'],
    ['counts hours past midnight once where they overlap', night, '2026-11-20T21:00+01:00', 12, '2026-11-21T10:00+01:00'],
    ['starts inside hours past midnight', night, '2026-11-21T05:00+01:00', 5, '2026-11-21T10:00+01:00'],
    ['backwards within a day', plain, '2026-11-23T13:00+01:00', -4, '2026-11-23T09:00+01:00'],
    ['backwards, used up at opening is at opening', plain, '2026-11-23T12:00+01:00', -4, '2026-11-23T08:00+01:00'],
    ['backwards over Sunday', plain, '2026-11-30T09:00+01:00', -2, '2026-11-28T17:00+01:00'],
    ['backwards through overlapping hours past midnight', night, '2026-11-21T12:00+01:00', -12, '2026-11-20T22:00+01:00'],
    ['backwards over a year of 60-hour weeks', plain, '2027-11-29T08:00+01:00', -52 * 60, '2026-11-30T08:00+01:00'],
    ['nothing to add is the start, even when closed', plain, '2026-11-22T09:00+01:00', 0, '2026-11-22T09:00+01:00'],
  ])('%s', (_, on, start, hours, due) => {
    expect(iso(addWorkingTime(on, at(start), hours * HOUR))).toBe(iso(at(due)));
  });

  test('a leap day counts like any other', () => {
    const leap = calendar({ from: '2028-01-01' });
    expect(iso(addWorkingTime(leap, at('2028-02-28T17:00+01:00'), 12 * HOUR))).toBe(iso(at('2028-03-01T09:00+01:00')));
  });

  test('past the horizon the week goes on without holidays and with the last offset', () => {
    expect(iso(addWorkingTime(milan, at('2029-12-24T17:00+01:00'), 2 * HOUR))).toBe(iso(at('2029-12-25T09:00+01:00')));
    expect(iso(nextOpen(milan, at('2029-07-02T00:00+02:00')))).toBe(iso(at('2029-07-02T09:00+02:00')));
  });

  test('keeps milliseconds', () => {
    expect(addWorkingTime(plain, at('2026-11-23T17:59:59.999+01:00'), 2)).toBe(at('2026-11-24T08:00:00.001+01:00'));
  });

  test('wall time runs round the clock, in one step', () => {
    expect(addWorkingTime(WALL_CLOCK, 5, 40_000 * 24 * HOUR)).toBe(5 + 40_000 * 24 * HOUR);
    expect(workingTime(WALL_CLOCK, 5, 105)).toBe(100);
  });
});

describe('pauses', () => {
  const start = at('2026-11-23T09:00+01:00');
  const pause = (from: string, to: string) => ({ from: at(from), to: at(to) });

  test.each([
    ['stop the clock while open', [pause('2026-11-23T10:00+01:00', '2026-11-23T11:00+01:00')], '2026-11-23T14:00+01:00'],
    ['cost nothing while closed', [pause('2026-11-23T18:00+01:00', '2026-11-24T08:00+01:00')], '2026-11-23T13:00+01:00'],
    [
      'count once where they overlap, in any order',
      [pause('2026-11-23T10:30+01:00', '2026-11-23T12:00+01:00'), pause('2026-11-23T10:00+01:00', '2026-11-23T11:00+01:00')],
      '2026-11-23T15:00+01:00',
    ],
    ['before the start do not matter', [pause('2026-11-20T09:00+01:00', '2026-11-20T18:00+01:00')], '2026-11-23T13:00+01:00'],
    ['at the start delay it', [pause('2026-11-23T08:00+01:00', '2026-11-23T10:00+01:00')], '2026-11-23T14:00+01:00'],
    ['from the instant the time is used up do not move it', [pause('2026-11-23T13:00+01:00', '2026-11-23T15:00+01:00')], '2026-11-23T13:00+01:00'],
    ['that end before they begin are none', [{ from: start + HOUR, to: start }], '2026-11-23T13:00+01:00'],
    ['may last for months', [pause('2026-11-23T10:00+01:00', '2027-03-01T08:00+01:00')], '2027-03-01T11:00+01:00'],
  ])('%s', (_, pauses, due) => {
    expect(iso(addWorkingTime(plain, start, 4 * HOUR, pauses))).toBe(iso(at(due)));
    expect(workingTime(plain, start, at(due), pauses)).toBe(4 * HOUR);
  });

  test('are cut as wall time from a wall-clock span', () => {
    const overnight = [pause('2026-11-23T18:00+01:00', '2026-11-24T08:00+01:00')];
    expect(iso(addSpan(plain, start, { unit: 'wall', ms: 24 * HOUR }, overnight))).toBe(iso(at('2026-11-24T23:00+01:00')));
  });

  test('add their working time after business days', () => {
    const pauses = [pause('2026-11-23T10:00+01:00', '2026-11-24T12:00+01:00')];
    expect(iso(addSpan(plain, start, { unit: 'businessDays', days: 2 }, pauses))).toBe(iso(at('2026-11-26T11:00+01:00')));
    expect(iso(addSpan(plain, start, { unit: 'businessDays', days: 2, endOfDay: true }, pauses))).toBe(iso(at('2026-11-27T10:00+01:00')));
    expect(iso(addSpan(plain, at('2026-11-26T11:00+01:00'), { unit: 'businessDays', days: -2 }, pauses))).toBe(iso(at('2026-11-23T09:00+01:00')));
  });

  test('of the plain spans change nothing when there are none', () => {
    expect(addSpan(plain, start, { unit: 'working', ms: HOUR })).toBe(start + HOUR);
    expect(addSpan(plain, start, { unit: 'businessDays', days: 1 })).toBe(start + 24 * HOUR);
  });
});

describe('business days', () => {
  test.each([
    ['keep the wall time', milan, '2026-11-23T10:15+01:00', 1, false, '2026-11-24T10:15+01:00'],
    ['skip Sundays and holidays', milan, '2026-12-05T16:00+01:00', 1, false, '2026-12-09T16:00+01:00'],
    ['keep a wall time outside the hours', milan, '2026-11-23T20:00+01:00', 1, false, '2026-11-24T20:00+01:00'],
    ['never count the date they start on: from a Sunday, one day is Monday', milan, '2026-11-22T15:00+01:00', 1, false, '2026-11-23T15:00+01:00'],
    ['keep the wall time over the change of clocks', milan, '2026-10-24T10:00+02:00', 1, false, '2026-10-26T10:00+01:00'],
    ['go to the last closing', milan, '2026-11-23T10:15+01:00', 2, true, '2026-11-25T18:00+01:00'],
    ['go backwards', milan, '2026-12-09T16:00+01:00', -1, false, '2026-12-05T16:00+01:00'],
    ['go backwards to the last closing', milan, '2026-12-09T16:00+01:00', -2, true, '2026-12-04T18:00+01:00'],
    ['none is the start itself', milan, '2026-11-22T15:00+01:00', 0, false, '2026-11-22T15:00+01:00'],
    ['none is the closing of today', milan, '2026-11-23T10:00+01:00', 0, true, '2026-11-23T18:00+01:00'],
    ['none after closing is the next closing', milan, '2026-11-28T19:00+01:00', 0, true, '2026-11-30T18:00+01:00'],
    ['a skipped wall time is the instant of the jump', allDay, '2026-03-28T02:30+01:00', 1, false, '2026-03-29T03:00+02:00'],
    ['a start at the very instant of the jump has the new wall time', allDay, '2026-03-29T03:00+02:00', 1, false, '2026-03-30T03:00+02:00'],
    ['a repeated wall time is its first pass', allDay, '2026-10-24T02:30+02:00', 1, false, '2026-10-25T02:30+02:00'],
    ['hours past midnight belong to the date they open on', night, '2026-11-19T12:00+01:00', 1, true, '2026-11-21T06:00+01:00'],
  ])('%s', (_, on, start, days, endOfDay, due) => {
    expect(iso(addBusinessDays(on, at(start), days, endOfDay))).toBe(iso(at(due)));
  });
});

describe('openings', () => {
  test('are expanded date by date and cut to what was asked', () => {
    const split = calendar({
      weekly: {
        mon: [
          ['14:00', '18:00'],
          ['08:00', '12:00'],
        ],
      },
    });
    const found = openIntervals(split, at('2026-11-23T10:00+01:00'), at('2026-11-30T09:00+01:00'));
    expect(found.map(({ from, to }) => [iso(from), iso(to)])).toEqual([
      ['2026-11-23T09:00:00.000Z', '2026-11-23T11:00:00.000Z'],
      ['2026-11-23T13:00:00.000Z', '2026-11-23T17:00:00.000Z'],
      ['2026-11-30T07:00:00.000Z', '2026-11-30T08:00:00.000Z'],
    ]);
  });

  test('close at the closing instant and open at the opening one', () => {
    expect(isOpen(plain, at('2026-11-23T08:00+01:00'))).toBe(true);
    expect(isOpen(plain, at('2026-11-23T18:00+01:00') - 1)).toBe(true);
    expect(isOpen(plain, at('2026-11-23T18:00+01:00'))).toBe(false);
    expect(iso(nextOpen(plain, at('2026-11-28T18:00+01:00')))).toBe(iso(at('2026-11-30T08:00+01:00')));
    expect(nextOpen(plain, at('2026-11-30T09:00+01:00'))).toBe(at('2026-11-30T09:00+01:00'));
  });

  test.each([
    ['23 hours in March', '2026-03-29T00:00+01:00', '2026-03-30T00:00+02:00', 23],
    ['25 hours in October', '2026-10-25T00:00+02:00', '2026-10-26T00:00+01:00', 25],
  ])('last %s', (_, from, to, hours) => {
    expect(workingTime(allDay, at(from), at(to))).toBe(hours * HOUR);
  });

  test('an end before the start is no time', () => {
    expect(workingTime(plain, at('2026-11-23T12:00+01:00'), at('2026-11-23T10:00+01:00'))).toBe(0);
  });
});

describe('a calendar that never opens', () => {
  const closed = calendar({ weekly: {} });
  const once = calendar({ weekly: {}, special: [{ date: '2026-06-01', hours: [['08:00', '10:00']], label: 'open day' }] });
  const start = at('2026-05-01T00:00+02:00');

  test.each([
    ['a deadline', () => addWorkingTime(closed, start, 1)],
    ['a deadline backwards', () => addWorkingTime(closed, start, -1)],
    ['business days', () => addBusinessDays(closed, start, 1)],
    ['the next opening', () => nextOpen(closed, start)],
    ['more time than is left for good', () => addWorkingTime(once, start, 3 * HOUR)],
    ['a deadline behind a pause without end', () => addWorkingTime(plain, start, HOUR, [{ from: start, to: Number.POSITIVE_INFINITY }])],
    ['an instant that is no number', () => addWorkingTime(plain, Number.NaN, HOUR)],
  ])('is named when asked for %s', (_, ask) => {
    expect(ask).toThrow(CalendarNeverOpen);
  });

  test('counts no time and gives what single days allow', () => {
    expect(workingTime(closed, start, start + 1000 * HOUR)).toBe(0);
    expect(isOpen(closed, start)).toBe(false);
    expect(iso(addWorkingTime(once, start, 2 * HOUR))).toBe(iso(at('2026-06-01T10:00+02:00')));
    expect(new CalendarNeverOpen('c', 7)).toMatchObject({ type: 'CalendarNeverOpen', calendarId: 'c', at: 7 });
  });
});
