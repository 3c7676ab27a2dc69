import { expect, test } from '@jest/globals';
import { milanCalendar } from '../../../activities/calendars/milan-calendar.ts';
import { segments } from '../../../domain/sla/business-time.ts';
import { WALL_CLOCK } from '../../../domain/sla/calendar-snapshot.ts';
import { at, calendar, HOUR, iso } from '../../support/calendars.ts';

const brief = (list: ReturnType<typeof segments>) =>
  list.map(
    ({ from, to, kind, countedMs, label }) =>
      `${iso(from).slice(5, 16)} ${iso(to).slice(5, 16)} ${kind} ${countedMs / HOUR}${label === undefined ? '' : ` ${label}`}`,
  );

test('a weekend with two holidays is explained with their names', () => {
  const list = segments(milanCalendar(2026), at('2026-12-05T16:00+01:00'), at('2026-12-09T10:00+01:00'));
  expect(brief(list)).toEqual([
    '12-05T15:00 12-05T17:00 open 2',
    '12-05T17:00 12-06T23:00 closed 0',
    "12-06T23:00 12-07T23:00 holiday 0 Sant'Ambrogio",
    '12-07T23:00 12-08T23:00 holiday 0 Immacolata Concezione',
    '12-08T23:00 12-09T07:00 closed 0',
    '12-09T07:00 12-09T09:00 open 2',
  ]);
});

test('a pause is one segment over open and closed hours', () => {
  const pauses = [{ from: at('2026-11-23T17:00+01:00'), to: at('2026-11-24T09:00+01:00') }];
  const list = segments(calendar(), at('2026-11-23T16:00+01:00'), at('2026-11-24T10:00+01:00'), pauses);
  expect(brief(list)).toEqual(['11-23T15:00 11-23T16:00 open 1', '11-23T16:00 11-24T08:00 paused 0', '11-24T08:00 11-24T09:00 open 1']);
});

test('an unplanned closure and shorter hours carry their reason, and are no holiday', () => {
  const on = calendar({
    special: [
      { date: '2026-11-24', hours: [], label: 'heating' },
      { date: '2026-11-25', hours: [['08:00', '12:00']], label: 'assembly' },
    ],
  });
  expect(brief(segments(on, at('2026-11-23T17:00+01:00'), at('2026-11-25T13:00+01:00')))).toEqual([
    '11-23T16:00 11-23T17:00 open 1',
    '11-23T17:00 11-23T23:00 closed 0',
    '11-23T23:00 11-24T23:00 closed 0 heating',
    '11-24T23:00 11-25T07:00 closed 0 assembly',
    '11-25T07:00 11-25T11:00 open 4',
    '11-25T11:00 11-25T12:00 closed 0 assembly',
  ]);
});

test('openings that touch are one segment, and wall time is a single one', () => {
  const on = calendar({ weekly: { mon: [['08:00', '24:00']], tue: [['00:00', '06:00']] } });
  expect(brief(segments(on, at('2026-11-23T08:00+01:00'), at('2026-11-24T06:00+01:00')))).toEqual(['11-23T07:00 11-24T05:00 open 22']);
  expect(segments(WALL_CLOCK, 5, 10)).toEqual([{ from: 5, to: 10, kind: 'open', countedMs: 5 }]);
  expect(segments(WALL_CLOCK, 10, 10)).toEqual([]);
});
