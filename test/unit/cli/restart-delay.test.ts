import { expect, test } from '@jest/globals';
import { createRestartDelay } from '../../../cli/start/restart-delay.ts';

test('delays double while something keeps ending, up to ten seconds, and there is none once it has lived', () => {
  let now = 0;
  const delay = createRestartDelay(() => now);
  const ended = Array.from({ length: 9 }, () => {
    delay.started();
    now += 1_000;
    return delay.next();
  });
  expect(ended).toEqual([0, 100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000]);
  delay.started();
  now += 60_000;
  expect(delay.next()).toBe(0);
});
