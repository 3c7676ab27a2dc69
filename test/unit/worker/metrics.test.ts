import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createAppendActivities, type CaseAppend } from '../../../activities/append.ts';
import { breachLags } from '../../../activities/metrics.ts';
import type { CaseEvent } from '../../../domain/case/events.ts';
import { createDatabase } from '../../../db/knex.ts';
import { createWorkerMetrics } from '../../../worker/metrics.ts';
import { CaseUnderTest } from '../../support/case-builder.ts';
import { HOUR } from '../../support/rulebook.ts';

jest.setTimeout(20_000);

// Nothing listens there: nothing here may need the database.
const knex = createDatabase({ url: 'postgres://nobody@127.0.0.1:1/none', applicationName: 'test' });
afterAll(() => knex.destroy());

const { registry, engine } = createWorkerMetrics(knex, Date.now);
const said = (name: string): Promise<string> => registry.getSingleMetricAsString(name);

describe('what a worker measures', () => {
  test('stands in the metrics page, each by its name', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/reference/metrics.md'), 'utf8');
    const names = registry.getMetricsAsArray().map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(6);
    expect(names.filter((name) => !page.includes(`\`${name}\``) && !page.includes(`\`${name}{`))).toEqual([]);
  });

  test('counts attempts to append from the sixth on', async () => {
    const caseLog = { append: () => Promise.reject(new Error('connection refused')) };
    const activities = createAppendActivities({ caseLog, recovery: { restart: () => Promise.resolve() }, metrics: engine, now: Date.now });
    const request = { caseId: 'c', revision: 2 } as CaseAppend;
    for (const attempt of [5, 6, 7]) {
      await expect(new MockActivityEnvironment({ attempt }).run(() => activities.append(request))).rejects.toThrow('connection refused');
    }
    expect(await said('append_delayed_attempts_total')).toMatch(/^append_delayed_attempts_total 2$/m);
  });

  test('puts the lag of a breach into the buckets of its budget', async () => {
    [40, 1_200].forEach(engine.breachRecorded);
    const text = await said('breach_lag_milliseconds');
    expect(text).toContain('breach_lag_milliseconds_bucket{le="1000"} 1');
    expect(text).toContain('breach_lag_milliseconds_count 2');
  });

  test('is asked for although the database is away, without figures of before', async () => {
    const text = await registry.metrics();
    expect(text).toContain('breach_lag_milliseconds_count');
    expect(text).not.toMatch(/^(outbox|incidents)_/m);
  });
});

describe('the lag of a breach', () => {
  test('counts from the instant it was due', () => {
    const events = new CaseUnderTest().tickAfter(4 * HOUR);
    const breach = events.find((event) => event.type === 'clockBreached')!;
    expect(breachLags(events, breach.at + 700)).toEqual([700]);
  });

  test('counts from the change where a change made it overdue: nobody noticed it late', () => {
    const subject = new CaseUnderTest({ urgency: 'green' }).after(3 * HOUR);
    const events = subject.try({ type: 'changeUrgency', urgency: 'red', reason: 'new_red_flag', redFlags: ['R1'] }) as readonly CaseEvent[];
    expect(events.some((event) => event.type === 'clockBreached' && event.dueAt < subject.at)).toBe(true);
    expect(new Set(breachLags(events, subject.at + 5))).toEqual(new Set([5]));
  });
});
