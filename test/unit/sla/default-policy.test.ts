import { describe, expect, test } from '@jest/globals';
import { milanCalendar } from '../../../activities/calendars/milan-calendar.ts';
import { addSpan } from '../../../domain/sla/business-time.ts';
import { WALL_CLOCK } from '../../../domain/sla/calendar-snapshot.ts';
import { DEFAULT_POLICY } from '../../../domain/sla/default-policy.ts';
import { checkPolicy } from '../../../domain/sla/policy-check.ts';
import { URGENCIES, type ClockName, type Rulebook, type Target, type Urgency } from '../../../domain/sla/policy.ts';
import { scaleRulebook } from '../../../domain/sla/scale-policy.ts';
import { at, HOUR, iso } from '../../support/calendars.ts';

function targetOf(name: ClockName, urgency: Urgency, policy = DEFAULT_POLICY): Target {
  return policy.clocks.find((clock) => clock.name === name)!.targets[urgency]!;
}

describe('the default policy', () => {
  const start = at('2026-12-04T17:00+01:00');

  test.each<[ClockName, Urgency, string]>([
    ['assignment', 'red', '2026-12-04T17:10+01:00'],
    ['assignment', 'yellow', '2026-12-05T09:00+01:00'],
    ['claim', 'red', '2026-12-04T17:30+01:00'],
    ['claim', 'yellow', '2026-12-05T11:00+01:00'],
    ['claim', 'green', '2026-12-05T17:00+01:00'],
    ['firstAttempt', 'red', '2026-12-04T18:00+01:00'],
    ['firstAttempt', 'green', '2026-12-10T17:00+01:00'],
    ['firstContact', 'red', '2026-12-05T17:00+01:00'],
    ['firstContact', 'yellow', '2026-12-12T17:00+01:00'],
    ['nextAttempt', 'red', '2026-12-04T23:00+01:00'],
    ['handover', 'yellow', '2026-12-05T11:00+01:00'],
    ['acknowledgement', 'green', '2026-12-05T11:00+01:00'],
    ['competence', 'red', '2026-12-05T17:00+01:00'],
    ['decision', 'green', '2026-12-18T17:00+01:00'],
    ['review', 'yellow', '2026-12-09T17:00+01:00'],
  ])('%s %s, started on a Friday at 17 before the long weekend of the patron, is due %s', (name, urgency, due) => {
    expect(iso(addSpan(milanCalendar(2026), start, targetOf(name, urgency).budget))).toBe(iso(at(due)));
  });

  test('red never waits for opening hours, except for who is competent', () => {
    const working = DEFAULT_POLICY.clocks.filter((clock) => clock.targets.red !== null && clock.targets.red.budget.unit !== 'wall');
    expect(working.map((clock) => clock.name)).toEqual(['competence']);
  });

  test('only waiting for the family stops a clock, and never one about reaching it', () => {
    expect(DEFAULT_POLICY.clocks.filter((clock) => clock.pausedBy.length > 0).map((clock) => clock.name)).toEqual(['decision', 'followUp', 'resolution']);
  });

  test('tells the supervisors of a red case at once', () => {
    const { budget, ladder } = targetOf('supervisorSeen', 'red');
    const [first, second] = ladder;
    expect(budget).toEqual({ unit: 'wall', ms: HOUR / 12 });
    expect(first).toEqual({ trigger: { kind: 'offset', offset: { unit: 'wall', ms: -HOUR / 12 } }, audience: ['shiftLeader', 'coordinator'] });
    expect(second?.audience).toEqual(['manager', 'onCall']);
  });
});

const CALENDAR = milanCalendar(2026);
const RULEBOOK: Rulebook = { policy: DEFAULT_POLICY, calendars: { [CALENDAR.version]: CALENDAR }, calendarOf: { '*': CALENDAR.version } };

describe('a sped-up rulebook', () => {
  const fast = scaleRulebook(RULEBOOK, 60);

  test('can still be published and runs on wall time alone', () => {
    expect(checkPolicy(fast.policy)).toEqual([]);
    expect(fast.calendars).toEqual({ [WALL_CLOCK.version]: WALL_CLOCK });
    for (const clock of fast.policy.clocks) for (const urgency of URGENCIES) expect(clock.targets[urgency]?.budget.unit ?? 'wall').toBe('wall');
  });

  test.each<[string, ClockName, Urgency, number]>([
    ['wall time', 'claim', 'red', 30_000],
    ['working time', 'claim', 'yellow', 240_000],
    ['business days, ten hours each', 'claim', 'green', 600_000],
  ])('divides %s', (_, name, urgency, ms) => {
    expect(targetOf(name, urgency, fast.policy).budget).toEqual({ unit: 'wall', ms });
  });

  test('divides offsets, gaps and time left, with their sign', () => {
    const warned = { ...targetOf('claim', 'red'), warnings: [{ leftMs: HOUR }, { percent: 80 }] };
    const clocks = DEFAULT_POLICY.clocks.map((clock) => ({ ...clock, byNeed: { VIOLENCE: { red: warned, green: null } } }));
    const { policy } = scaleRulebook({ ...RULEBOOK, policy: { ...DEFAULT_POLICY, clocks } }, 60);
    const red = policy.clocks[0]!.byNeed!['VIOLENCE']!.red!;
    expect(red.warnings).toEqual([{ leftMs: 60_000 }, { percent: 80 }]);
    expect(red.ladder.map((step) => step.trigger)).toEqual([
      { kind: 'offset', offset: { unit: 'wall', ms: -15_000 } },
      { kind: 'offset', offset: { unit: 'wall', ms: 0 } },
    ]);
    expect(policy.clocks[0]!.byNeed!['VIOLENCE']!.green).toBeNull();
    expect(policy.attempts.green).toEqual({ exhaustedAfter: 3, minimumGap: { unit: 'wall', ms: 600_000 } });
  });

  test('leaves the limits of conduct alone, and nothing shorter than a second', () => {
    const { reopenWindowMs, backdateMs, maximumPauseDays } = DEFAULT_POLICY;
    expect(fast.policy).toMatchObject({ reopenWindowMs, backdateMs, maximumPauseDays });
    expect(targetOf('supervisorSeen', 'red', scaleRulebook(fast, 1_000_000).policy).budget).toEqual({ unit: 'wall', ms: 1_000 });
    expect(scaleRulebook(fast, 1)).toBe(fast);
  });
});
