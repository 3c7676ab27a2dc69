// What no product tests: a case over changes of its calendars, as they are written, published and pinned.
import { describe, expect, jest, test } from '@jest/globals';
import { composeCalendars } from '../../../activities/calendars/calendar-source.ts';
import { milanDefinitions } from '../../../activities/calendars/milan-calendar.ts';
import type { Command, Open } from '../../../domain/case/commands.ts';
import { SYSTEM } from '../../../domain/case/commands.ts';
import { deriveClocks } from '../../../domain/case/clocks.ts';
import { addBusinessDays, addWorkingTime, openIntervals, workingTime } from '../../../domain/sla/business-time.ts';
import type { CalendarDefinition, LocalHours } from '../../../domain/sla/calendar-definition.ts';
import type { CalendarSnapshot } from '../../../domain/sla/calendar-snapshot.ts';
import { consumedAt } from '../../../domain/sla/clock.ts';
import type { Rulebook, Span } from '../../../domain/sla/policy.ts';
import { at, HOUR, iso } from '../../support/calendars.ts';
import { CaseUnderTest, ELSEWHERE } from '../../support/case-builder.ts';
import { clockOf } from '../../support/clock-of.ts';
import { TEST_POLICY } from '../../support/rulebook.ts';

jest.setTimeout(60_000);

const city = milanDefinitions(2026)[0]!;
const OFFICE: readonly LocalHours[] = [['08:00', '18:00']];
const AFTERNOON: readonly LocalHours[] = [['13:00', '18:00']];
const MONDAY = at('2026-11-23T09:00+01:00');

/** What a case opened at an instant counts by, where these definitions are published. */
function rulebook(opened: number, ...definitions: readonly CalendarDefinition[]): Rulebook {
  const world = new Map([city, ...definitions].map((one) => [one.id, one]));
  return { policy: TEST_POLICY, ...composeCalendars(world, opened) };
}

function snapshot(opened: number, territory: string, ...definitions: readonly CalendarDefinition[]): CalendarSnapshot {
  const { calendars, calendarOf } = rulebook(opened, ...definitions);
  return calendars[calendarOf[territory]!]!;
}

const open = (change: Partial<Open>, instant = MONDAY) => new CaseUnderTest(change, instant);
const rebaseTo = (to: Rulebook): Command => ({ type: 'rebase', reason: 'policy_published', rulebook: to });
const dueOf = (subject: CaseUnderTest, clock: string) => iso(clockOf(subject.state, clock).dueAt!);
const consumed = (subject: CaseUnderTest, id: string) => {
  const { course } = deriveClocks(subject.state).find(({ clock }) => clock.id === id)!;
  return consumedAt(course, subject.at);
};

/** The test policy with a budget in opening hours for the clock a family's waiting pauses. */
function withDecision(base: Rulebook, budget: Span): Rulebook {
  const clocks = base.policy.clocks.map((clock) =>
    clock.name === 'decision' ? { ...clock, targets: { ...clock.targets, yellow: { ...clock.targets.yellow!, budget } } } : clock,
  );
  return { ...base, policy: { ...base.policy, clocks } };
}

describe('a calendar that changes while a case is open', () => {
  const weekly = { ...city.weekly, mon: AFTERNOON, tue: AFTERNOON, wed: AFTERNOON };
  const twentyHours: Span = { unit: 'working', ms: 20 * HOUR };

  test('counts what was before on the old one and what follows on the new one', () => {
    const subject = open({ rulebook: rulebook(MONDAY) });
    // Four hours from Monday 9; the change comes at 11 with two used up.
    subject.after(2 * HOUR).do(rebaseTo(rulebook(MONDAY, { ...city, weekly })), SYSTEM);
    expect(consumed(subject, 'claim-1')).toBe(2 * HOUR);
    expect(dueOf(subject, 'claim-1')).toBe(iso(at('2026-11-23T15:00+01:00')));
  });

  test('finds a pause open at that very instant, and goes on with it', () => {
    const subject = open({ rulebook: withDecision(rulebook(MONDAY), twentyHours) });
    subject.do({ type: 'claim' }).do({ type: 'logAttempt', outcome: 'reached' });
    // An hour is used up, then the family is waited for from Monday 10 to Wednesday 15.
    subject.after(HOUR).do({ type: 'pause', reason: 'WAITING_FAMILY', until: at('2026-11-25T15:00+01:00') });
    subject.after(at('2026-11-24T10:00+01:00') - subject.at).do(rebaseTo(withDecision(rulebook(MONDAY, { ...city, weekly }), twentyHours)), SYSTEM);
    expect(clockOf(subject.state, 'decision-1')).toMatchObject({ paused: true });
    expect(consumed(subject, 'decision-1')).toBe(HOUR);
    // 19 hours are left: three on Wednesday afternoon, ten on Thursday, six on Friday morning.
    expect(dueOf(subject, 'decision-1')).toBe(iso(at('2026-11-27T14:00+01:00')));
    // Ended a day early, in an hour that only the old calendar was open: five more on Tuesday afternoon.
    subject.after(2 * HOUR).do({ type: 'resume' });
    expect(dueOf(subject, 'decision-1')).toBe(iso(at('2026-11-26T17:00+01:00')));
    expect(consumed(subject, 'decision-1')).toBe(HOUR);
  });

  test('a pause that began at the instant of the change belongs to the new calendar wholly', () => {
    const subject = open({ rulebook: withDecision(rulebook(MONDAY), twentyHours) });
    subject.do({ type: 'claim' }).do({ type: 'logAttempt', outcome: 'reached' });
    subject.after(HOUR).do({ type: 'pause', reason: 'WAITING_FAMILY', until: at('2026-11-24T15:00+01:00') });
    subject.do(rebaseTo(withDecision(rulebook(MONDAY, { ...city, weekly }), twentyHours)), SYSTEM);
    // 19 left: three on Tuesday, five on Wednesday, ten on Thursday, one on Friday.
    expect(dueOf(subject, 'decision-1')).toBe(iso(at('2026-11-27T09:00+01:00')));
  });

  test('a holiday added for a date that has passed gives no time back; for one to come it does', () => {
    const holiday = (date: string) => rulebook(MONDAY, { ...city, holidays: [...city.holidays!, { date, label: 'lutto cittadino' }] });
    const subject = open({ urgency: 'green', rulebook: rulebook(MONDAY) });
    const before = dueOf(subject, 'firstAttempt-1');
    expect(before).toBe(iso(at('2026-11-26T09:00+01:00')));
    subject.after(30 * HOUR);
    const used = consumed(subject, 'firstAttempt-1');
    subject.do(rebaseTo(holiday('2026-11-23')), SYSTEM);
    expect(consumed(subject, 'firstAttempt-1')).toBe(used);
    expect(dueOf(subject, 'firstAttempt-1')).toBe(before);
    subject.do(rebaseTo(holiday('2026-11-25')), SYSTEM);
    expect(dueOf(subject, 'firstAttempt-1')).toBe(iso(at('2026-11-27T09:00+01:00')));
    // Wednesday morning's time of day was still to come when Tuesday was taken: a date counts by the calendar in force at that time of it.
    subject.do(rebaseTo(holiday('2026-11-24')), SYSTEM);
    expect(dueOf(subject, 'firstAttempt-1')).toBe(before);
    // A case opened after the fact never saw the day closed, and counts it as the calendar now says.
    expect(workingTime(snapshot(MONDAY, '*', { ...city, holidays: [{ date: '2026-11-23', label: 'x' }] }), MONDAY, subject.at)).toBe(7 * HOUR);
  });
});

describe('clocks of one case on different calendars', () => {
  const three: CalendarDefinition = { id: 'municipio-3', parent: 'city' };
  const four: CalendarDefinition = { id: 'municipio-4', parent: 'city', weekly: { mon: AFTERNOON, tue: AFTERNOON } };

  test('each hop counts by its municipio, the family’s clock by each in its time, red by the wall', () => {
    const rules = rulebook(MONDAY, three, four);
    expect(Object.keys(rules.calendarOf).sort()).toEqual(['*', '3', '4']);
    const subject = open({ rulebook: withDecision(rules, { unit: 'working', ms: 12 * HOUR }), assignment: { municipio: '3', reason: 'registered_address' } });
    expect(dueOf(subject, 'claim-1')).toBe(iso(at('2026-11-23T13:00+01:00')));
    subject
      .do({ type: 'claim' })
      .after(2 * HOUR)
      .do({ type: 'transfer', municipio: '4', reason: 'family_moved' });
    subject.do({ type: 'acceptHandover' }, ELSEWHERE);
    // Municipio 4 opens at 13: four hours from 11 are over at 17.
    expect(dueOf(subject, 'claim-2')).toBe(iso(at('2026-11-23T17:00+01:00')));
    // Two of twelve hours were used up at municipio 3; five on Monday and five on Tuesday at municipio 4.
    expect(dueOf(subject, 'decision-1')).toBe(iso(at('2026-11-24T18:00+01:00')));
    expect(consumed(subject, 'decision-1')).toBe(2 * HOUR);
    const red = open({ urgency: 'red', rulebook: rules, assignment: { municipio: '4', reason: 'registered_address' } });
    expect(dueOf(red, 'claim-1')).toBe(iso(MONDAY + HOUR / 2));
  });

  test('in the same night, one on a calendar that never closes', () => {
    const always = milanDefinitions(2026)[1]!;
    const night = at('2026-10-25T00:30+02:00');
    const rules = rulebook(night, { id: 'municipio-3', parent: always.id }, always);
    const subject = open({ rulebook: rules, urgency: 'yellow', assignment: { municipio: '3', reason: 'registered_address' } }, night);
    // Four hours, in which the clock goes back: 3:30, not 4:30.
    expect(dueOf(subject, 'claim-1')).toBe(iso(at('2026-10-25T03:30+01:00')));
  });
});

describe('Milan', () => {
  const milan = (instant: string) => snapshot(at(instant), '*');

  test.each([
    ['a Saturday before the patron’s day and the day after', '2026-12-05T16:00+01:00', 4, '2026-12-09T10:00+01:00'],
    ['the Saturday before Easter', '2026-04-04T16:00+02:00', 4, '2026-04-07T10:00+02:00'],
    ['the Saturday before Easter of the year after the next', '2028-04-15T16:00+02:00', 4, '2028-04-18T10:00+02:00'],
    ['4 October on a Sunday', '2026-10-03T17:00+02:00', 2, '2026-10-05T09:00+02:00'],
    ['4 October on a Monday', '2027-10-02T17:00+02:00', 2, '2027-10-05T09:00+02:00'],
    ['the end of a year and the Epiphany', '2026-12-31T17:00+01:00', 32, '2027-01-07T09:00+01:00'],
  ])('counts over %s', (_, start, hours, due) => {
    expect(iso(addWorkingTime(milan(start), at(start), hours * HOUR))).toBe(iso(at(due)));
  });

  test('did not close on 4 October before 2026', () => {
    expect(
      openIntervals(snapshot(at('2025-01-02T00:00Z'), '*', ...milanDefinitions(2025)), at('2025-10-04T00:00+02:00'), at('2025-10-05T00:00+02:00')),
    ).toHaveLength(1);
  });

  test('knows its holidays two years ahead from any day a case may open on', () => {
    for (const opened of ['2026-01-01T00:00+01:00', '2026-12-31T23:59:59+01:00', '2028-02-29T12:00+01:00']) {
      const calendar = milan(opened);
      const later = at(opened) + 2 * 365 * 24 * HOUR;
      expect(calendar.until).toBeGreaterThanOrEqual(later);
      // 604 or so open dates: the last of them is found with every holiday in between.
      const due = addBusinessDays(calendar, at(opened), 590);
      expect(due).toBeLessThan(calendar.until);
      expect(addBusinessDays(calendar, due, -590)).toBeLessThanOrEqual(at(opened));
    }
  });
});

describe('days that are longer or shorter, and hours across the change', () => {
  const day = (weekly: CalendarDefinition['weekly'], from: string, to: string, timeZone = 'Europe/Rome') => {
    const calendar = snapshot(at(from), '3', { id: 'municipio-3', parent: null, timeZone, weekly: weekly! });
    return workingTime(calendar, at(from), at(to)) / HOUR;
  };
  const always: readonly LocalHours[] = [['00:00', '24:00']];
  const early: readonly LocalHours[] = [['01:30', '03:30']];
  const shift: readonly LocalHours[] = [['22:00', '06:00']];

  test.each([
    ['23 hours in March', { sun: always }, '2026-03-29T00:00+01:00', '2026-03-30T00:00+02:00', 23],
    ['25 hours in October', { sun: always }, '2026-10-25T00:00+02:00', '2026-10-26T00:00+01:00', 25],
    ['an opening across the gap', { sun: early }, '2026-03-29T00:00+01:00', '2026-03-30T00:00+02:00', 1],
    ['an opening within the gap', { sun: [['02:10', '02:50']] as const }, '2026-03-29T00:00+01:00', '2026-03-30T00:00+02:00', 0],
    ['an opening across the repeated hour', { sun: early }, '2026-10-25T00:00+02:00', '2026-10-26T00:00+01:00', 3],
    ['a night shift into March’s change', { sat: shift }, '2026-03-28T12:00+01:00', '2026-03-29T12:00+02:00', 7],
    ['a night shift into October’s change', { sat: shift }, '2026-10-24T12:00+02:00', '2026-10-25T12:00+01:00', 9],
    ['a leap day', { tue: always }, '2028-02-29T00:00+01:00', '2028-03-01T00:00+01:00', 24],
    ['a night shift into the new year', { thu: shift }, '2026-12-31T12:00+01:00', '2027-01-01T12:00+01:00', 8],
  ])('%s', (_, weekly, from, to, expected) => expect(day({ wed: OFFICE, ...weekly }, from, to)).toBe(expected));

  test('half an hour on Lord Howe, and a date that never was on Samoa', () => {
    expect(day({ wed: OFFICE, sun: always }, '2026-04-05T00:00+11:00', '2026-04-06T00:00+10:30', 'Australia/Lord_Howe')).toBe(24.5);
    const friday = { wed: OFFICE, thu: always, fri: always, sat: always };
    expect(day(friday, '2011-12-29T00:00-10:00', '2012-01-01T00:00+14:00', 'Pacific/Apia')).toBe(48);
  });

  test('a night belongs to the date it opens on: a holiday on New Year’s Day does not end it, one on New Year’s Eve does', () => {
    const holiday = (date: string) =>
      snapshot(MONDAY, '3', {
        id: 'municipio-3',
        parent: null,
        timeZone: 'Europe/Rome',
        weekly: { thu: shift, wed: OFFICE },
        holidays: [{ date, label: 'x' }],
      });
    const count = (date: string) => workingTime(holiday(date), at('2026-12-31T12:00+01:00'), at('2027-01-01T12:00+01:00')) / HOUR;
    expect([count('2027-01-01'), count('2026-12-31')]).toEqual([8, 0]);
  });
});
