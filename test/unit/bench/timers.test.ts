import { describe, expect, jest, test } from '@jest/globals';
import type pg from 'pg';
import { dueInstants } from '../../../bench/timers/burst.ts';
import { measureBurst, type BurstMeasurement } from '../../../bench/timers/measure-burst.ts';
import type { ParkedTarget, RecordedBreach } from '../../../bench/timers/parking.ts';
import { timerBudgets } from '../../../bench/timers/timer-report.ts';
import type { HttpClient } from '../../../bench/http-client.ts';
import type { RunningProduct } from '../../../bench/product.ts';
import { watchLists } from '../../../bench/timers/watch-lists.ts';

jest.setTimeout(30_000);

const database = {} as pg.Client;

describe('a burst', () => {
  test('is due at one instant, or spread evenly over a minute', () => {
    expect(dueInstants('instant', 3, 1_000)).toEqual([1_000, 1_000, 1_000]);
    expect(dueInstants('minute', 4, 1_000)).toEqual([1_000, 16_000, 31_000, 46_000]);
  });

  test('is told by what was recorded: lags, what was doubled and what came early', async () => {
    const due = new Map<string, number>();
    // As the log of four cases: two late, one of them twice, one before its time.
    const late: readonly (readonly number[])[] = [[40], [90, 95], [-5], [60]];
    const target: ParkedTarget = {
      name: 'prototype',
      processes: [],
      prepare: () => Promise.resolve(''),
      park(_, dueAt) {
        const id = `case-${due.size}`;
        due.set(id, dueAt);
        return Promise.resolve(id);
      },
      breaches: (_, ids) =>
        Promise.resolve(
          ids.flatMap((caseId, index): RecordedBreach[] => {
            const dueAt = due.get(caseId) ?? 0;
            return (late[index] ?? []).map((ms) => ({ caseId, dueAt, recordedAt: dueAt + ms }));
          }),
        ),
    };
    const figures = await measureBurst(target, database, { burst: 'instant', cases: 4, round: 1, signal: undefined, report: () => undefined });
    expect(figures).toMatchObject({
      target: 'prototype',
      cases: 4,
      lagMs: { p50: 40, p99: 90, max: 90 },
      drainMs: 95,
      lost: 0,
      double: 1,
      early: 1,
      lists: null,
    });
  });
});

describe('the lists of a burst', () => {
  const product = { url: '', tokens: { operator: '', socialWorker: '' } } as RunningProduct;
  const page = (...cases: readonly (readonly [string, boolean])[]) => ({
    items: cases.map(([caseId, overdue]) => ({
      caseId,
      clocks: [
        { name: 'claim', overdue: false },
        { name: 'callbackWindow', overdue },
      ],
    })),
    next: null,
  });

  test('must hold what is due, and nothing before it is due', async () => {
    const now = Date.now();
    const due = new Map([
      ['shown', now - 10],
      ['forgotten', now - 10],
      ['unmarked', now - 10],
      ['later', now + 60_000],
      ['rash', now + 60_000],
    ]);
    const http: HttpClient = {
      send: () => Promise.resolve({ status: 200, ms: 1, body: page(['shown', true], ['unmarked', false], ['rash', true], ['stranger', true]) }),
      close: () => undefined,
    };
    expect(await watchLists(product, http, due, () => true)).toMatchObject({ passes: 1, looked: 3, missing: 2, early: 1 });
  });
});

describe('the budgets of a run', () => {
  const measured = (target: string, burst: 'instant' | 'minute', drainMs: number, more: Partial<BurstMeasurement> = {}): BurstMeasurement => ({
    ...{ target, burst, round: 1, cases: 1_000, parkedPerSecond: 20, lagMs: { p50: 1, p99: 700, max: 900 }, drainMs, breachesPerSecond: 50 },
    ...{ lost: 0, double: 0, early: 0, cpuMsPerBreach: {}, lists: null, ...more },
  });
  const line = (list: readonly BurstMeasurement[], text: string) => timerBudgets(list).find(({ what }) => what.startsWith(text));

  test('hold the time to drain against the prototype of the same run', () => {
    const list = [measured('product', 'instant', 13_000), measured('prototype', 'instant', 10_000), measured('product', 'minute', 50)];
    expect(line(list, 'product: all due')).toMatchObject({ figure: 1.3, met: true });
    expect(line([measured('product', 'instant', 14_000), measured('prototype', 'instant', 10_000)], 'product: all due')).toMatchObject({ met: false });
    expect(line(list, 'product: lag p99')).toMatchObject({ figure: 700, met: true });
    expect(line(list, 'product without alerts: all due')).toMatchObject({ figure: null, met: null });
  });

  test('allow nothing lost, doubled, early or hidden', () => {
    const list = [
      measured('product', 'instant', 1, { lost: 1, early: 3 }),
      measured('product', 'minute', 1, { double: 2 }),
      measured('prototype', 'instant', 1, { lost: 9 }),
    ];
    expect(
      [line(list, 'breaches lost'), line(list, 'breaches doubled'), line(list, 'breaches recorded early')].map((found) => [found?.figure, found?.met]),
    ).toEqual([
      [1, false],
      [2, false],
      [3, false],
    ]);
    expect(line(list, 'overdue clocks not shown')).toMatchObject({ figure: 0, met: true });
  });
});
