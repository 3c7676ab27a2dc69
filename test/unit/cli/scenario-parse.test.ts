import { describe, expect, test } from '@jest/globals';
import { parseScenario, ScenarioInvalid } from '../../../cli/scenario/parse.ts';

const CALL = { municipio: 6, primary_category: 'ISOLATION', urgency: 'green' };

function faultsOf(scenario: unknown): readonly string[] {
  try {
    parseScenario('a.json', typeof scenario === 'string' ? scenario : JSON.stringify(scenario));
  } catch (error) {
    if (error instanceof ScenarioInvalid) return error.faults;
    throw error;
  }
  return [];
}

describe('reading a scenario', () => {
  test('accepts a call written out', () => {
    const scenario = parseScenario('a.json', JSON.stringify({ title: 'A', call: CALL, steps: [{ as: 'worker', do: 'claim' }] }));
    expect(scenario).toMatchObject({ file: 'a.json', title: 'A', call: CALL });
  });

  test('accepts an entry of a file of calls as it is and reads what is expected of it', () => {
    const entry = { id: 'S11', caller_words_it: '...', address: 'x', expected: { ...CALL, level: 'second', resources: [], safe_contact: null }, notes: null };
    expect(parseScenario('a.json', JSON.stringify({ title: 'A', call: entry, steps: [] })).call).toMatchObject(CALL);
  });

  test('says every fault at once, each with its place', () => {
    const faults = faultsOf({
      title: 'A',
      call: { ...CALL, urgency: 'blue' },
      steps: [
        { as: 'worker', do: 'clame' },
        { as: 'worker', do: 'claim', wiht: {} },
      ],
      extra: 1,
    });
    expect(faults).toEqual([
      expect.stringContaining('/: unknown field extra'),
      expect.stringMatching(/^\/steps\/0\/do: must be one of .*claim/),
      expect.stringContaining('/steps/1: unknown field wiht'),
      expect.stringMatching(/^\/call\/urgency: must be one of red,yellow,green/),
    ]);
  });

  test.each([
    ['{', 'not JSON'],
    [{ title: 'A', steps: [] }, '/: missing call'],
    [{ title: 'A', call: CALL, steps: [{ do: 'claim' }] }, '"do" needs "as"'],
    [{ title: 'A', call: CALL, steps: [{}] }, 'nothing to do'],
    [{ title: 'A', call: CALL, steps: [{ as: 'worker', do: 'claim', wait: { seconds: 1 } }] }, 'one of "do", "wait" and "repeat"'],
    [{ title: 'A', call: CALL, steps: [{ wait: { seconds: 1, event: 'claimed' } }] }, 'either "seconds" or "event"'],
    [{ title: 'A', call: CALL, steps: [{ expect: { status: 200 } }] }, 'only a command has a status'],
    [{ title: 'A', call: CALL, steps: [{ expect: { case: { owner: { $equal: 1 } } } }] }, 'unknown operator $equal'],
    [{ title: 'A', call: CALL, steps: [{ as: 'wroker', do: 'claim' }] }, '/steps/0/as: nobody is called "wroker"'],
    [{ title: 'A', call: CALL, steps: [{ expect: { case: { owner: '@bob' } } }] }, 'nobody is called "bob"'],
    [{ title: 'A', call: CALL, steps: [], policy: { clocks: { claims: {} } } }, 'unknown field claims'],
    [{ title: 'A', call: CALL, steps: [], policy: { clocks: { claim: { budget: '2s' } } } }, '/policy/clocks/claim'],
  ])('refuses %j', (scenario, fault) => {
    expect(faultsOf(scenario).join('\n')).toContain(fault);
  });
});
