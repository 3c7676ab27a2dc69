import { describe, expect, test } from '@jest/globals';
import { CaseUnderTest, COLLEAGUE, COORDINATOR, WORKER } from '../../support/case-builder.ts';
import { DAY, HOUR, MINUTE } from '../../support/rulebook.ts';
import { clockOf } from '../../support/clock-of.ts';
import { project } from '../../../domain/case/projection.ts';
import { deriveClocks } from '../../../domain/case/clocks.ts';

const claimed = (urgency: 'red' | 'yellow' | 'green' = 'yellow') => new CaseUnderTest({ urgency }).after(MINUTE).do({ type: 'claim' });

describe('attempts', () => {
  test('an attempt without contact meets the first attempt, not the first contact, and owes a next one', () => {
    const subject = claimed().after(HOUR).do({ type: 'logAttempt', outcome: 'no_answer' });
    expect(subject.state.stage.status).toBe('contacting');
    expect(clockOf(subject.state, 'firstAttempt-1').status).toBe('met');
    expect(clockOf(subject.state, 'firstContact-1').status).toBe('running');
    expect(clockOf(subject.state, 'nextAttempt-1').status).toBe('running');
  });

  test('reaching the family meets both, moves to following up and owes no next attempt', () => {
    const subject = claimed().after(HOUR).do({ type: 'logAttempt', outcome: 'reached_declined' });
    expect(subject.state.stage.status).toBe('following_up');
    expect(clockOf(subject.state, 'firstContact-1').status).toBe('met');
    expect(deriveClocks(subject.state).some(({ clock }) => clock.name === 'nextAttempt')).toBe(false);
  });

  test('an attempt before the minimum gap is recorded but not counted', () => {
    const subject = claimed('red');
    for (const minutes of [1, 10, 31]) subject.after(minutes * MINUTE).do({ type: 'logAttempt', outcome: 'busy' });
    expect(subject.state.attempts.map((attempt) => attempt.counted)).toEqual([true, false, true]);
  });

  test('three counted attempts of a green case alert the coordinator, who alone decides', () => {
    const subject = claimed('green');
    expect(subject.refused({ type: 'decideUnreachable', decision: 'letter' }, COORDINATOR)).toBe('command_not_allowed');
    for (let day = 0; day < 3; day++) subject.after(day === 0 ? HOUR : DAY).do({ type: 'logAttempt', outcome: 'no_answer' });
    expect(subject.state.alerts).toMatchObject([{ step: 0, audience: ['coordinator'], clock: 'nextAttempt-3' }]);
    expect(subject.refused({ type: 'decideUnreachable', decision: 'letter' }, WORKER)).toBe('supervisor_required');
    subject.do({ type: 'decideUnreachable', decision: 'letter' }, COORDINATOR);
    expect(clockOf(subject.state, 'nextAttempt-3').status).toBe('ended');
    expect(subject.state.alerts[0]?.settledAt).toBe(subject.at);
    expect(subject.state.stage.status).toBe('contacting');
  });

  test('only the decision to close makes a family unreachable: not a letter, nor trying again', () => {
    const subject = claimed('green');
    for (let day = 0; day < 3; day++) subject.after(day === 0 ? HOUR : DAY).do({ type: 'logAttempt', outcome: 'no_answer' });
    subject.do({ type: 'decideUnreachable', decision: 'letter' }, COORDINATOR);
    expect(subject.refused({ type: 'close', outcome: 'unreachable_decided' })).toBe('unreachable_not_decided');
    subject.after(DAY).do({ type: 'logAttempt', outcome: 'reached' });
    expect(subject.refused({ type: 'close', outcome: 'unreachable_decided' })).toBe('unreachable_not_decided');
  });

  test('a wrong tap on the last call, put right, still tells the coordinator', () => {
    const subject = claimed('green');
    for (let day = 0; day < 3; day++) subject.after(day === 0 ? HOUR : DAY).do({ type: 'logAttempt', outcome: day === 2 ? 'reached' : 'no_answer' });
    expect(subject.state.alerts).toEqual([]);
    subject.after(MINUTE).do({ type: 'correctAttempt', attempt: 3, outcome: 'no_answer', reason: 'wrong_tap' });
    expect(subject.state.alerts).toMatchObject([{ step: 0, audience: ['coordinator'], clock: 'nextAttempt-3' }]);
  });

  test('a call recorded on the wrong case keeps no promise of this family, and may be recognised after all', () => {
    const subject = claimed().after(HOUR).do({ type: 'logAttempt', outcome: 'no_answer' });
    const withdrawn = { type: 'correctAttempt', attempt: 1, outcome: 'not_made', reason: 'wrong_case' } as const;
    subject.after(MINUTE).do(withdrawn);
    expect(clockOf(subject.state, 'firstAttempt-1')).toMatchObject({ status: 'running', stoppedAt: null });
    expect(deriveClocks(subject.state).some(({ clock }) => clock.name === 'nextAttempt')).toBe(false);
    expect(project(subject.state).row).toMatchObject({ attempts: 0, status: 'contacting' });
    expect(subject.refused(withdrawn)).toBe('attempt_unchanged');
    subject.after(HOUR).do({ type: 'logAttempt', outcome: 'busy' });
    expect(clockOf(subject.state, 'firstAttempt-1').stoppedAt).toBe(subject.at);
    expect(clockOf(subject.state, 'nextAttempt-2')).toMatchObject({ status: 'running', startedAt: subject.at });
    expect(subject.state.attempts[1]).toMatchObject({ attempt: 2, counted: true });
    subject.after(MINUTE).do({ type: 'correctAttempt', attempt: 1, outcome: 'no_answer', reason: 'wrong_outcome' });
    expect(clockOf(subject.state, 'firstAttempt-1').stoppedAt).toBe(subject.state.attempts[0]?.occurredAt);
    expect(clockOf(subject.state, 'nextAttempt-1').status).toBe('met');
  });

  test('a promise broken before the call turned out not to have been made stays broken', () => {
    const subject = claimed().after(HOUR).do({ type: 'logAttempt', outcome: 'no_answer' });
    subject.after(20 * DAY).do({ type: 'correctAttempt', attempt: 1, outcome: 'not_made', reason: 'wrong_case' }, COORDINATOR);
    expect(clockOf(subject.state, 'nextAttempt-1')).toMatchObject({ status: 'ended', stoppedAt: subject.at, breach: { recordedLate: false } });
    expect(clockOf(subject.state, 'firstAttempt-1')).toMatchObject({ status: 'running' });
    subject.tickAfter(MINUTE);
    expect(clockOf(subject.state, 'firstAttempt-1').breach).not.toBeNull();
  });

  test('deciding to try again starts the count over; deciding to close closes with that outcome', () => {
    const exhausted = () => {
      const subject = claimed('green');
      for (let day = 0; day < 3; day++) subject.after(day === 0 ? HOUR : DAY).do({ type: 'logAttempt', outcome: 'no_answer' });
      return subject;
    };
    const again = exhausted().after(HOUR).do({ type: 'decideUnreachable', decision: 'retry' }, COORDINATOR);
    expect(again.refused({ type: 'decideUnreachable', decision: 'close' }, COORDINATOR)).toBe('command_not_allowed');
    const closed = exhausted().do({ type: 'decideUnreachable', decision: 'close' }, COORDINATOR);
    expect(closed.state.stage).toMatchObject({ status: 'closed', outcome: 'unreachable_decided' });
  });

  test('an attempt may be told later, within the claim and 72 hours, and counts when it happened', () => {
    const subject = claimed('red').after(2 * HOUR);
    const happened = subject.at - HOUR - 30 * MINUTE;
    subject.do({ type: 'logAttempt', outcome: 'reached', occurredAt: happened });
    expect(clockOf(subject.state, 'firstAttempt-1')).toMatchObject({ status: 'met', stoppedAt: happened });
    expect(clockOf(subject.state, 'firstAttempt-1').breach).toMatchObject({ recordedLate: true });
    expect(subject.refused({ type: 'logAttempt', outcome: 'reached', occurredAt: subject.at + 1 })).toBe('occurred_in_future');
    expect(subject.refused({ type: 'logAttempt', outcome: 'reached', occurredAt: subject.at - 3 * HOUR })).toBe('occurred_too_early');
  });
});

describe('correction', () => {
  test('a wrong tap put right runs the clock on from where it started', () => {
    const subject = claimed().after(HOUR).do({ type: 'logAttempt', outcome: 'reached' }).after(MINUTE);
    subject.do({ type: 'correctAttempt', attempt: 1, outcome: 'no_answer', reason: 'wrong_tap' });
    expect(subject.state).toMatchObject({ reachedAt: null, stage: { status: 'contacting' } });
    expect(clockOf(subject.state, 'firstContact-1')).toMatchObject({ status: 'running', startedAt: subject.state.openedAt });
    expect(clockOf(subject.state, 'nextAttempt-1')).toMatchObject({ status: 'running', startedAt: subject.state.attempts[0]?.occurredAt });
  });

  test('only its author, or a coordinator, corrects an attempt; after a day only the coordinator', () => {
    const subject = claimed().do({ type: 'logAttempt', outcome: 'busy' });
    const right = { type: 'correctAttempt', attempt: 1, outcome: 'reached', reason: 'wrong_outcome' } as const;
    expect(subject.refused(right, COLLEAGUE)).toBe('correction_not_yours');
    subject.after(25 * HOUR);
    expect(subject.refused(right)).toBe('correction_not_yours');
    subject.do(right, COORDINATOR);
    expect(subject.state.stage.status).toBe('following_up');
  });

  test('a contact something was decided on is not corrected away', () => {
    const subject = claimed().do({ type: 'logAttempt', outcome: 'reached' }).do({ type: 'recordDecision', kind: 'referral' });
    expect(subject.refused({ type: 'correctAttempt', attempt: 1, outcome: 'busy', reason: 'wrong_tap' })).toBe('correction_conflicts');
    expect(subject.refused({ type: 'correctAttempt', attempt: 9, outcome: 'busy', reason: 'wrong_tap' })).toBe('attempt_unknown');
    expect(subject.refused({ type: 'correctAttempt', attempt: 1, outcome: 'reached', reason: 'wrong_tap' })).toBe('attempt_unchanged');
  });

  test('a contact corrected away past its deadline breaches at once, with the instant it was due', () => {
    const subject = claimed('red')
      .after(HOUR)
      .do({ type: 'logAttempt', outcome: 'reached' })
      .after(24 * HOUR);
    const dueAt = subject.state.openedAt + 24 * HOUR;
    subject.do({ type: 'correctAttempt', attempt: 1, outcome: 'no_answer', reason: 'wrong_tap' }, COORDINATOR);
    expect(clockOf(subject.state, 'firstContact-1').breach).toEqual({ dueAt, detectedAt: subject.at, municipio: '3', urgency: 'red', recordedLate: false });
  });
});

describe('callback window', () => {
  test('the promise is due at the end of the window and reminded at its start', () => {
    const subject = claimed();
    subject.do({ type: 'agreeCallback', from: subject.at + 2 * HOUR, to: subject.at + 3 * HOUR });
    expect(clockOf(subject.state, 'callbackWindow-1').dueAt).toBe(subject.at + 3 * HOUR);
    expect(subject.tickAfter(2 * HOUR).map((event) => event.type)).toContain('callbackReminded');
    expect(subject.tickAfter(HOUR)).toContainEqual(expect.objectContaining({ type: 'clockBreached', clock: 'callbackWindow-1' }));
  });

  test('a call before the window keeps it only if the family answered; a new window replaces it', () => {
    const subject = claimed();
    subject.do({ type: 'agreeCallback', from: subject.at + 2 * HOUR, to: subject.at + 3 * HOUR }).after(HOUR);
    subject.do({ type: 'logAttempt', outcome: 'no_answer' });
    expect(clockOf(subject.state, 'callbackWindow-1').status).toBe('running');
    subject.do({ type: 'agreeCallback', from: subject.at + 4 * HOUR, to: subject.at + 5 * HOUR });
    expect(clockOf(subject.state, 'callbackWindow-1').status).toBe('ended');
    subject.after(HOUR).do({ type: 'logAttempt', outcome: 'reached' });
    expect(clockOf(subject.state, 'callbackWindow-2').status).toBe('met');
  });

  test('a window that is over, reversed or endless is refused', () => {
    const subject = claimed();
    for (const [from, to] of [
      [-2, -1],
      [2, 1],
      [0, 13],
    ] as const) {
      expect(subject.refused({ type: 'agreeCallback', from: subject.at + from * HOUR, to: subject.at + to * HOUR })).toBe('window_invalid');
    }
  });
});
