import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createClosingActivities } from '../../activities/closings.ts';
import { NO_POLICY } from '../../domain/sla/no-policy.ts';
import { WALL_CLOCK, type CalendarSnapshot } from '../../domain/sla/calendar-snapshot.ts';
import type { HandoverItem, HandoverList } from '../../domain/staff/handover-list.ts';
import type { closingsWorkflow } from '../../workflows/index.ts';
import { CLOSINGS_WORKFLOW, type ClosingsInput } from '../../workflows/closings/messages.ts';
import { eventually } from '../support/case-harness.ts';
import { DAY, HOUR, MINUTE } from '../support/rulebook.ts';
import { createTimeSkipping, type TimeSkipping } from '../support/time-skipping.ts';

const ITEM: HandoverItem = { caseId: 'c-1', urgency: 'red', status: 'contacting', owner: null, nearestDueAt: null, reasons: ['no_plan'] };

/** Open every day from eight to this hour, UTC. */
const until = (hour: number): CalendarSnapshot => ({
  ...WALL_CLOCK,
  id: 'c',
  version: `until-${hour}`,
  weekly: Array.from({ length: 7 }, () => [[8 * 3600, hour * 3600] as const]),
});

const lists: HandoverList[] = [];
const told: string[] = [];
const sent: string[] = [];
let calendars: Record<string, CalendarSnapshot> = {};
let items: readonly HandoverItem[] = [];

let engine: TimeSkipping;
beforeAll(async () => {
  engine = await createTimeSkipping(() =>
    createClosingActivities({
      territories: ['3', '6'],
      rulebooks: {
        withCalendars: () => ({
          policy: NO_POLICY,
          calendars: Object.fromEntries(Object.values(calendars).map((calendar) => [calendar.version, calendar])),
          calendarOf: Object.fromEntries(Object.entries(calendars).map(([territory, { version }]) => [territory, version])),
        }),
      },
      handoverLists: {
        current: () => Promise.resolve(items),
        store(list) {
          const kept = lists.find(({ municipio, closesAt }) => municipio === list.municipio && closesAt === list.closesAt);
          if (kept === undefined) lists.push(list);
          return Promise.resolve(kept ?? list);
        },
      },
      staffMessages: { insert: ({ key, audience }) => Promise.resolve(told.push(`${key} ${audience.join(' ')}`) > 0) },
      begin: ({ key }) => Promise.resolve(void sent.push(key)),
    }),
  );
}, 60_000);
afterAll(async () => {
  await engine.stop();
  await engine.env.teardown();
});
beforeEach(() => {
  for (const list of [lists, told, sent]) list.length = 0;
  items = [ITEM];
});

async function startClosings(input: ClosingsInput = {}) {
  return engine.env.client.workflow.start<typeof closingsWorkflow>(CLOSINGS_WORKFLOW, {
    workflowId: `closings-${randomUUID()}`,
    taskQueue: engine.taskQueue,
    args: [input],
  });
}

/** Midnight UTC of the coming day, reached by sleeping. */
async function midnight(): Promise<number> {
  const now = await engine.env.currentTimeMs();
  const next = Math.ceil(now / DAY) * DAY;
  await engine.env.sleep(next - now);
  return next;
}

describe('before a closing', () => {
  test('the list of each territory is made half an hour ahead, kept and told, day after day', async () => {
    calendars = { '3': until(18), '6': until(20) };
    const start = await midnight();
    const handle = await startClosings();
    await engine.env.sleep(2 * DAY);
    await eventually(() => expect(lists).toHaveLength(4));
    await handle.terminate();
    const closings = [0, 1].flatMap((day) => [18, 20].map((hour) => start + day * DAY + hour * HOUR));
    expect(lists.map(({ closesAt }) => closesAt)).toEqual(closings);
    for (const { madeAt, closesAt } of lists) expect(Math.abs(closesAt - madeAt - 30 * MINUTE)).toBeLessThan(10_000);
    expect(lists.map(({ municipio }) => municipio)).toEqual(['3', '6', '3', '6']);
    const key = `handover:3:${new Date(closings[0]!).toISOString()}`;
    expect([told[0], sent[0], told.length]).toEqual([`${key} coordinator shiftLeader`, key, 4]);
  });

  test('an empty list is kept and tells nobody', async () => {
    calendars = { '3': until(18), '6': until(18) };
    items = [];
    await midnight();
    const handle = await startClosings();
    await engine.env.sleep(DAY);
    await eventually(() => expect(lists).toHaveLength(2));
    await handle.terminate();
    expect([told, sent]).toEqual([[], []]);
  });

  test('hours published during the day are heard within the hour', async () => {
    calendars = { '3': until(20), '6': WALL_CLOCK };
    const start = await midnight();
    const handle = await startClosings();
    await engine.env.sleep(9 * HOUR);
    calendars = { '3': until(12), '6': WALL_CLOCK };
    await engine.env.sleep(6 * HOUR);
    await eventually(() => expect(lists.map(({ closesAt }) => closesAt)).toEqual([start + 12 * HOUR]));
    await handle.terminate();
  });

  test('a run that continues as new leaves none out and makes none twice; where nobody ever closes none is made', async () => {
    calendars = { '3': until(18), '6': WALL_CLOCK };
    const start = await midnight();
    const handle = await startClosings({ continueAfter: 3 });
    await engine.env.sleep(3 * DAY);
    await eventually(() => expect(lists).toHaveLength(3));
    expect(lists.map(({ closesAt }) => closesAt)).toEqual([0, 1, 2].map((day) => start + day * DAY + 18 * HOUR));
    calendars = { '3': WALL_CLOCK, '6': WALL_CLOCK };
    await engine.env.sleep(2 * DAY);
    await handle.terminate();
    expect(lists).toHaveLength(3);
  });

  test('one that was slept over until the doors opened again is passed by', async () => {
    calendars = { '3': until(18), '6': WALL_CLOCK };
    const start = await midnight();
    await engine.env.sleep(9 * HOUR);
    const handle = await startClosings({ after: start - DAY });
    await engine.env.sleep(HOUR);
    expect(lists).toEqual([]);
    await engine.env.sleep(8 * HOUR);
    await eventually(() => expect(lists.map(({ closesAt }) => closesAt)).toEqual([start + 18 * HOUR]));
    await handle.terminate();
  });
});
