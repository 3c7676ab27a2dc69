import { describe, expect, test } from '@jest/globals';
import { differences, matches, type MatchContext } from '../../../cli/scenario/match.ts';

const NOW = Date.parse('2026-11-23T10:00:00.000Z');
const context: MatchContext = { now: NOW, personId: (label) => `${label}-id` };
const iso = (at: number): string => new Date(at).toISOString();

describe('matching what was observed', () => {
  test('asserts every expected field and ignores the others', () => {
    expect(differences({ status: 'closed', hop: 1 }, { status: 'closed', hop: 1, owner: null }, context)).toEqual([]);
    expect(differences({ status: 'closed', hop: 2 }, { status: 'closed', hop: 1 }, context)).toEqual([{ path: '/hop', expected: 2, actual: 1 }]);
  });

  test('takes a missing field for a difference, null for a value', () => {
    expect(differences({ outcome: null }, { outcome: null }, context)).toEqual([]);
    expect(differences({ outcome: null }, {}, context)).toEqual([{ path: '/outcome', expected: null, actual: undefined }]);
    expect(matches({ a: { b: 1 } }, { a: null }, context)).toBe(false);
  });

  test('compares lists element by element and in length', () => {
    expect(matches(['a', { n: 1 }], ['a', { n: 1, m: 2 }], context)).toBe(true);
    expect(matches(['a'], ['a', 'b'], context)).toBe(false);
    expect(matches([], null, context)).toBe(false);
  });

  test('knows people by their label', () => {
    expect(matches({ owner: '@worker' }, { owner: 'worker-id' }, context)).toBe(true);
    expect(matches({ owner: '@worker' }, { owner: 'colleague-id' }, context)).toBe(false);
  });
});

describe('operators', () => {
  test.each([
    [{ $absent: true }, undefined, 1],
    [{ $any: true }, 'x', null],
    [{ $oneOf: ['a', 'b'] }, 'b', 'c'],
    [{ $not: 'a' }, 'b', 'a'],
    [{ $gte: 2, $lte: 4 }, 3, 5],
    [{ $length: 2 }, [1, 2], [1]],
    [{ $length: { $gte: 1 } }, [1, 2], []],
    [{ $match: '^case-' }, 'case-1', 'xcase-1'],
    [{ $contains: [{ n: 2 }] }, [{ n: 1 }, { n: 2 }], [{ n: 1 }]],
    [{ $sequence: ['a', 'c'] }, ['a', 'b', 'c'], ['c', 'b', 'a']],
    [{ $in: '3s' }, iso(NOW + 4_000), iso(NOW + 6_000)],
    [{ $in: '3s', $within: '100ms' }, NOW + 3_050, NOW + 4_000],
    [{ $ago: '1m' }, iso(NOW - 60_000), iso(NOW)],
  ])('%j tells %j from %j', (expected, good, bad) => {
    expect(matches(expected, good, context)).toBe(true);
    expect(matches(expected, bad, context)).toBe(false);
  });

  test('$after measures from a field beside it, exactly unless told otherwise', () => {
    const expected = { dueAt: { $after: 'startedAt', $plus: '2s' } };
    expect(matches(expected, { startedAt: iso(NOW), dueAt: iso(NOW + 2_000) }, context)).toBe(true);
    expect(matches(expected, { startedAt: iso(NOW), dueAt: iso(NOW + 2_001) }, context)).toBe(false);
    expect(matches({ dueAt: { $after: 'startedAt', $plus: '2s', $within: '5ms' } }, { startedAt: NOW, dueAt: NOW + 2_001 }, context)).toBe(true);
    expect(matches(expected, { dueAt: iso(NOW) }, context)).toBe(false);
  });

  test('never match what is not there', () => {
    for (const operator of [{ $gte: 0 }, { $lte: 9 }, { $match: '.' }, { $contains: [] }, { $sequence: [] }, { $in: '0s' }]) {
      expect(matches(operator, undefined, context)).toBe(false);
    }
  });
});
