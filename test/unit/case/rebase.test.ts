import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { deriveClocks } from '../../../domain/case/clocks.ts';
import { SYSTEM, type Command } from '../../../domain/case/commands.ts';
import type { EventOf } from '../../../domain/case/events.ts';
import { evolve } from '../../../domain/case/evolve.ts';
import { factsOf, movedClocks } from '../../../domain/case/rebase.ts';
import { isOpen, type CaseState } from '../../../domain/case/state.ts';
import { elapse } from '../../../domain/case/tick.ts';
import { consumedAt } from '../../../domain/sla/clock.ts';
import { NO_POLICY } from '../../../domain/sla/no-policy.ts';
import { horizonOf } from '../../../domain/sla/rulebook.ts';
import type { ClockName, Rulebook, Span } from '../../../domain/sla/policy.ts';
import { CaseUnderTest, WORKER } from '../../support/case-builder.ts';
import { clockOf } from '../../support/clock-of.ts';
import { play, run } from '../../support/random-case.ts';
import { DAY, HOUR, OTHER_RULEBOOK, SERVICE, TEST_POLICY, TEST_RULEBOOK, WALL_RULEBOOK } from '../../support/rulebook.ts';

jest.setTimeout(60_000);

const RUNS = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 60) };

/** The wall-time rulebook with other budgets for one clock. */
function withBudget(name: ClockName, budget: Span): Rulebook {
  const clocks = TEST_POLICY.clocks.map((clock) => {
    if (clock.name !== name) return clock;
    const { red, yellow, green } = clock.targets;
    return { ...clock, targets: { red: { ...red!, budget }, yellow: { ...yellow!, budget }, green: { ...green!, budget } } };
  });
  return { ...WALL_RULEBOOK, policy: { ...TEST_POLICY, version: 2, clocks } };
}

const rebaseTo = (rulebook: Rulebook): Command => ({ type: 'rebase', reason: 'policy_published', rulebook });
const working = (hours: number): Span => ({ unit: 'working', ms: hours * HOUR });
const rebasedIn = (subject: CaseUnderTest) =>
  subject.revisions.flatMap(({ events }) => events.filter((event): event is EventOf<'rebased'> => event.type === 'rebased'));

describe('a rebase', () => {
  test('counts the time used up before it, and says which promises it moved', () => {
    const subject = new CaseUnderTest({ rulebook: WALL_RULEBOOK });
    const due = clockOf(subject.state, 'claim-1').dueAt!;
    subject.after(HOUR).do(rebaseTo(withBudget('claim', working(6))), SYSTEM);
    expect(clockOf(subject.state, 'claim-1').dueAt).toBe(due + 2 * HOUR);
    expect(rebasedIn(subject).map(({ moved }) => moved)).toEqual([[{ clock: 'claim-1', name: 'claim', before: due, after: due + 2 * HOUR }]]);
  });

  test('keeps a pause that is open at its instant', () => {
    const subject = new CaseUnderTest({ rulebook: WALL_RULEBOOK }).do({ type: 'claim' }).do({ type: 'logAttempt', outcome: 'reached' });
    subject.after(HOUR).do({ type: 'pause', reason: 'WAITING_FAMILY', until: subject.at + 2 * DAY });
    const due = clockOf(subject.state, 'decision-1').dueAt!;
    subject.after(DAY).do(rebaseTo(withBudget('decision', { unit: 'businessDays', days: 6 })), SYSTEM);
    expect(clockOf(subject.state, 'decision-1')).toMatchObject({ dueAt: due + DAY, paused: true });
    subject.do({ type: 'resume' });
    expect(clockOf(subject.state, 'decision-1')).toMatchObject({ dueAt: due, paused: false });
  });

  test('that uses up a promise breaches it at once, with the instant it was due', () => {
    const subject = new CaseUnderTest({ rulebook: WALL_RULEBOOK });
    const openedAt = subject.at;
    subject.after(3 * HOUR).do(rebaseTo(withBudget('claim', working(2))), SYSTEM);
    expect(clockOf(subject.state, 'claim-1').breach).toEqual({
      dueAt: openedAt + 2 * HOUR,
      detectedAt: openedAt + 3 * HOUR,
      municipio: '3',
      urgency: 'yellow',
      recordedLate: false,
    });
  });

  test('to the rulebook in force changes nothing and is not recorded', () => {
    const subject = new CaseUnderTest();
    expect(subject.try(rebaseTo(JSON.parse(JSON.stringify(TEST_RULEBOOK)) as Rulebook), SYSTEM)).toEqual([]);
    expect(subject.state.revision).toBe(1);
  });

  test('by the system answers no review and moves no ETag; a batch is named in the event', () => {
    const subject = new CaseUnderTest({ rulebook: { ...WALL_RULEBOOK, policy: NO_POLICY } });
    const [review] = deriveClocks(subject.state);
    subject
      .after(HOUR / 2)
      .do({ type: 'rebase', reason: 'horizon', rulebook: { ...WALL_RULEBOOK, policy: { ...NO_POLICY, version: 1 } }, batch: 'b-1' }, SYSTEM);
    expect(clockOf(subject.state, review!.clock.id)).toEqual(review!.clock);
    expect(subject.state).toMatchObject({ revision: 2, humanRevision: 1 });
    expect(rebasedIn(subject)).toMatchObject([{ batch: 'b-1', reason: 'horizon', moved: [] }]);
  });

  test('of a closed case is refused', () => {
    const subject = new CaseUnderTest().do({ type: 'claim' }).do({ type: 'close', outcome: 'opened_in_error' });
    expect(subject.refused(rebaseTo(OTHER_RULEBOOK), SYSTEM)).toBe('command_not_allowed');
  });

  test('gives a case without a policy its promises, counted from then on: time without a promise is not counted', () => {
    const bare = new CaseUnderTest({ rulebook: { ...WALL_RULEBOOK, policy: NO_POLICY } });
    expect(deriveClocks(bare.state).map(({ clock }) => clock.name)).toEqual(['review']);
    const opened = bare.at;
    bare.after(HOUR / 2).do(rebaseTo(WALL_RULEBOOK), SYSTEM);
    expect(clockOf(bare.state, 'claim-1')).toMatchObject({ status: 'running', startedAt: opened + HOUR / 2 });
    expect(deriveClocks(bare.state).some(({ clock }) => clock.name === 'review')).toBe(false);
  });
});

describe('over random lives', () => {
  const rebased = (state: CaseState, rulebook: Rulebook, at: number) => {
    const passed = elapse(state, at).state;
    return { before: passed, after: evolve(passed, { type: 'rebased', reason: 'horizon', rulebook, at: passed.asOf, actor: { ...SYSTEM } }) };
  };
  const latest = ({ rulebooks }: CaseState): Rulebook => rulebooks[rulebooks.length - 1]!;

  test('a rebase to the same promises moves nothing', () => {
    fc.assert(
      fc.property(run, fc.integer({ min: 0, max: 3 * DAY }), (given, later) => {
        const { state, at } = play(given);
        if (!isOpen(state)) return;
        const current = latest(state);
        const { before, after } = rebased(state, { ...current, policy: { ...current.policy, version: 99 } }, at + later);
        expect(movedClocks(before, after)).toEqual([]);
      }),
      RUNS,
    );
  });

  test('a rebase keeps the time consumed, the pauses and what was already recorded of every running promise', () => {
    fc.assert(
      fc.property(run, fc.integer({ min: 0, max: 3 * DAY }), fc.constantFrom(TEST_RULEBOOK, OTHER_RULEBOOK, WALL_RULEBOOK), (given, later, rulebook) => {
        const { state, at } = play(given);
        if (!isOpen(state)) return;
        const { before, after } = rebased(state, rulebook, at + later);
        const earlier = new Map(deriveClocks(before).map((derived) => [derived.clock.id, derived]));
        expect(after.pauses).toEqual(before.pauses);
        for (const { clock, course } of deriveClocks(after)) {
          const old = earlier.get(clock.id);
          if (old === undefined || clock.status !== 'running' || clock.name === 'review') continue;
          expect([clock.id, consumedAt(course, after.asOf)]).toEqual([clock.id, consumedAt(old.course, before.asOf)]);
          expect([clock.startedAt, clock.breach, clock.warned]).toEqual([old.clock.startedAt, old.clock.breach, old.clock.warned]);
        }
      }),
      RUNS,
    );
  });
});

test('a policy looks at the municipio that has the case, the central team while none has', () => {
  const subject = new CaseUnderTest({ assignment: null });
  expect(factsOf(subject.state)).toEqual({ territory: 'CENTRAL', primaryNeed: 'PERINATAL_MENTAL_HEALTH', urgency: 'yellow' });
  expect(factsOf(new CaseUnderTest().do({ type: 'claim' }, WORKER).state).territory).toBe('3');
});

test('the horizon of a rulebook is that of the calendar that ends first', () => {
  const short = { ...SERVICE, version: 'short', until: SERVICE.until - DAY };
  expect(horizonOf({ ...TEST_RULEBOOK, calendars: { [SERVICE.version]: SERVICE, short } })).toBe(SERVICE.until - DAY);
});
