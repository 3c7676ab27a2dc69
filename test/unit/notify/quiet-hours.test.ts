import { describe, expect, test } from '@jest/globals';
import { endOfQuiet } from '../../../activities/notify/quiet-hours.ts';
import { USUAL_QUIET_HOURS } from '../../../domain/staff/staff.ts';

const ROME = 'Europe/Rome';
const at = (iso: string) => Date.parse(iso);
const told = (iso: string, quiet = USUAL_QUIET_HOURS) => new Date(endOfQuiet(at(iso), quiet, ROME)).toISOString();

describe('quiet hours', () => {
  test.each([
    ['in the daytime, at once', '2026-10-05T12:00+02:00', '2026-10-05T10:00:00.000Z'],
    ['in the evening, the next morning', '2026-10-05T20:00+02:00', '2026-10-06T05:00:00.000Z'],
    ['after midnight, the same morning', '2026-10-06T03:30+02:00', '2026-10-06T05:00:00.000Z'],
    ['at their end, at once', '2026-10-06T07:00+02:00', '2026-10-06T05:00:00.000Z'],
    ['a second before their end', '2026-10-06T06:59:59+02:00', '2026-10-06T05:00:00.000Z'],
    ['over the night that is an hour longer', '2026-10-24T22:00+02:00', '2026-10-25T06:00:00.000Z'],
    ['over the night that is an hour shorter', '2026-03-28T22:00+01:00', '2026-03-29T05:00:00.000Z'],
    ['on the last day of the year', '2026-12-31T23:00+01:00', '2027-01-01T06:00:00.000Z'],
  ])('%s', (_, when, then) => {
    expect(told(when)).toBe(then);
  });

  test('of an early afternoon lie within one day', () => {
    const siesta = { from: 13 * 60, to: 15 * 60 };
    expect(told('2026-10-05T13:10+02:00', siesta)).toBe('2026-10-05T13:00:00.000Z');
    expect(told('2026-10-05T15:00+02:00', siesta)).toBe('2026-10-05T13:00:00.000Z');
    expect(told('2026-10-05T23:00+02:00', siesta)).toBe('2026-10-05T21:00:00.000Z');
  });

  test('that end inside the skipped hour end when the clock jumps over it, and nobody has to have any', () => {
    expect(told('2026-03-28T23:00+01:00', { from: 22 * 60, to: 150 })).toBe('2026-03-29T01:30:00.000Z');
    expect(endOfQuiet(at('2026-10-05T23:00+02:00'), null, ROME)).toBe(at('2026-10-05T23:00+02:00'));
  });
});
