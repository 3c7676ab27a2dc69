// Promises that run out together, at the scale of a test: what the timer benchmark measures, on real servers.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { formatTimers } from '../../../bench/timers/timer-report.ts';
import { runTimers } from '../../../bench/timers/timers.ts';
import { startProduct, type ProductUnderTest } from './running-product.ts';

jest.setTimeout(180_000);

const CASES = 12;

let product: ProductUnderTest;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());

test('promises due at one instant are each recorded as broken once, and shown as overdue at once', async () => {
  const report = await runTimers(product, { cases: CASES, bursts: ['instant'] });
  expect(report.measurements.map(({ target }) => target)).toEqual(['product', 'product without alerts', 'prototype']);
  expect(report.measurements.map(({ lost, double, early }) => ({ lost, double, early }))).toEqual(
    Array.from({ length: 3 }, () => ({ lost: 0, double: 0, early: 0 })),
  );
  for (const { lagMs, lists, target } of report.measurements) {
    expect(lagMs.p50).toBeGreaterThan(0);
    if (target === 'prototype') expect(lists).toBeNull();
    else expect(lists).toMatchObject({ missing: 0, early: 0 });
    // The first walk through the lists begins with the burst: nobody waits for what is recorded.
    if (lists !== null) expect(lists.looked).toBeGreaterThanOrEqual(CASES);
  }
  expect(formatTimers(report)).toContain('all due at one instant');
});
