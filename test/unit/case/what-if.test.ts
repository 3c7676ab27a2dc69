import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { deriveClocks } from '../../../domain/case/clocks.ts';
import { whatIf, type Supposed, type Supposition } from '../../../domain/case/what-if.ts';
import { URGENCIES } from '../../../domain/sla/policy.ts';
import { CaseUnderTest, COORDINATOR } from '../../support/case-builder.ts';
import { play, run } from '../../support/random-case.ts';
import { DAY, HOUR, MINUTE, MONDAY_9, SERVICE, TEST_RULEBOOK } from '../../support/rulebook.ts';

jest.setTimeout(120_000);

/** Municipio 4 opens at ten. */
const LATER = { ...SERVICE, id: 'later', version: 'later-1', weekly: SERVICE.weekly.map((hours) => hours.map(() => [10 * 3600, 18 * 3600] as const)) };
const RULEBOOK = {
  ...TEST_RULEBOOK,
  calendars: { ...TEST_RULEBOOK.calendars, [LATER.version]: LATER },
  calendarOf: { ...TEST_RULEBOOK.calendarOf, 4: LATER.version },
};

const suppose = (subject: CaseUnderTest, supposition: Supposition) => whatIf(subject.state, supposition, COORDINATOR, subject.at);

function supposed(subject: CaseUnderTest, supposition: Supposition): Supposed {
  const result = suppose(subject, supposition);
  if ('code' in result) throw new Error(result.code);
  return result;
}

const find = ({ clocks }: Supposed, id: string) => clocks.find((clock) => clock.id === id);

describe('what if', () => {
  test('it were red: shorter promises, a supervisor who must look, and who would be told at once', () => {
    const subject = new CaseUnderTest().after(10 * MINUTE);
    const result = supposed(subject, { urgency: 'red' });
    expect(find(result, 'claim-1')).toMatchObject({ before: { dueAt: MONDAY_9 + 4 * HOUR }, after: { dueAt: MONDAY_9 + 30 * MINUTE }, movedByMs: -3.5 * HOUR });
    expect(find(result, 'supervisorSeen-1')).toMatchObject({ before: null, after: { status: 'running' }, movedByMs: null });
    expect(result.alerts).toEqual([{ clock: 'supervisorSeen-1', audience: ['shiftLeader', 'coordinator'] }]);
  });

  test('it moved to another municipio: a full claim there, on that municipio’s hours', () => {
    const subject = new CaseUnderTest({ rulebook: RULEBOOK }).do({ type: 'claim' }).after(8 * HOUR);
    const result = supposed(subject, { municipio: '4' });
    expect(find(result, 'claim-2')).toMatchObject({ before: null, after: { status: 'running', dueAt: MONDAY_9 + DAY + 4 * HOUR } });
  });

  test('it waited for the family: only what waiting stops is moved', () => {
    const subject = new CaseUnderTest().do({ type: 'claim' }).do({ type: 'logAttempt', outcome: 'reached' });
    subject.do({ type: 'disputeCompetence', reason: 'border_address' });
    const result = supposed(subject, { waitingUntil: subject.at + 2 * DAY });
    expect(result.clocks.filter(({ movedByMs }) => movedByMs !== 0).map(({ id, movedByMs }) => [id, movedByMs])).toEqual([['decision-1', 3 * DAY]]);
  });

  test('several things at once, in their order', () => {
    const subject = new CaseUnderTest({ urgency: 'red', redFlags: ['R1'] }).do({ type: 'claim' }).do({ type: 'logAttempt', outcome: 'reached' });
    expect(suppose(subject, { waitingUntil: subject.at + DAY })).toMatchObject({ code: 'command_not_allowed' });
    expect('code' in suppose(subject, { urgency: 'green', waitingUntil: subject.at + DAY })).toBe(false);
  });

  test.each([
    ['the same urgency', { urgency: 'yellow' }, 'urgency_unchanged'],
    ['the same municipio', { municipio: '3' }, 'municipio_is_same'],
    ['a pause that is too long', { waitingUntil: MONDAY_9 + 40 * DAY }, 'pause_too_long'],
    ['a pause that ends in the past', { waitingUntil: MONDAY_9 - 1 }, 'pause_end_in_past'],
  ] as const)('refuses %s with the reason the command would have', (_, supposition, code) => {
    const subject = new CaseUnderTest().do({ type: 'claim' }).do({ type: 'logAttempt', outcome: 'reached' });
    expect(suppose(subject, supposition)).toMatchObject({ code });
  });

  test('nothing can be supposed of a closed case', () => {
    const subject = new CaseUnderTest().do({ type: 'claim' }).do({ type: 'logAttempt', outcome: 'reached' }).do({ type: 'close', outcome: 'informed' });
    for (const supposition of [{ urgency: 'red' }, { municipio: '4' }, { waitingUntil: subject.at + DAY }] as const) {
      expect(suppose(subject, supposition)).toMatchObject({ code: 'command_not_allowed' });
    }
  });

  test('of any case it leaves the state as it was, and says of the urgency what changing it then does', () => {
    fc.assert(
      fc.property(run, fc.constantFrom(...URGENCIES), (given, urgency) => {
        const subject = play(given);
        const before = JSON.stringify(subject.state);
        const result = suppose(subject, { urgency });
        expect(JSON.stringify(subject.state)).toBe(before);
        const outcome = subject.try({ type: 'changeUrgency', urgency, reason: 'new_information' }, COORDINATOR);
        if ('code' in result) return expect(outcome).toMatchObject({ code: result.code });
        const real = new Map(deriveClocks(subject.state).map(({ clock }) => [clock.id, clock]));
        for (const { id, after } of result.clocks) expect(after).toEqual(real.get(id) ?? null);
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });
});
