import { describe, expect, test } from '@jest/globals';
import { deriveClocks } from '../../../domain/case/clocks.ts';
import type { CaseEvent } from '../../../domain/case/events.ts';
import { nextDeadline } from '../../../domain/case/deadlines.ts';
import { explainCourse } from '../../../domain/sla/explanation.ts';
import { CaseUnderTest, COORDINATOR, ELSEWHERE } from '../../support/case-builder.ts';
import { clockOf } from '../../support/clock-of.ts';
import { DAY, HOUR, MONDAY_9, SERVICE, TEST_RULEBOOK } from '../../support/rulebook.ts';

const waiting = (): CaseUnderTest => new CaseUnderTest({ urgency: 'green' }).do({ type: 'claim' }).do({ type: 'logAttempt', outcome: 'reached' });
const raised = (events: readonly CaseEvent[]) => events.flatMap((event) => (event.type === 'alertRaised' ? [event] : []));

/** 15 service days from a Monday at nine: Thursday two weeks later, at nine. */
const FIFTEEN_DAYS = 17 * DAY;

describe('waiting for the family', () => {
  test('for as long as may be ends at the coordinator, once, in the revision that ends it', () => {
    const subject = waiting().do({ type: 'pause', reason: 'WAITING_FAMILY', until: MONDAY_9 + FIFTEEN_DAYS });
    expect(nextDeadline(subject.state)).toBe(MONDAY_9 + FIFTEEN_DAYS);
    const events = subject.tickAfter(FIFTEEN_DAYS);
    expect(events.map(({ type }) => type)).toEqual(['resumed', 'alertRaised']);
    expect(raised(events)).toMatchObject([{ clock: 'decision-1', step: 0, audience: ['coordinator'], at: MONDAY_9 + FIFTEEN_DAYS }]);
    expect(raised(subject.tickAfter(HOUR))).toEqual([]);
    subject.do({ type: 'acknowledgeAlert', alert: 1, note: 'taking_care' }, COORDINATOR);
    expect(subject.refused({ type: 'pause', reason: 'WAITING_FAMILY', until: subject.at + 2 * DAY })).toBe('pause_too_long');
  });

  test('for less tells nobody, and several pauses add up', () => {
    const subject = waiting().do({ type: 'pause', reason: 'WAITING_FAMILY', until: MONDAY_9 + 7 * DAY });
    expect(raised(subject.tickAfter(7 * DAY))).toEqual([]);
    subject.do({ type: 'pause', reason: 'WAITING_FAMILY', until: subject.at + 10 * DAY });
    expect(raised(subject.tickAfter(10 * DAY))).toMatchObject([{ clock: 'decision-1', step: 0 }]);
  });

  test('ended by a person, or with nothing kept waiting, tells nobody', () => {
    const resumed = waiting().do({ type: 'pause', reason: 'WAITING_FAMILY', until: MONDAY_9 + FIFTEEN_DAYS });
    resumed.after(FIFTEEN_DAYS - HOUR).do({ type: 'resume' });
    expect(raised(resumed.tickAfter(HOUR))).toEqual([]);
    const decided = waiting().do({ type: 'recordDecision', kind: 'information' });
    decided.do({ type: 'pause', reason: 'WAITING_FAMILY', until: MONDAY_9 + FIFTEEN_DAYS });
    expect(raised(decided.tickAfter(FIFTEEN_DAYS)).filter(({ step }) => step === 0)).toEqual([]);
  });

  test('does not begin on a red case, and ends when it turns red', () => {
    const red = new CaseUnderTest({ urgency: 'red', redFlags: ['R1'] }).do({ type: 'claim' }).do({ type: 'logAttempt', outcome: 'reached' });
    expect(red.refused({ type: 'pause', reason: 'WAITING_FAMILY', until: red.at + DAY })).toBe('command_not_allowed');
    const turned = waiting()
      .do({ type: 'pause', reason: 'WAITING_FAMILY', until: MONDAY_9 + DAY })
      .after(HOUR);
    turned.do({ type: 'changeUrgency', urgency: 'red', reason: 'new_red_flag' });
    expect(turned.state.pauses).toMatchObject([{ endedAt: MONDAY_9 + HOUR }]);
  });
});

describe('a promise counts in the hours of who is to keep it', () => {
  const LATER = { ...SERVICE, id: 'later', version: 'later-1', weekly: SERVICE.weekly.map((hours) => hours.map(() => [14 * 3600, 18 * 3600] as const)) };
  const RULEBOOK = {
    ...TEST_RULEBOOK,
    calendars: { ...TEST_RULEBOOK.calendars, [LATER.version]: LATER },
    calendarOf: { ...TEST_RULEBOOK.calendarOf, 4: LATER.version, CENTRAL: LATER.version },
  };

  test('a handover in those of the municipio it is offered to, also once it was declined', () => {
    const subject = new CaseUnderTest({ rulebook: RULEBOOK }).do({ type: 'claim' }).do({ type: 'transfer', municipio: '4', reason: 'family_moved' });
    // Four hours, from 14 to 18.
    expect(clockOf(subject.state, 'handover-1').dueAt).toBe(MONDAY_9 + 9 * HOUR);
    subject.after(HOUR).do({ type: 'declineHandover', reason: 'workload' }, ELSEWHERE);
    expect(clockOf(subject.state, 'handover-1')).toMatchObject({ status: 'ended', dueAt: MONDAY_9 + 9 * HOUR });
    subject.do({ type: 'reassign', worker: 'worker-2', reason: 'absence' });
    expect(clockOf(subject.state, 'handover-2').dueAt).toBe(MONDAY_9 + 5 * HOUR);
  });

  test('a decision about competence in those of the central team, while the municipio’s run beside it', () => {
    const subject = new CaseUnderTest({ rulebook: RULEBOOK }).do({ type: 'claim' }).after(8 * HOUR);
    subject.do({ type: 'disputeCompetence', reason: 'border_address' });
    // One open date later at the same hour; warned at 80 per cent of four hours, not of ten.
    const { course } = deriveClocks(subject.state).find(({ clock }) => clock.id === 'competence-1')!;
    expect(explainCourse(course, subject.at, true)).toMatchObject({ dueAt: subject.at + DAY, totalMs: 4 * HOUR });
    expect(clockOf(subject.state, 'firstAttempt-1').dueAt).toBe(MONDAY_9 + DAY);
  });
});
