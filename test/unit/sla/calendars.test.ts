import { describe, expect, test } from '@jest/globals';
import { buildCalendarSnapshot, InvalidCalendar } from '../../../activities/calendars/build-snapshot.ts';
import { milanCalendar } from '../../../activities/calendars/milan-calendar.ts';
import { publicHolidays } from '../../../activities/calendars/public-holidays.ts';
import { at, calendar, everyDay } from '../../support/calendars.ts';

describe('a calendar snapshot', () => {
  test('holds hours, dates and clock changes as integers', () => {
    const built = buildCalendarSnapshot({
      id: 'x',
      timeZone: 'Europe/Rome',
      weekly: {
        mon: [
          ['14:00', '24:00'],
          ['08:00:30', '12:00'],
        ],
        fri: [['22:00', '06:00']],
      },
      holidays: [
        { date: '2026-12-25', label: 'Natale' },
        { date: '2026-12-24', label: 'Vigilia' },
        { date: '2027-01-01', label: 'outside' },
      ],
      special: [
        { date: '2026-12-24', hours: [['08:00', '12:00']], label: 'half day' },
        { date: '2026-06-03', hours: [], label: 'heating' },
      ],
      from: '2026-01-01',
      years: 1,
    });
    expect(built).toMatchObject({
      from: at('2026-01-01T00:00+01:00'),
      until: at('2027-01-01T00:00+01:00'),
      offsets: [
        [at('2026-01-01T00:00+01:00'), 3_600_000],
        [at('2026-03-29T01:00Z'), 7_200_000],
        [at('2026-10-25T01:00Z'), 3_600_000],
      ],
      weekly: [
        [
          [28_830, 43_200],
          [50_400, 86_400],
        ],
        [],
        [],
        [],
        [[79_200, 108_000]],
        [],
        [],
      ],
      days: [
        { day: at('2026-06-03T00:00Z') / 86_400_000, kind: 'closure', intervals: [], label: 'heating' },
        { day: at('2026-12-24T00:00Z') / 86_400_000, kind: 'special', intervals: [[28_800, 43_200]], label: 'half day' },
        { day: at('2026-12-25T00:00Z') / 86_400_000, kind: 'holiday', intervals: [], label: 'Natale' },
      ],
    });
  });

  test('has the version of its content, whatever the order it is written in', () => {
    const holidays = [
      { date: '2026-01-01', label: 'a' },
      { date: '2026-01-06', label: 'b' },
    ];
    expect(calendar({ holidays }).version).toBe(calendar({ holidays: [...holidays].reverse() }).version);
    expect(calendar({ holidays }).version).not.toBe(calendar().version);
    expect(calendar().version).toMatch(/^[0-9a-f]{16}$/);
  });

  test.each([
    ['a zone that does not exist', { timeZone: 'Europe/Milan' }, 'time_zone_unknown', '/timeZone'],
    ['a date that does not exist', { holidays: [{ date: '2026-02-30', label: '' }] }, 'date_invalid', '/holidays/0/date'],
    ['a date in another form', { from: '20260101' }, 'date_invalid', '/from'],
    ['a time past the end of the day', { weekly: everyDay(['08:00', '24:01']) }, 'time_invalid', '/weekly/mon/0/1'],
    [
      'a time in another form',
      { special: [{ date: '2026-01-02', hours: [['8', '18']] as [string, string][], label: '' }] },
      'time_invalid',
      '/special/0/hours/0/0',
    ],
    [
      'hours that overlap',
      {
        weekly: {
          sat: [
            ['08:00', '13:00'],
            ['12:00', '18:00'],
          ] as [string, string][],
        },
      },
      'hours_overlap',
      '/weekly/sat',
    ],
  ])('is refused for %s', (_, change, code, pointer) => {
    expect(() => calendar(change)).toThrow(InvalidCalendar);
    expect(() => calendar(change)).toThrow(expect.objectContaining({ type: 'InvalidCalendar', code, pointer }));
  });
});

describe('the calendar of the line', () => {
  test('is Monday to Saturday 8-18', () => {
    expect(milanCalendar(2026).weekly.map((hours) => hours.length)).toEqual([1, 1, 1, 1, 1, 1, 0]);
    expect(milanCalendar(2026).weekly[5]).toEqual([[28_800, 64_800]]);
  });

  test('has the patron of Milan every year, Easter Monday, and 4 October since 2026', () => {
    const dates = (year: number) => publicHolidays(year, year).map(({ date }) => date.slice(5));
    expect(dates(2025)).toEqual(['01-01', '01-06', '04-20', '04-21', '04-25', '05-01', '06-02', '08-15', '11-01', '12-07', '12-08', '12-25', '12-26']);
    expect(dates(2026)).toEqual(['01-01', '01-06', '04-05', '04-06', '04-25', '05-01', '06-02', '08-15', '10-04', '11-01', '12-07', '12-08', '12-25', '12-26']);
  });

  test('stays small enough to travel with every case', () => {
    expect(JSON.stringify(milanCalendar(2026)).length).toBeLessThan(3_000);
  });
});
