import { describe, expect, test } from '@jest/globals';
import { DEFAULT_POLICY } from '../../../domain/sla/default-policy.ts';
import { checkPolicy } from '../../../domain/sla/policy-check.ts';
import { CLOCK_NAMES, type ClockDefinition, type ClockName, type Policy, type Span, type Target } from '../../../domain/sla/policy.ts';

const indexOf = (name: ClockName): number => DEFAULT_POLICY.clocks.findIndex((clock) => clock.name === name);

/** The default policy with one clock changed. */
function withClock(name: ClockName, change: (clock: ClockDefinition) => ClockDefinition): Policy {
  return { ...DEFAULT_POLICY, clocks: DEFAULT_POLICY.clocks.map((clock) => (clock.name === name ? change(clock) : clock)) };
}

/** The default policy with the red target of `claim` changed. */
function withClaim(change: Partial<Target>): Policy {
  return withClock('claim', (clock) => ({ ...clock, targets: { ...clock.targets, red: { ...clock.targets.red!, ...change } } }));
}

/** The default policy with another red review. */
function withReview(budget: Span): Policy {
  return withClock('review', (clock) => ({ ...clock, targets: { ...clock.targets, red: { ...clock.targets.red!, budget } } }));
}

const review = `/clocks/${indexOf('review')}/targets/red/budget`;
const claim = `/clocks/${indexOf('claim')}/targets/red`;

test('the default policy can be published', () => {
  expect(checkPolicy(DEFAULT_POLICY)).toEqual([]);
  expect(DEFAULT_POLICY.clocks.map((clock) => clock.name).sort()).toEqual([...CLOCK_NAMES].sort());
});

test('the default policy survives travelling as JSON', () => {
  expect(JSON.parse(JSON.stringify(DEFAULT_POLICY))).toEqual(DEFAULT_POLICY);
});

test.each([
  ['a budget of nothing', withClaim({ budget: { unit: 'wall', ms: 0 } }), 'budget_not_positive', `${claim}/budget/ms`],
  ['a budget of no days', withClaim({ budget: { unit: 'businessDays', days: -1 } }), 'budget_not_positive', `${claim}/budget/days`],
  ['a budget that is no number', withClaim({ budget: { unit: 'working', ms: Number.NaN } }), 'budget_not_positive', `${claim}/budget/ms`],
  ['half a business day', withClaim({ budget: { unit: 'businessDays', days: 0.5 } }), 'span_not_whole', `${claim}/budget/days`],
  ['ten years', withClaim({ budget: { unit: 'businessDays', days: 3_653 } }), 'span_too_long', `${claim}/budget/days`],
  ['a warning at the end', withClaim({ warnings: [{ percent: 50 }, { percent: 100 }] }), 'percent_out_of_range', `${claim}/warnings/1/percent`],
  ['a warning with nothing left', withClaim({ warnings: [{ leftMs: 0 }] }), 'warning_not_positive', `${claim}/warnings/0/leftMs`],
  [
    'a ladder that waits for an alert nobody gave',
    withClaim({ ladder: [{ trigger: { kind: 'unacknowledged' }, audience: ['manager'] }] }),
    'ladder_starts_unacknowledged',
    `${claim}/ladder/0/trigger`,
  ],
  [
    'a step years before the deadline',
    withClaim({ ladder: [{ trigger: { kind: 'offset', offset: { unit: 'wall', ms: -4e11 } }, audience: ['manager'] }] }),
    'span_too_long',
    `${claim}/ladder/0/trigger/offset/ms`,
  ],
  [
    'an open case without any alarm',
    withClock('review', (clock) => ({ ...clock, targets: { ...clock.targets, green: null } })),
    'target_missing',
    `/clocks/${indexOf('review')}/targets/green`,
  ],
  [
    'a target for a need that promises nothing',
    withClock('acknowledgement', (clock) => ({ ...clock, byNeed: { 'A/B~C': { red: null } } })),
    'target_missing',
    `/clocks/${indexOf('acknowledgement')}/byNeed/A~1B~0C/red`,
  ],
  ['a review every millisecond', withReview({ unit: 'wall', ms: 999 }), 'review_too_short', `${review}/ms`],
  ['a review once a year', withReview({ unit: 'working', ms: 92 * 86_400_000 + 1 }), 'review_too_long', `${review}/ms`],
  ['a review every hundred business days', withReview({ unit: 'businessDays', days: 93 }), 'review_too_long', `${review}/days`],
  [
    'no attempt at all',
    { ...DEFAULT_POLICY, attempts: { ...DEFAULT_POLICY.attempts, green: { ...DEFAULT_POLICY.attempts.green, exhaustedAfter: 0 } } },
    'attempts_not_positive',
    '/attempts/green/exhaustedAfter',
  ],
])('%s is refused where it stands', (_, policy, code, pointer) => {
  expect(checkPolicy(policy)).toEqual([{ code, pointer }]);
});

test('a review a second long, or a business day, is as good as another', () => {
  expect(checkPolicy(withReview({ unit: 'wall', ms: 1_000 }))).toEqual([]);
  expect(checkPolicy(withReview({ unit: 'businessDays', days: 1 }))).toEqual([]);
});

test('every clock is defined once', () => {
  const [first, ...others] = DEFAULT_POLICY.clocks;
  expect(checkPolicy({ ...DEFAULT_POLICY, clocks: others })).toEqual([{ code: 'clock_missing', pointer: '/clocks', detail: first!.name }]);
  expect(checkPolicy({ ...DEFAULT_POLICY, clocks: [...DEFAULT_POLICY.clocks, first!] })).toEqual([
    { code: 'clock_duplicate', pointer: `/clocks/${CLOCK_NAMES.length}/name`, detail: first!.name },
  ]);
});

describe('what a policy names of the installation', () => {
  const context = { territories: ['1', '6', 'CENTRAL'], needs: ['ISOLATION', 'VIOLENCE'] };
  const check = (change: Partial<Policy>) => checkPolicy({ ...DEFAULT_POLICY, ...change }, context);

  test('is looked up', () => {
    expect(check({ appliesTo: { territories: ['6'], needs: ['VIOLENCE'], urgencies: ['red'] } })).toEqual([]);
    expect(check({ appliesTo: { territories: ['6', '12'] } })).toEqual([{ code: 'territory_unknown', pointer: '/appliesTo/territories/1', detail: '12' }]);
    expect(check({ appliesTo: { needs: ['LONELY'] } })).toEqual([{ code: 'need_unknown', pointer: '/appliesTo/needs/0', detail: 'LONELY' }]);
    const clocks = DEFAULT_POLICY.clocks.map((clock, index) => (index === 0 ? { ...clock, byNeed: { LONELY: { red: null } } } : clock));
    expect(check({ clocks })).toEqual([{ code: 'need_unknown', pointer: '/clocks/0/byNeed/LONELY', detail: 'LONELY' }]);
  });

  test('must leave some case to apply to', () => {
    expect(check({ appliesTo: { territories: [], urgencies: [] } })).toEqual([
      { code: 'applies_to_nothing', pointer: '/appliesTo/territories' },
      { code: 'applies_to_nothing', pointer: '/appliesTo/urgencies' },
    ]);
  });

  test('may not take the name of no policy at all', () => {
    expect(check({ id: 'none' })).toEqual([{ code: 'id_reserved', pointer: '/id', detail: 'none' }]);
  });
});
