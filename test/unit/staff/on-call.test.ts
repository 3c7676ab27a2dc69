import { describe, expect, test } from '@jest/globals';
import { WALL_CLOCK } from '../../../domain/sla/calendar-snapshot.ts';
import { DEFAULT_POLICY } from '../../../domain/sla/default-policy.ts';
import { onCallGaps, type CoverageQuestion } from '../../../domain/staff/on-call.ts';
import { DAY, HOUR, MONDAY_9, SERVICE } from '../../support/rulebook.ts';

const WEEK = MONDAY_9 + 7 * DAY;
const gaps = (over: Partial<CoverageQuestion> = {}) =>
  onCallGaps({ policy: DEFAULT_POLICY, territories: ['3', '6'], calendarOf: () => SERVICE, shifts: [], from: MONDAY_9, ...over });
const shift = (territory: string, from: number, to: number) => ({ territory, from, to });

describe('a policy that promises something for red cases', () => {
  test('needs somebody on call at every closed hour of its first week, in each territory', () => {
    const found = gaps();
    expect(found).toHaveLength(12);
    expect(found[0]).toEqual({ territory: '3', from: MONDAY_9 + 9 * HOUR, to: MONDAY_9 + 23 * HOUR });
    // From Saturday evening to Monday morning.
    expect(found.filter(({ to, from }) => to - from > DAY)).toHaveLength(2);
  });

  test('is covered by the city, or by the territory, or by both together', () => {
    expect(gaps({ shifts: [shift('*', MONDAY_9, WEEK)] })).toEqual([]);
    const half = [shift('*', MONDAY_9, MONDAY_9 + 3 * DAY), shift('6', MONDAY_9 + 2 * DAY, WEEK)];
    expect([...new Set(gaps({ shifts: half }).map(({ territory }) => territory))]).toEqual(['3']);
  });

  test('lacks what a shift leaves out, to the minute', () => {
    const night = { from: MONDAY_9 + 9 * HOUR, to: MONDAY_9 + 23 * HOUR };
    const shifts = [shift('*', MONDAY_9, night.to - 60_000), shift('*', night.to, WEEK)];
    expect(gaps({ territories: ['6'], shifts })).toEqual([{ territory: '6', from: night.to - 60_000, to: night.to }]);
  });
});

test('nobody is needed where the doors never shut, nothing is promised for red, or the policy is for others', () => {
  expect(gaps({ calendarOf: () => WALL_CLOCK })).toEqual([]);
  const clocks = DEFAULT_POLICY.clocks.map((clock) => ({ ...clock, targets: { ...clock.targets, red: null } }));
  expect(gaps({ policy: { clocks } })).toEqual([]);
  expect(gaps({ policy: { ...DEFAULT_POLICY, appliesTo: { urgencies: ['yellow', 'green'] } } })).toEqual([]);
  expect(gaps({ policy: { ...DEFAULT_POLICY, appliesTo: { territories: ['6'] } } }).every(({ territory }) => territory === '6')).toBe(true);
  const byNeed = { VIOLENCE: { red: DEFAULT_POLICY.clocks[0]!.targets.red } };
  expect(gaps({ policy: { clocks: [{ ...clocks[0]!, byNeed }] } })).toHaveLength(12);
});
