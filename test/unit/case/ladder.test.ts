import { describe, expect, test } from '@jest/globals';
import { DEFAULT_POLICY } from '../../../domain/sla/default-policy.ts';
import type { Audience, LadderStep, Rulebook, Span, Target, WarningRule } from '../../../domain/sla/policy.ts';
import type { CaseEvent, EventOf } from '../../../domain/case/events.ts';
import { project } from '../../../domain/case/projection.ts';
import { inScope } from '../../../domain/access/scope.ts';
import { clockOf } from '../../support/clock-of.ts';
import { CaseUnderTest, CENTRAL, COORDINATOR, MANAGER, person, WORKER } from '../../support/case-builder.ts';
import { DAY, HOUR, MINUTE, MONDAY_9, TEST_POLICY, TEST_RULEBOOK } from '../../support/rulebook.ts';

const HOURS_4: Span = { unit: 'working', ms: 4 * HOUR };
const SUNDAY_22 = MONDAY_9 + 6 * DAY + 13 * HOUR;

/** The test policy with one promise to claim a yellow case: four hours, these warnings, these steps. */
function claimRule(warnings: readonly WarningRule[], ladder: readonly LadderStep[], budget = HOURS_4): Rulebook {
  const target: Target = { budget, warnings, ladder };
  const clocks = TEST_POLICY.clocks.map((clock) => (clock.name === 'claim' ? { ...clock, targets: { ...clock.targets, yellow: target } } : clock));
  return { ...TEST_RULEBOOK, policy: { ...TEST_POLICY, clocks } };
}

const after = (offset: Span, ...audience: Audience[]): LadderStep => ({ trigger: { kind: 'offset', offset }, audience });
const unanswered = (...audience: Audience[]): LadderStep => ({ trigger: { kind: 'unacknowledged' }, audience });
const wall = (ms: number): Span => ({ unit: 'wall', ms });
const working = (ms: number): Span => ({ unit: 'working', ms });
const AT_DUE = after(wall(0), 'coordinator');

function claimAlerts(events: readonly CaseEvent[]): readonly EventOf<'alertRaised'>[] {
  return events.filter((event): event is EventOf<'alertRaised'> => event.type === 'alertRaised' && event.name === 'claim');
}

/** Steps of the claim's ladder up to an instant, with when each was told. */
function climbed(subject: CaseUnderTest, until: number): readonly (readonly [number, number])[] {
  return claimAlerts(subject.tickAfter(until - subject.at)).map(({ step, at }) => [step, at] as const);
}

describe('a threshold', () => {
  const warnedAt = (rule: WarningRule, start: number) => {
    const subject = new CaseUnderTest({ rulebook: claimRule([rule], []) }, start);
    const dueAt = clockOf(subject.state, 'claim-1').dueAt ?? 0;
    const warned = subject.tickAfter(dueAt - start).filter((event): event is EventOf<'clockWarned'> => event.type === 'clockWarned');
    expect(warned).toHaveLength(1);
    return warned[0]!.at;
  };
  /** Warnings are spread over at most a twentieth of the time. */
  const SPREAD = 5 * MINUTE;

  test.each<[string, WarningRule, number]>([
    ['of half the time', { percent: 50 }, MONDAY_9 + 2 * HOUR],
    ['of half an hour left', { leftMs: 30 * MINUTE }, MONDAY_9 + 3 * HOUR + 30 * MINUTE],
    ['of more than there is', { leftMs: 9 * HOUR }, MONDAY_9],
  ])('%s is told when it is reached', (_, rule, expected) => {
    const at = warnedAt(rule, MONDAY_9);
    expect(at).toBeGreaterThanOrEqual(expected);
    expect(at).toBeLessThan(expected + SPREAD);
  });

  test('counts the time left in opening hours: what is left over night is left in the morning', () => {
    // Due on Tuesday at ten; with three hours left it is five on Monday afternoon.
    const start = MONDAY_9 + 7 * HOUR;
    expect(warnedAt({ leftMs: 3 * HOUR }, start)).toBeGreaterThanOrEqual(MONDAY_9 + 8 * HOUR);
    expect(warnedAt({ leftMs: HOUR }, start)).toBeGreaterThanOrEqual(MONDAY_9 + DAY);
  });

  test('is not told any more once the promise is kept', () => {
    const subject = new CaseUnderTest({ rulebook: claimRule([{ leftMs: HOUR }], []) }).after(HOUR).do({ type: 'claim' });
    expect(subject.tickAfter(4 * HOUR).filter(({ type }) => type === 'clockWarned')).toEqual([]);
  });
});

describe('a step', () => {
  const due = MONDAY_9 + 4 * HOUR;

  test.each<[string, Span, number]>([
    ['an hour of wall time before the due instant', wall(-HOUR), due - HOUR],
    ['two hours of opening before it', working(-2 * HOUR), due - 2 * HOUR],
    ['at it', wall(0), due],
    ['ten hours of wall time after it', wall(10 * HOUR), due + 10 * HOUR],
    ['ten hours of opening after it', working(10 * HOUR), due + DAY],
    ['two working days after it', { unit: 'businessDays', days: 2 }, due + 2 * DAY],
  ])('%s is told then, whatever was answered before', (_, offset, at) => {
    const rulebook = claimRule([], [...(offset.unit !== 'businessDays' && offset.ms <= 0 ? [] : [AT_DUE]), after(offset, 'manager')]);
    const subject = new CaseUnderTest({ rulebook });
    subject.tickAfter(due - subject.at);
    const claims = () => subject.state.alerts.filter(({ clock }) => clock === 'claim-1');
    const first = claims().find(({ audience }) => audience[0] === 'coordinator');
    if (first !== undefined) subject.do({ type: 'acknowledgeAlert', alert: first.alert, note: 'taking_care' }, COORDINATOR);
    subject.tickAfter(3 * DAY);
    expect(claims().filter(({ audience }) => audience[0] === 'manager')).toMatchObject([{ raisedAt: at }]);
  });

  test('that waits for an answer is told when the time to answer is over: two opening hours for yellow', () => {
    const subject = new CaseUnderTest({ rulebook: claimRule([], [AT_DUE, unanswered('manager'), unanswered('municipioHead')]) });
    expect(climbed(subject, MONDAY_9 + 3 * DAY)).toEqual([
      [1, due],
      [2, due + 2 * HOUR],
      [3, due + 4 * HOUR],
    ]);
    expect(clockOf(subject.state, 'acknowledgement-1').breach).toMatchObject({ dueAt: due + 2 * HOUR });
  });

  test('answers by the hours of the office: told in the evening, it climbs the next morning', () => {
    const late = new CaseUnderTest({ rulebook: claimRule([], [AT_DUE, unanswered('manager')]) }, MONDAY_9 + 4 * HOUR);
    expect(climbed(late, MONDAY_9 + 2 * DAY)).toEqual([
      [1, MONDAY_9 + 8 * HOUR],
      [2, MONDAY_9 + DAY],
    ]);
  });

  test('that was answered in time lets only the steps go on that ask for no answer', () => {
    const rulebook = claimRule([], [AT_DUE, unanswered('manager'), after(wall(5 * HOUR), 'municipioHead'), unanswered('centralCoordinator')]);
    const subject = new CaseUnderTest({ rulebook });
    subject.tickAfter(due + HOUR - subject.at);
    subject.do({ type: 'acknowledgeAlert', alert: 1, note: 'reassigning' }, COORDINATOR);
    // Nobody answers the third, so that the fourth follows.
    expect(climbed(subject, MONDAY_9 + 3 * DAY).map(([step]) => step)).toEqual([3, 4]);
  });

  test('keeps who answered, when and with which note', () => {
    const subject = new CaseUnderTest({ rulebook: claimRule([], [AT_DUE]) });
    subject.tickAfter(5 * HOUR);
    subject.do({ type: 'acknowledgeAlert', alert: 1, note: 'told_the_owner' }, COORDINATOR);
    expect(subject.state.alerts[0]).toMatchObject({ acknowledgedBy: 'coordinator-3', acknowledgedAt: subject.at });
    expect(subject.revisions.at(-1)?.events).toMatchObject([{ type: 'alertAcknowledged', alert: 1, note: 'told_the_owner', actor: { id: 'coordinator-3' } }]);
    expect(clockOf(subject.state, 'acknowledgement-1')).toMatchObject({ status: 'met', stoppedAt: subject.at });
  });

  test('is not told once the promise is kept late, and what was told before asks for nobody any more', () => {
    const subject = new CaseUnderTest({ rulebook: claimRule([], [AT_DUE, unanswered('manager'), after(wall(DAY), 'municipioHead')]) });
    subject.tickAfter(4 * HOUR);
    subject.after(HOUR).do({ type: 'claim' });
    expect(subject.state.alerts).toMatchObject([{ settledAt: subject.at, acknowledgedAt: null }]);
    expect(clockOf(subject.state, 'claim-1')).toMatchObject({ status: 'met', breach: { dueAt: due } });
    expect(climbed(subject, MONDAY_9 + 5 * DAY)).toEqual([]);
  });

  test('of the hop before is not told to the next municipio, which has its whole time', () => {
    const subject = new CaseUnderTest({ rulebook: claimRule([], [AT_DUE, after(wall(DAY), 'manager')]) });
    subject.tickAfter(4 * HOUR);
    subject.do({ type: 'assign', municipio: '4', reason: 'address_corrected' }, COORDINATOR);
    expect(subject.state.alerts[0]?.settledAt).toBe(subject.at);
    expect(claimAlerts(subject.tickAfter(4 * HOUR))).toMatchObject([{ clock: 'claim-2', step: 1, municipio: '4' }]);
  });
});

describe('each audience answers for itself', () => {
  const ANSWERS: readonly (readonly [Audience, ReturnType<typeof person>])[] = [
    ['coordinator', COORDINATOR],
    ['centralCoordinator', CENTRAL],
    ['manager', MANAGER],
    ['municipioHead', MANAGER],
    ['shiftLeader', person('leader-1', ['shiftLeader'], [])],
    ['onCall', { ...person('worker-7', ['socialWorker'], ['7']), onCall: ['3'] }],
  ];

  test.each(ANSWERS)('%s', (audience, actor) => {
    const subject = new CaseUnderTest({ rulebook: claimRule([], [after(wall(0), audience)]) });
    subject.tickAfter(4 * HOUR);
    expect(subject.refused({ type: 'acknowledgeAlert', alert: 1, note: 'taking_care' }, person('operator-9', ['operator'], []))).toBe('alert_not_yours');
    subject.do({ type: 'acknowledgeAlert', alert: 1, note: 'taking_care' }, actor);
  });

  test('the owner, whoever that is when they answer', () => {
    const subject = new CaseUnderTest().do({ type: 'claim' });
    subject.tickAfter(2 * DAY);
    const policy = DEFAULT_POLICY.clocks.find(({ name }) => name === 'firstAttempt')?.targets.yellow?.ladder[0]?.audience;
    expect(policy).toEqual(['owner', 'coordinator']);
    const owned = new CaseUnderTest({ rulebook: { ...TEST_RULEBOOK, policy: DEFAULT_POLICY } }).do({ type: 'claim' });
    owned.tickAfter(DAY);
    const { alert } = owned.state.alerts.find(({ clock }) => clock === 'firstAttempt-1')!;
    expect(owned.refused({ type: 'acknowledgeAlert', alert, note: 'taking_care' }, person('worker-2', ['socialWorker']))).toBe('alert_not_yours');
    owned.do({ type: 'acknowledgeAlert', alert, note: 'taking_care' }, WORKER);
  });

  test('the central team finds the case it is told of, until the alert is settled', () => {
    const central = { kind: 'municipi', municipi: ['CENTRAL'], person: 'coordinator-c' } as const;
    const subject = new CaseUnderTest({ urgency: 'red', rulebook: { ...TEST_RULEBOOK, policy: DEFAULT_POLICY } });
    const reaches = () => inScope(central, project(subject.state).row);
    expect(reaches()).toBe(false);
    // Unclaimed after half an hour.
    subject.tickAfter(30 * MINUTE);
    expect(reaches()).toBe(true);
    subject.do({ type: 'claim' });
    expect(reaches()).toBe(false);
  });
});

describe('a red case', () => {
  const red = (at: number) => new CaseUnderTest({ urgency: 'red', rulebook: { ...TEST_RULEBOOK, policy: DEFAULT_POLICY } }, at);

  test('tells its supervisors in the instant it is opened, and after five minutes by the clock on the wall who is above them: on a Sunday night too', () => {
    const subject = red(SUNDAY_22);
    expect(subject.state.alerts).toMatchObject([{ step: 1, audience: ['shiftLeader', 'coordinator'], raisedAt: SUNDAY_22 }]);
    expect(subject.tickAfter(5 * MINUTE)).toMatchObject([
      { type: 'clockBreached', name: 'supervisorSeen', dueAt: SUNDAY_22 + 5 * MINUTE },
      { type: 'alertRaised', step: 2, audience: ['manager', 'onCall'], at: SUNDAY_22 + 5 * MINUTE },
    ]);
  });

  test('is answered within ten minutes by the clock on the wall, or it climbs', () => {
    const subject = red(SUNDAY_22);
    subject.tickAfter(10 * MINUTE);
    expect(clockOf(subject.state, 'acknowledgement-1').breach).toMatchObject({ dueAt: SUNDAY_22 + 10 * MINUTE });
  });

  test('unclaimed, tells the coordinator after a quarter of an hour, the head and the central team after half', () => {
    const subject = red(SUNDAY_22).do({ type: 'acknowledgeAlert', alert: 1, note: 'taking_care' }, COORDINATOR);
    const told = claimAlerts(subject.tickAfter(HOUR)).map(({ at, audience }) => [at - SUNDAY_22, audience]);
    expect(told).toEqual([
      [15 * MINUTE, ['coordinator']],
      [30 * MINUTE, ['municipioHead', 'centralCoordinator']],
    ]);
  });
});
