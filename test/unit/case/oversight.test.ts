import { describe, expect, test } from '@jest/globals';
import { allClocks, deriveClocks } from '../../../domain/case/clocks.ts';
import { nextDeadline } from '../../../domain/case/deadlines.ts';
import { allowedCommands } from '../../../domain/case/transitions.ts';
import { CaseUnderTest, COORDINATOR, MANAGER, person, WORKER } from '../../support/case-builder.ts';
import { DAY, HOUR, MINUTE, TEST_RULEBOOK } from '../../support/rulebook.ts';
import { clockOf } from '../../support/clock-of.ts';

const SHIFT_LEADER = person('leader-1', ['shiftLeader'], []);
const followed = (urgency: 'red' | 'yellow' | 'green' = 'yellow') =>
  new CaseUnderTest({ urgency }).after(MINUTE).do({ type: 'claim' }).after(MINUTE).do({ type: 'logAttempt', outcome: 'reached' });

describe('breach and alert ladder', () => {
  test('an unclaimed case is warned, breached with its due instant, and climbs when nobody answers', () => {
    const subject = new CaseUnderTest();
    const warned = subject.tickAfter(3 * HOUR + 30 * MINUTE);
    expect(warned).toMatchObject([
      { type: 'clockWarned', clock: 'claim-1', warning: 0 },
      { type: 'clockWarned', clock: 'claim-1', warning: 1 },
    ]);
    const breached = subject.tickAfter(31 * MINUTE);
    expect(breached).toMatchObject([
      { type: 'clockBreached', clock: 'claim-1', dueAt: subject.state.openedAt + 4 * HOUR },
      { type: 'alertRaised', step: 1, audience: ['coordinator'] },
    ]);
    expect(subject.tickAfter(2 * HOUR)).toMatchObject([
      { type: 'clockBreached', name: 'acknowledgement' },
      { type: 'alertRaised', step: 2, audience: ['manager'] },
    ]);
  });

  test('an acknowledged alert stops its step; a promise kept late settles what is still open', () => {
    const subject = new CaseUnderTest();
    subject.tickAfter(4 * HOUR);
    subject.do({ type: 'acknowledgeAlert', alert: 1, note: 'taking_care' }, COORDINATOR);
    expect(subject.refused({ type: 'acknowledgeAlert', alert: 1, note: 'taking_care' }, COORDINATOR)).toBe('command_not_allowed');
    expect(subject.tickAfter(4 * HOUR).filter((event) => event.type === 'alertRaised' && event.clock === 'claim-1')).toEqual([]);
    const late = new CaseUnderTest();
    late.tickAfter(4 * HOUR);
    late.after(MINUTE).do({ type: 'claim' });
    expect(late.state.alerts[0]?.settledAt).toBe(late.at);
    expect(clockOf(late.state, 'acknowledgement-1').status).toBe('ended');
  });

  test('only whom an alert tells, or a manager, answers it', () => {
    const subject = new CaseUnderTest();
    subject.tickAfter(4 * HOUR);
    expect(subject.refused({ type: 'acknowledgeAlert', alert: 1, note: 'taking_care' }, WORKER)).toBe('alert_not_yours');
    subject.do({ type: 'acknowledgeAlert', alert: 1, note: 'taking_care' }, MANAGER);
  });

  test('a command that arrives before the timer records the breach first', () => {
    const subject = new CaseUnderTest().after(5 * HOUR).do({ type: 'claim' });
    expect(subject.revisions.at(-1)?.events.map((event) => event.type)).toEqual(['clockWarned', 'clockWarned', 'clockBreached', 'alertRaised', 'claimed']);
  });

  test('warnings of different cases are spread, breaches never are', () => {
    const due = (caseId: string) => {
      const subject = new CaseUnderTest({ caseId });
      return [nextDeadline(subject.state), clockOf(subject.state, 'claim-1').dueAt];
    };
    const [first, second] = [due('019ab000-0000-7000-8000-000000000001'), due('019ab000-0000-7000-8000-000000000002')];
    expect(first?.[0]).not.toBe(second?.[0]);
    expect(Math.abs((first?.[0] ?? 0) - (second?.[0] ?? 0))).toBeLessThanOrEqual(5 * MINUTE);
    expect(first?.[1]).toBe(second?.[1]);
  });
});

describe('red cases', () => {
  test('the supervisor is alerted in the revision that opens the case', () => {
    const { revisions } = new CaseUnderTest({ urgency: 'red' });
    expect(revisions[0]?.events.map((event) => event.type)).toEqual(['opened', 'assigned', 'alertRaised']);
    expect(revisions[0]?.events[2]).toMatchObject({ audience: ['shiftLeader', 'coordinator'] });
  });

  test('only a supervisor meets it, even after somebody else acknowledged', () => {
    const subject = new CaseUnderTest({ urgency: 'red' }).after(MINUTE).do({ type: 'acknowledgeAlert', alert: 1, note: 'told_the_owner' }, MANAGER);
    expect(clockOf(subject.state, 'supervisorSeen-1').status).toBe('running');
    subject.do({ type: 'acknowledgeAlert', alert: 1, note: 'taking_care' }, SHIFT_LEADER);
    expect(clockOf(subject.state, 'supervisorSeen-1').status).toBe('met');
  });

  test('what a supervisor acknowledged before the case was red does not count as having seen it', () => {
    const subject = new CaseUnderTest();
    subject.tickAfter(4 * HOUR);
    subject.do({ type: 'acknowledgeAlert', alert: 1, note: 'taking_care' }, COORDINATOR);
    expect(deriveClocks(subject.state).some(({ clock }) => clock.name === 'supervisorSeen')).toBe(false);
    subject.after(HOUR).do({ type: 'changeUrgency', urgency: 'red', reason: 'new_red_flag' });
    expect(clockOf(subject.state, 'supervisorSeen-1')).toMatchObject({ status: 'running', startedAt: subject.at });
  });

  test('an urgency that rises keeps the time consumed, alerts the supervisor and ends waiting', () => {
    const subject = followed();
    subject.do({ type: 'pause', reason: 'WAITING_FAMILY', until: subject.at + 2 * DAY }).after(DAY);
    subject.do({ type: 'changeUrgency', urgency: 'red', reason: 'new_red_flag', redFlags: ['R3'] });
    expect(subject.state.pauses[0]?.endedAt).toBe(subject.at);
    expect(subject.state.redFlags).toEqual(['R3']);
    expect(subject.state.alerts.at(-1)).toMatchObject({ clock: 'supervisorSeen-1', raisedAt: subject.at });
    expect(clockOf(subject.state, 'supervisorSeen-1').dueAt).toBe(subject.at + 5 * MINUTE);
    expect(subject.refused({ type: 'pause', reason: 'WAITING_FAMILY', until: subject.at + DAY })).toBe('command_not_allowed');
  });

  test('a case that turns red again is seen again: a new clock, the supervisors told anew, whatever became of the first', () => {
    const subject = new CaseUnderTest({ urgency: 'red' }).after(MINUTE).do({ type: 'acknowledgeAlert', alert: 1, note: 'taking_care' }, SHIFT_LEADER);
    const seen = clockOf(subject.state, 'supervisorSeen-1');
    subject.after(HOUR).do({ type: 'changeUrgency', urgency: 'yellow', reason: 'situation_improved' }, COORDINATOR);
    expect(clockOf(subject.state, 'supervisorSeen-1')).toEqual(seen);
    subject.after(HOUR).do({ type: 'changeUrgency', urgency: 'red', reason: 'new_red_flag' });
    expect(clockOf(subject.state, 'supervisorSeen-1')).toEqual(seen);
    expect(clockOf(subject.state, 'supervisorSeen-2')).toMatchObject({ status: 'running', startedAt: subject.at, dueAt: subject.at + 5 * MINUTE });
    const alert = subject.state.alerts.find(({ clock }) => clock === 'supervisorSeen-2');
    expect(alert).toMatchObject({ step: 1, audience: ['shiftLeader', 'coordinator'], raisedAt: subject.at, settledAt: null });
    subject.after(MINUTE).do({ type: 'acknowledgeAlert', alert: alert?.alert ?? 0, note: 'taking_care' }, SHIFT_LEADER);
    expect(clockOf(subject.state, 'supervisorSeen-2')).toMatchObject({ status: 'met', stoppedAt: subject.at });
  });

  test('nobody saw it before it was lowered: that promise ends when it turns red again, and its breach stays', () => {
    const subject = new CaseUnderTest({ urgency: 'red' });
    subject.tickAfter(6 * MINUTE);
    subject.do({ type: 'changeUrgency', urgency: 'yellow', reason: 'situation_improved' });
    subject.after(HOUR).do({ type: 'changeUrgency', urgency: 'red', reason: 'new_red_flag' });
    const first = clockOf(subject.state, 'supervisorSeen-1');
    expect(first).toMatchObject({ status: 'ended', stoppedAt: subject.at });
    expect(first.breach?.dueAt).toBe(subject.state.openedAt + 5 * MINUTE);
    expect(subject.state.alerts.filter(({ clock, settledAt }) => clock === 'supervisorSeen-1' && settledAt === null)).toEqual([]);
    expect(subject.tickAfter(5 * MINUTE)).toContainEqual(expect.objectContaining({ type: 'clockBreached', clock: 'supervisorSeen-2', dueAt: subject.at }));
  });

  test('what a supervisor saw the last time is not what they see now: an alert somebody else answered still asks them', () => {
    const subject = new CaseUnderTest({ urgency: 'red' }).after(MINUTE).do({ type: 'acknowledgeAlert', alert: 1, note: 'taking_care' }, SHIFT_LEADER);
    subject.after(HOUR).do({ type: 'changeUrgency', urgency: 'green', reason: 'situation_improved' });
    subject.after(HOUR).do({ type: 'changeUrgency', urgency: 'red', reason: 'new_red_flag' });
    const { alert } = subject.state.alerts.at(-1)!;
    subject.after(MINUTE).do({ type: 'acknowledgeAlert', alert, note: 'told_the_owner' }, MANAGER);
    expect(clockOf(subject.state, 'supervisorSeen-2').status).toBe('running');
    subject.do({ type: 'acknowledgeAlert', alert, note: 'taking_care' }, COORDINATOR);
    expect(clockOf(subject.state, 'supervisorSeen-2').status).toBe('met');
  });

  test('software may raise an urgency but never lower it', () => {
    const subject = new CaseUnderTest();
    const robot = { kind: 'system' as const, id: 'system', roles: [], municipi: [] };
    expect(subject.refused({ type: 'changeUrgency', urgency: 'green', reason: 'new_information' }, robot)).toBe('supervisor_required');
    expect(subject.refused({ type: 'changeUrgency', urgency: 'yellow', reason: 'new_information' })).toBe('urgency_unchanged');
    subject.do({ type: 'changeUrgency', urgency: 'red', reason: 'new_red_flag' }, robot);
    subject.do({ type: 'changeUrgency', urgency: 'green', reason: 'situation_improved' });
    expect(subject.state.urgency).toBe('green');
  });
});

describe('waiting for the family', () => {
  test('stops decision and follow-up only, and resumes by itself', () => {
    const subject = followed();
    const before = clockOf(subject.state, 'decision-1').dueAt ?? 0;
    subject.do({ type: 'pause', reason: 'WAITING_FAMILY', until: subject.at + DAY });
    // Due on Saturday at nine; ten paused hours later is Monday at nine.
    expect(clockOf(subject.state, 'decision-1')).toMatchObject({ paused: true, dueAt: before + 2 * DAY });
    expect(subject.refused({ type: 'pause', reason: 'WAITING_FAMILY', until: subject.at + DAY })).toBe('command_not_allowed');
    expect(subject.tickAfter(DAY)).toContainEqual(expect.objectContaining({ type: 'resumed', cause: 'end_reached' }));
    expect(clockOf(subject.state, 'decision-1').paused).toBe(false);
  });

  test('fifteen service days in all and no more, even in several pauses', () => {
    const subject = followed();
    expect(subject.refused({ type: 'pause', reason: 'WAITING_FAMILY', until: subject.at + 30 * DAY })).toBe('pause_too_long');
    subject.do({ type: 'pause', reason: 'WAITING_FAMILY', until: subject.at + 14 * DAY });
    subject.tickAfter(14 * DAY);
    expect(subject.refused({ type: 'pause', reason: 'WAITING_FAMILY', until: subject.at + 7 * DAY })).toBe('pause_too_long');
    expect(subject.refused({ type: 'pause', reason: 'WAITING_FAMILY', until: subject.at })).toBe('pause_end_in_past');
  });
});

describe('an open case always has an alarm', () => {
  test('with nothing else pending the review clock runs, repeats, and a person answers it', () => {
    const subject = followed().do({ type: 'recordDecision', kind: 'taking_charge' });
    expect(
      deriveClocks(subject.state)
        .filter(({ clock }) => clock.status === 'running' && clock.dueAt !== null)
        .map(({ clock }) => clock.name),
    ).toEqual(['review']);
    subject.tickAfter(3 * DAY);
    expect(subject.state.alerts.filter((alert) => alert.clock === 'review-1').map((alert) => alert.audience)).toEqual([['coordinator'], ['manager']]);
    subject.do({ type: 'planFollowUp', kind: 'call', dueAt: subject.at + DAY });
    expect(deriveClocks(subject.state).some(({ clock }) => clock.name === 'review' && clock.status === 'running')).toBe(false);
    expect(nextDeadline(subject.state)).toBeDefined();
  });
});

describe('follow-ups and the duty to report', () => {
  test('a step is done, moved or cancelled once', () => {
    const subject = followed();
    subject.do({ type: 'planFollowUp', kind: 'check_referral', dueAt: subject.at + 7 * DAY });
    subject.do({ type: 'rescheduleFollowUp', step: 1, dueAt: subject.at + 9 * DAY });
    expect([clockOf(subject.state, 'followUp-1').status, clockOf(subject.state, 'followUp-2').status]).toEqual(['ended', 'running']);
    subject.do({ type: 'completeFollowUp', step: 1 });
    expect(clockOf(subject.state, 'followUp-2').status).toBe('met');
    subject.do({ type: 'planFollowUp', kind: 'call', dueAt: subject.at + DAY });
    expect(subject.refused({ type: 'completeFollowUp', step: 1 })).toBe('step_settled');
    expect(subject.refused({ type: 'cancelFollowUp', step: 7, reason: 'no_longer_needed' })).toBe('step_unknown');
    expect(subject.refused({ type: 'planFollowUp', kind: 'call', dueAt: subject.at })).toBe('due_in_past');
  });

  test('an assessment is a task with a clock, decided by a person, and blocks closing until then', () => {
    const subject = followed().do({ type: 'raiseReportAssessment', ground: 'child_at_risk' });
    expect(clockOf(subject.state, 'reportAssessment-1').status).toBe('running');
    expect(subject.refused({ type: 'close', outcome: 'informed' })).toBe('report_assessment_open');
    expect(subject.refused({ type: 'decideReportAssessment', assessment: 4, decision: 'report', reason: 'legal_duty' })).toBe('assessment_unknown');
    subject.do({ type: 'decideReportAssessment', assessment: 1, decision: 'report', reason: 'legal_duty' });
    expect(clockOf(subject.state, 'reportAssessment-1').status).toBe('met');
  });
});

describe('closing and reopening', () => {
  test('open steps, a handover or a family not reached block it', () => {
    const subject = followed();
    subject.do({ type: 'planFollowUp', kind: 'call', dueAt: subject.at + DAY });
    expect(subject.refused({ type: 'close', outcome: 'informed' })).toBe('follow_ups_open');
    subject.do({ type: 'cancelFollowUp', step: 1, reason: 'family_declined' }).do({ type: 'reassign', worker: 'worker-2', reason: 'absence' });
    expect(subject.refused({ type: 'close', outcome: 'informed' })).toBe('handover_open');
    const contacting = new CaseUnderTest().do({ type: 'claim' });
    expect(contacting.refused({ type: 'close', outcome: 'informed' })).toBe('family_not_reached');
    expect(contacting.refused({ type: 'close', outcome: 'unreachable_decided' })).toBe('unreachable_not_decided');
    contacting.do({ type: 'close', outcome: 'opened_in_error' });
    expect(allowedCommands(contacting.state)).toEqual(['reopen']);
  });

  test('a red case takes two people', () => {
    const subject = followed('red');
    expect(subject.refused({ type: 'close', outcome: 'taken_in_charge' })).toBe('command_not_allowed');
    subject.do({ type: 'proposeClosure', outcome: 'taken_in_charge' });
    expect(subject.refused({ type: 'approveClosure' }, WORKER)).toBe('second_person_required');
    expect(subject.refused({ type: 'approveClosure' }, person('worker-7', ['socialWorker']))).toBe('supervisor_required');
    subject.do({ type: 'approveClosure' }, COORDINATOR);
    expect(subject.state.stage).toMatchObject({ status: 'closed', outcome: 'taken_in_charge', lastOwner: 'worker-1' });
  });

  test('reopened within ninety days it is a second episode with new clocks; old figures stay; later it is refused', () => {
    const subject = followed().do({ type: 'close', outcome: 'informed' });
    const before = clockOf(subject.state, 'firstContact-1');
    subject.after(10 * DAY).do({ type: 'reopen', reason: 'family_called_back', rulebook: TEST_RULEBOOK });
    expect(subject.state).toMatchObject({ episode: 2, stage: { status: 'awaiting_claim', municipio: '3' } });
    expect(clockOf(subject.state, 'firstContact-1').startedAt).toBe(subject.at);
    expect(allClocks(subject.state)).toContainEqual(before);
    const late = followed()
      .do({ type: 'close', outcome: 'informed' })
      .after(91 * DAY);
    expect(late.refused({ type: 'reopen', reason: 'new_need', rulebook: TEST_RULEBOOK })).toBe('reopen_window_over');
  });
});
