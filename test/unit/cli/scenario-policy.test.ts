import { describe, expect, test } from '@jest/globals';
import { scenarioPolicy } from '../../../cli/scenario/policy.ts';
import { checkPolicy } from '../../../domain/sla/policy-check.ts';
import type { ClockName, Target, Urgency } from '../../../domain/sla/policy.ts';

function targetOf(named: Parameters<typeof scenarioPolicy>[1], clock: ClockName, urgency: Urgency): Target | null | undefined {
  return scenarioPolicy('p', named).clocks.find((definition) => definition.name === clock)?.targets[urgency];
}

describe('the policy of a scenario', () => {
  test('is the default on wall time where nothing is named', () => {
    const policy = scenarioPolicy('p', {});
    const units = policy.clocks.flatMap((clock) => Object.values(clock.targets).map((target) => target?.budget.unit ?? 'wall'));
    expect(new Set(units)).toEqual(new Set(['wall']));
    expect(checkPolicy(policy)).toEqual([]);
    expect(targetOf({}, 'firstContact', 'yellow')?.budget).toEqual({ unit: 'wall', ms: 5 * 86_400_000 });
  });

  test('replaces budget, warnings and ladder in seconds, at every urgency', () => {
    const named = {
      clocks: {
        claim: {
          budget: 2,
          warnings: [50],
          ladder: [
            { after: 0, tell: ['coordinator' as const] },
            { unacknowledged: true as const, tell: ['manager' as const] },
          ],
        },
      },
    };
    for (const urgency of ['red', 'yellow', 'green'] as const) {
      expect(targetOf(named, 'claim', urgency)).toEqual({
        budget: { unit: 'wall', ms: 2_000 },
        warnings: [{ percent: 50 }],
        ladder: [
          { trigger: { kind: 'offset', offset: { unit: 'wall', ms: 0 } }, audience: ['coordinator'] },
          { trigger: { kind: 'unacknowledged' }, audience: ['manager'] },
        ],
      });
    }
  });

  test('names one urgency and leaves the others as they are', () => {
    const named = { clocks: { firstContact: { red: { budget: 3 } } } };
    expect(targetOf(named, 'firstContact', 'red')?.budget).toEqual({ unit: 'wall', ms: 3_000 });
    expect(targetOf(named, 'firstContact', 'green')).toEqual(targetOf({}, 'firstContact', 'green'));
  });

  test('promises nothing for null, and something for a clock the default leaves out', () => {
    expect(targetOf({ clocks: { nextAttempt: null } }, 'nextAttempt', 'green')).toBeNull();
    expect(targetOf({ clocks: { resolution: { budget: 9 } } }, 'resolution', 'green')).toEqual({
      budget: { unit: 'wall', ms: 9_000 },
      warnings: [],
      ladder: [],
    });
    expect(targetOf({}, 'resolution', 'green')).toBeNull();
  });

  test('sets gaps and windows in seconds', () => {
    const policy = scenarioPolicy('p', { attempts: { exhaustedAfter: 3, minimumGap: 1 }, reopenWindow: 60, authorCorrection: 2 });
    expect(policy.attempts.green).toEqual({ exhaustedAfter: 3, minimumGap: { unit: 'wall', ms: 1_000 } });
    expect(policy).toMatchObject({ reopenWindowMs: 60_000, authorCorrectionMs: 2_000, backdateMs: 72 * 3_600_000 });
  });
});
