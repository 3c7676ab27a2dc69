import { describe, expect, test } from '@jest/globals';
import { serviceDayAfter, serviceDayBefore } from '../../../domain/sla/closings.ts';
import { WALL_CLOCK } from '../../../domain/sla/calendar-snapshot.ts';
import type { CaseEvent, EventOf } from '../../../domain/case/events.ts';
import { deriveClocks } from '../../../domain/case/clocks.ts';
import { CaseUnderTest, COORDINATOR, MANAGER, OPERATOR, person, WORKER } from '../../support/case-builder.ts';
import { DAY, HOUR, MINUTE, MONDAY_9, SERVICE, WALL_RULEBOOK } from '../../support/rulebook.ts';

const MONDAY_18 = MONDAY_9 + 9 * HOUR;
const RECORD = { type: 'recordNightHandover', route: 'emergency_118', onCall: 'manager-1' } as const;

function nightAlerts(events: readonly CaseEvent[]): readonly EventOf<'alertRaised'>[] {
  return events.filter((event): event is EventOf<'alertRaised'> => event.type === 'alertRaised' && event.name === 'nightHandover');
}

function until(subject: CaseUnderTest, at: number): readonly EventOf<'alertRaised'>[] {
  return nightAlerts(subject.tickAfter(at - subject.at));
}

describe('a red case at closing', () => {
  test('alerts who is on call and the head of the municipio at the very instant, unless it was handed over', () => {
    const subject = new CaseUnderTest({ urgency: 'red' });
    expect(until(subject, MONDAY_18 - 1)).toEqual([]);
    expect(until(subject, MONDAY_18)).toMatchObject([
      { at: MONDAY_18, clock: 'nightHandover-1', step: 0, audience: ['onCall', 'municipioHead'], municipio: '3', startedAt: MONDAY_9 },
    ]);
  });

  test('that was handed over since it opened is silent that evening, and asked about again the next', () => {
    const subject = new CaseUnderTest({ urgency: 'red' }).after(HOUR).do(RECORD, COORDINATOR);
    expect(subject.state.nightHandover).toEqual({ route: 'emergency_118', onCall: 'manager-1', at: MONDAY_9 + HOUR, by: 'coordinator-3' });
    expect(until(subject, MONDAY_18 + 6 * HOUR)).toEqual([]);
    expect(until(subject, MONDAY_18 + DAY)).toMatchObject([{ at: MONDAY_18 + DAY, clock: 'nightHandover-1' }]);
  });

  test('handed over after the doors are shut settles the alert and counts for that night only', () => {
    const subject = new CaseUnderTest({ urgency: 'red' });
    until(subject, MONDAY_18);
    subject.after(20 * MINUTE).do(RECORD, MANAGER);
    expect(subject.state.alerts.find(({ clock }) => clock === 'nightHandover-1')?.settledAt).toBe(subject.at);
    expect(until(subject, MONDAY_18 + DAY)).toMatchObject([{ at: MONDAY_18 + DAY, clock: 'nightHandover-2' }]);
  });

  test('is asked about once for a whole weekend', () => {
    const saturday = new CaseUnderTest({ urgency: 'red' }, MONDAY_9 + 5 * DAY);
    expect(until(saturday, MONDAY_18 + 7 * DAY - 1)).toMatchObject([{ at: MONDAY_18 + 5 * DAY }]);
  });

  test('noticed late is one alert for each evening, each at its own instant', () => {
    const subject = new CaseUnderTest({ urgency: 'red' });
    expect(until(subject, MONDAY_18 + 3 * DAY + HOUR).map(({ at }) => at)).toEqual([0, 1, 2, 3].map((days) => MONDAY_18 + days * DAY));
  });

  test('answered but not handed over stays open to be handed over; nobody but those told answers it', () => {
    const subject = new CaseUnderTest({ urgency: 'red' });
    until(subject, MONDAY_18);
    const { alert } = subject.state.alerts.at(-1)!;
    expect(subject.refused({ type: 'acknowledgeAlert', alert, note: 'taking_care' }, WORKER)).toBe('alert_not_yours');
    const onCall = { ...person('worker-9', ['socialWorker'], ['7']), onCall: ['*'] };
    subject.after(MINUTE).do({ type: 'acknowledgeAlert', alert, note: 'taking_care' }, onCall);
    expect(subject.state.alerts.at(-1)).toMatchObject({ acknowledgedBy: 'worker-9', settledAt: null });
  });
});

describe('no hand-over is asked for', () => {
  test('of a case that is not red', () => {
    const subject = new CaseUnderTest();
    expect(until(subject, MONDAY_18 + DAY)).toEqual([]);
    expect(subject.refused(RECORD, COORDINATOR)).toBe('command_not_allowed');
  });

  test('of one that is red no longer: its alert is settled, and what was recorded before does not count when it turns red again', () => {
    const subject = new CaseUnderTest({ urgency: 'red' });
    until(subject, MONDAY_18);
    subject.do({ type: 'changeUrgency', urgency: 'yellow', reason: 'situation_improved' }, COORDINATOR);
    expect(subject.state.alerts.at(-1)?.settledAt).toBe(MONDAY_18);
    expect(until(subject, MONDAY_18 + DAY)).toEqual([]);

    const again = new CaseUnderTest({ urgency: 'red' }).after(HOUR).do(RECORD, COORDINATOR);
    again.after(HOUR).do({ type: 'changeUrgency', urgency: 'green', reason: 'situation_improved' }, COORDINATOR);
    again.after(HOUR).do({ type: 'changeUrgency', urgency: 'red', reason: 'new_red_flag' });
    expect(until(again, MONDAY_18)).toHaveLength(1);
  });

  test('where the doors never shut', () => {
    const subject = new CaseUnderTest({ urgency: 'red', rulebook: WALL_RULEBOOK });
    expect(until(subject, MONDAY_18 + 7 * DAY)).toEqual([]);
  });

  test('of the past, by a calendar that is changed', () => {
    const subject = new CaseUnderTest({ urgency: 'red', rulebook: WALL_RULEBOOK });
    subject.tickAfter(3 * DAY);
    const rulebook = { ...WALL_RULEBOOK, calendars: { [SERVICE.version]: SERVICE }, calendarOf: { '*': SERVICE.version } };
    const events = subject.try({ type: 'rebase', reason: 'calendar_changed', rulebook }, { ...OPERATOR, kind: 'system' });
    expect(nightAlerts(events as readonly CaseEvent[])).toEqual([]);
    expect(until(subject, MONDAY_18 + 3 * DAY)).toHaveLength(1);
  });
});

test('the closing of the day is no promise: a red case with nothing else pending still has its review', () => {
  const subject = new CaseUnderTest({ urgency: 'red' }).do({ type: 'acknowledgeAlert', alert: 1, note: 'taking_care' }, COORDINATOR);
  subject.do({ type: 'claim' }).do({ type: 'logAttempt', outcome: 'reached' }).do({ type: 'recordDecision', kind: 'taking_charge' });
  expect(deriveClocks(subject.state).filter(({ clock }) => clock.status === 'running' && clock.name === 'review')).toHaveLength(1);
});

const LUNCH = {
  ...SERVICE,
  weekly: SERVICE.weekly.map((hours) => (hours.length === 0 ? [] : [[8 * 3600, 13 * 3600] as const, [14 * 3600, 18 * 3600] as const])),
};

test('what is recorded during the lunch break counts for the evening', () => {
  const rulebook = { ...WALL_RULEBOOK, calendars: { [LUNCH.version]: LUNCH }, calendarOf: { '*': LUNCH.version } };
  const subject = new CaseUnderTest({ urgency: 'red', rulebook }).after(4 * HOUR + 30 * MINUTE).do(RECORD, COORDINATOR);
  expect(until(subject, MONDAY_18 + HOUR)).toEqual([]);
  expect(until(subject, MONDAY_18 + DAY)).toHaveLength(1);
});

describe('service days', () => {
  test('end in the evening, not with a lunch break', () => {
    expect(serviceDayAfter(LUNCH, MONDAY_9)).toEqual({ opensAt: MONDAY_9 - HOUR, closesAt: MONDAY_18 });
  });

  test('are the one that closes after an instant, begun or not, and the last one begun', () => {
    const [monday, tuesday] = [0, DAY].map((ms) => ({ opensAt: MONDAY_9 - HOUR + ms, closesAt: MONDAY_18 + ms }));
    expect(serviceDayAfter(SERVICE, MONDAY_18)).toEqual(tuesday);
    expect(serviceDayAfter(SERVICE, MONDAY_18 + 3 * HOUR)).toEqual(tuesday);
    expect([MONDAY_9, MONDAY_18, MONDAY_18 + 3 * HOUR].map((at) => serviceDayBefore(SERVICE, at))).toEqual([monday, monday, monday]);
  });

  test('do not exist for a calendar that is always open, or never', () => {
    expect(serviceDayAfter(WALL_CLOCK, MONDAY_9)).toBeNull();
    const never = { ...SERVICE, weekly: SERVICE.weekly.map(() => []) };
    expect([serviceDayAfter(never, MONDAY_9), serviceDayBefore(never, MONDAY_9)]).toEqual([null, null]);
  });

  test('go on past midnight', () => {
    const night = { ...SERVICE, days: [], weekly: Array.from({ length: 7 }, () => [[0, 4 * 3600] as const, [20 * 3600, 24 * 3600] as const]) };
    expect(serviceDayAfter(night, MONDAY_9)).toEqual({ opensAt: MONDAY_9 + 11 * HOUR, closesAt: MONDAY_9 + 19 * HOUR });
  });
});
