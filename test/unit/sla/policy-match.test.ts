import { expect, jest, test } from '@jest/globals';
import { DEFAULT_POLICY } from '../../../domain/sla/default-policy.ts';
import { comparePolicies } from '../../../domain/sla/policy-diff.ts';
import { inForceAt, pickPolicy, type CaseFacts, type PublishedPolicy } from '../../../domain/sla/policy-match.ts';
import type { Policy, PolicyScope } from '../../../domain/sla/policy.ts';
import { isEqual, sameRulebook } from '../../../domain/sla/rulebook.ts';
import { OTHER_RULEBOOK, TEST_RULEBOOK } from '../../support/rulebook.ts';

jest.setTimeout(10_000);

const FACTS: CaseFacts = { territory: '6', primaryNeed: 'VIOLENCE', urgency: 'red' };

function published(id: string, version: number, validFrom: number, appliesTo?: PolicyScope, retiredAt: number | null = null): PublishedPolicy {
  return { policy: { ...DEFAULT_POLICY, id, version, ...(appliesTo === undefined ? {} : { appliesTo }) }, validFrom, retiredAt };
}

const label = (one: PublishedPolicy | null) => (one === null ? null : `${one.policy.id}@${one.policy.version}`);
const labels = (list: readonly PublishedPolicy[]) => list.map(label);
const pick = (list: readonly PublishedPolicy[], facts: Partial<CaseFacts> = {}) => label(pickPolicy(list, { ...FACTS, ...facts }));

test('of each policy the version whose time came last is in force', () => {
  const all = [published('city', 1, 10), published('city', 2, 20), published('city', 3, 30), published('other', 1, 25)];
  expect(labels(inForceAt(all, 9))).toEqual([]);
  expect(labels(inForceAt(all, 20))).toEqual(['city@2']);
  expect(labels(inForceAt(all, 29))).toEqual(['city@2', 'other@1']);
  expect(labels(inForceAt(all, 30))).toEqual(['city@3', 'other@1']);
});

test('a retired version gives way to the one before it', () => {
  const all = [published('city', 1, 10), published('city', 2, 20, undefined, 40)];
  expect([39, 40].map((at) => labels(inForceAt(all, at)))).toEqual([['city@2'], ['city@1']]);
});

test('two versions valid from the same instant: the later one', () => {
  expect(labels(inForceAt([published('city', 2, 10), published('city', 1, 10)], 10))).toEqual(['city@2']);
});

test('the most specific policy wins: more dimensions, then territory before need before urgency', () => {
  const everybody = published('everybody', 1, 0);
  const red = published('red', 1, 0, { urgencies: ['red'] });
  const violence = published('violence', 1, 0, { needs: ['VIOLENCE'] });
  const six = published('six', 1, 0, { territories: ['6', '7'] });
  const redViolence = published('red-violence', 1, 0, { needs: ['VIOLENCE'], urgencies: ['red'] });
  expect(pick([everybody])).toBe('everybody@1');
  expect(pick([everybody, red])).toBe('red@1');
  expect(pick([red, violence])).toBe('violence@1');
  expect(pick([violence, six, red])).toBe('six@1');
  expect(pick([six, redViolence])).toBe('red-violence@1');
  expect(pick([everybody, red, violence, six, redViolence], { territory: '3', primaryNeed: 'ISOLATION', urgency: 'green' })).toBe('everybody@1');
});

test('of two as specific the later one wins, then the id, whatever their order', () => {
  const [a, b, later] = [published('a', 1, 10), published('b', 1, 10), published('c', 1, 20)];
  for (const list of [
    [a, b, later],
    [later, b, a],
  ])
    expect(pick(list)).toBe('c@1');
  expect([pick([a, b]), pick([b, a])]).toEqual(['a@1', 'a@1']);
});

test('a case no policy applies to has none', () => {
  expect(pick([])).toBeNull();
  expect(pick([published('six', 1, 0, { territories: ['6'] })], { territory: 'CENTRAL' })).toBeNull();
});

test('two rulebooks are the same by content, whatever the order of their fields', () => {
  const { policy, calendars, calendarOf } = TEST_RULEBOOK;
  const { clocks, ...rest } = policy;
  expect(sameRulebook(TEST_RULEBOOK, { calendarOf, calendars, policy: { clocks, ...rest } })).toBe(true);
  expect(sameRulebook(TEST_RULEBOOK, OTHER_RULEBOOK)).toBe(false);
  expect(sameRulebook(TEST_RULEBOOK, { ...TEST_RULEBOOK, calendarOf: { '*': 'another' } })).toBe(false);
  expect(isEqual({ a: [1, { b: undefined }] }, { a: [1, {}] })).toBe(true);
  expect(isEqual([1], { 0: 1 })).toBe(false);
  expect(isEqual({ a: undefined, b: 1 }, { a: 1 })).toBe(false);
});

test('a comparison names every promise that differs, and nothing else', () => {
  expect(comparePolicies(DEFAULT_POLICY, { ...DEFAULT_POLICY, version: 2 })).toEqual([]);
  const claim = DEFAULT_POLICY.clocks.find((clock) => clock.name === 'claim')!;
  const { red, yellow } = claim.targets;
  const budget = { unit: 'wall', ms: 60_000 } as const;
  const other: Policy = {
    ...DEFAULT_POLICY,
    appliesTo: { territories: ['6'] },
    maximumPauseDays: 10,
    clocks: DEFAULT_POLICY.clocks.map((clock) =>
      clock.name !== 'claim'
        ? clock
        : { ...clock, targets: { ...clock.targets, red: { ...red!, budget }, green: null }, byNeed: { VIOLENCE: { yellow: red } } },
    ),
  };
  const compared = comparePolicies(DEFAULT_POLICY, other);
  expect(compared.map(({ field, clock, urgency, need }) => [field, clock, urgency, need])).toEqual([
    ['budget', 'claim', 'red', null],
    ['promise', 'claim', 'green', null],
    ['budget', 'claim', 'red', 'VIOLENCE'],
    ['budget', 'claim', 'yellow', 'VIOLENCE'],
    ...(isEqual(red!.warnings, yellow!.warnings) ? [] : [['warnings', 'claim', 'yellow', 'VIOLENCE']]),
    ...(isEqual(red!.ladder, yellow!.ladder) ? [] : [['ladder', 'claim', 'yellow', 'VIOLENCE']]),
    ['promise', 'claim', 'green', 'VIOLENCE'],
    ['appliesTo', null, null, null],
    ['maximumPauseDays', null, null, null],
  ]);
  expect(compared[0]).toMatchObject({ before: red!.budget, after: budget });
  expect(compared[1]).toMatchObject({ after: null });
});
