import { describe, expect, test } from '@jest/globals';
import type { CaseView } from '../../../cli/scenario/case-view.ts';
import { checkStep, type Observed } from '../../../cli/scenario/check.ts';
import type { Expect } from '../../../cli/scenario/format.ts';

const CLAIM = { id: 'claim-1', status: 'met', breach: null };

function view(over: Partial<CaseView> = {}): CaseView {
  return {
    etag: '"2"',
    case: { status: 'contacting', owner: 'worker-1' },
    clocks: { 'claim-1': CLAIM },
    alerts: [],
    timeline: [{ type: 'opened' }, { type: 'claimed' }],
    ...over,
  };
}

function differing(expected: Expect, over: Partial<Observed> = {}): readonly string[] {
  const reply = { status: 200, etag: '"2"', body: { revision: 2 } };
  const observed: Observed = { reply, before: view({ etag: '"1"' }), after: view(), events: [{ type: 'claimed', owner: 'worker-1' }], ...over };
  return checkStep(expected, observed, { now: 0, personId: (label) => `${label}-1` }).map((difference) => difference.path);
}

describe('what a step expects', () => {
  test('holds when everything is so', () => {
    const expected: Expect = {
      status: 200,
      answer: { revision: 2 },
      etag: 'changed',
      case: { owner: '@worker' },
      clocks: { 'claim-1': { status: 'met', breach: null }, 'nextAttempt-1': null },
      events: [{ type: 'claimed', owner: '@worker' }],
      timeline: { $length: 2 },
      alerts: [],
    };
    expect(differing(expected)).toEqual([]);
  });

  test.each<[Expect, string]>([
    [{ status: 201 }, '/status'],
    [{ answer: { revision: 3 } }, '/answer/revision'],
    [{ etag: 'unchanged' }, '/etag'],
    [{ case: { owner: '@colleague' } }, '/case/owner'],
    [{ clocks: { 'claim-1': { status: 'running' } } }, '/clocks/claim-1/status'],
    [{ clocks: { 'claim-1': null } }, '/clocks/claim-1'],
    [{ clocks: { 'claim-2': {} } }, '/clocks/claim-2'],
    [{ events: [] }, '/events'],
    [{ events: ['released'] }, '/events/0/type'],
    [{ events: ['claimed', 'closed'] }, '/events'],
    [{ timeline: { $length: 3 } }, '/timeline'],
    [{ alerts: [{ alert: 1 }] }, '/alerts'],
    [{ problem: { code: 'case_changed' } }, '/problem'],
  ])('%j differs at %s', (expected, path) => {
    expect(differing(expected)).toEqual([path]);
  });

  test('takes a refusal nobody expected for a difference, and reads the one expected', () => {
    const reply = { status: 409, etag: null, body: { code: 'command_not_allowed', allowed: ['claim'] } };
    expect(differing({}, { reply })).toEqual(['/status']);
    expect(differing({ problem: { code: 'command_not_allowed', allowed: ['claim'] } }, { reply })).toEqual([]);
    expect(differing({ status: 409, problem: { code: 'case_changed' } }, { reply })).toEqual(['/problem/code']);
  });
});
