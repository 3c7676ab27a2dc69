import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EventOf, EventType } from '../../domain/case/events.ts';
import { COORDINATOR } from '../support/case-builder.ts';
import { eventually, type RunningCase } from '../support/case-harness.ts';
import { DAY, HOUR, MINUTE } from '../support/rulebook.ts';
import { createTimeSkipping, type TimeSkipping } from '../support/time-skipping.ts';

let engine: TimeSkipping;
beforeAll(async () => {
  engine = await createTimeSkipping();
}, 60_000);
afterAll(async () => {
  await engine.stop();
  await engine.env.teardown();
});

function find<T extends EventType>(running: RunningCase, type: T): readonly EventOf<T>[] {
  return running.revisions().flatMap((revision) => revision.events.filter((event): event is EventOf<T> => event.type === type));
}

const announcedOf = (running: RunningCase) => engine.recorded.announced.filter(({ caseId }) => caseId === running.caseId);

describe('a case from the call to closure', () => {
  test('answers each command with what was written, and ends with the episode', async () => {
    const running = await engine.open();
    expect(await running.do({ type: 'claim' })).toMatchObject({ revision: 2, etag: 2, status: 'contacting' });
    expect(await running.do({ type: 'logAttempt', outcome: 'reached' })).toMatchObject({ revision: 3, status: 'following_up' });
    expect(await running.do({ type: 'recordDecision', kind: 'information' })).toMatchObject({ revision: 4 });
    const closed = await running.do({ type: 'close', outcome: 'informed' });
    expect(closed).toMatchObject({ revision: 5, status: 'closed' });
    expect(closed.clocks.every((clock) => clock.status !== 'running')).toBe(true);
    expect(await running.handle.result()).toEqual({ revision: 5, status: 'closed' });
    expect(announcedOf(running)).toEqual([]);
  });
});

describe('when nobody acts', () => {
  test('a case warns, breaches at the instant it was due, and climbs the ladder when the first alert goes unanswered', async () => {
    const running = await engine.open();
    const [opened] = find(running, 'opened');
    await engine.env.sleep(4 * HOUR + MINUTE);
    await eventually(() => expect(announcedOf(running)).toHaveLength(1));
    expect(find(running, 'clockWarned').map((event) => event.warning)).toEqual([0, 1]);
    const [breach] = find(running, 'clockBreached');
    expect(breach).toMatchObject({ clock: 'claim-1', dueAt: opened!.at + 4 * HOUR, at: opened!.at + 4 * HOUR });
    expect(breach!.detectedAt - breach!.dueAt).toBeLessThan(2_000);
    await engine.env.sleep(2 * HOUR);
    await eventually(() => expect(announcedOf(running)).toHaveLength(2));
    expect(announcedOf(running).map(({ key, audience }) => ({ key, audience }))).toEqual([
      { key: `${running.caseId}:1:alert-1`, audience: ['coordinator'] },
      { key: `${running.caseId}:1:alert-2`, audience: ['manager'] },
    ]);
  });

  test('an answered alert stops the ladder', async () => {
    const running = await engine.open();
    await engine.env.sleep(4 * HOUR + MINUTE);
    await eventually(() => expect(running.count('alertRaised')).toBe(1));
    await running.do({ type: 'acknowledgeAlert', alert: 1, note: 'taking_care' }, COORDINATOR);
    await engine.env.sleep(4 * HOUR);
    expect(running.count('alertRaised')).toBe(1);
  });

  test('a red case tells its supervisors as soon as its workflow starts', async () => {
    const running = await engine.open({ urgency: 'red', redFlags: ['R1'] });
    await eventually(() => expect(announcedOf(running)).toMatchObject([{ alert: 1, municipio: '3', audience: ['shiftLeader', 'coordinator'] }]));
    expect(running.events()).toContain('alertRaised');
  });
});

describe('what time brings', () => {
  test('an agreed window reminds at its start and breaches at its end', async () => {
    const running = await engine.open();
    await running.do({ type: 'claim' });
    const now = await engine.env.currentTimeMs();
    await running.do({ type: 'agreeCallback', from: now + HOUR, to: now + 2 * HOUR });
    await engine.env.sleep(HOUR + MINUTE);
    await eventually(() => expect(running.count('callbackReminded')).toBe(1));
    expect(running.count('clockBreached')).toBe(0);
    await engine.env.sleep(HOUR);
    await eventually(() => expect(find(running, 'clockBreached')).toMatchObject([{ name: 'callbackWindow', dueAt: now + 2 * HOUR }]));
  });

  test('a pause ends by itself and gives the time back', async () => {
    const running = await engine.open();
    await running.do({ type: 'claim' });
    await running.do({ type: 'logAttempt', outcome: 'reached' });
    const until = (await engine.env.currentTimeMs()) + 2 * DAY;
    const paused = await running.do({ type: 'pause', reason: 'WAITING_FAMILY', until });
    expect(paused.clocks.find((clock) => clock.name === 'decision')).toMatchObject({ paused: true });
    await engine.env.sleep(2 * DAY + MINUTE);
    await eventually(() => expect(find(running, 'resumed')).toMatchObject([{ at: until, cause: 'end_reached' }]));
    const clock = (await running.do({ type: 'planFollowUp', kind: 'call', dueAt: until + 3 * DAY })).clocks.find(({ name }) => name === 'decision');
    expect(clock).toMatchObject({ paused: false, status: 'running' });
  });

  test('a timer that rings for a promise already kept writes nothing', async () => {
    const running = await engine.open();
    await running.do({ type: 'claim' });
    await engine.env.sleep(3 * HOUR);
    const { events } = await running.handle.fetchHistory();
    expect(events!.some((event) => event.timerFiredEventAttributes)).toBe(true);
    expect(running.revisions()).toHaveLength(2);
    expect((await running.state()).revision).toBe(2);
  });

  test('a deadline that moves nearer arms the timer again, one that moves away does not', async () => {
    const running = await engine.open();
    await running.do({ type: 'claim' });
    const now = await engine.env.currentTimeMs();
    await running.do({ type: 'agreeCallback', from: now + 10 * MINUTE, to: now + HOUR });
    await running.do({ type: 'logAttempt', outcome: 'reached' });
    const { events } = await running.handle.fetchHistory();
    const count = (name: 'timerStartedEventAttributes' | 'timerCanceledEventAttributes') => events!.filter((event) => event[name]).length;
    expect({ started: count('timerStartedEventAttributes'), cancelled: count('timerCanceledEventAttributes') }).toEqual({ started: 2, cancelled: 1 });
  });
});
