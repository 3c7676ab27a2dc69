import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { APPEND_SLOTS, ACTIVITY_SLOTS, POOL_SIZE, RELAY_WIDTH } from '../../../worker/limits.ts';

jest.setTimeout(10_000);

test('every append, activity and effect of a worker has its connection, and the configuration page says how many that is', () => {
  expect(POOL_SIZE).toBeGreaterThan(APPEND_SLOTS + ACTIVITY_SLOTS + RELAY_WIDTH);
  const page = readFileSync(join(import.meta.dirname, '../../../docs/reference/configuration.md'), 'utf8');
  expect(page).toContain(`Postgres; up to ${POOL_SIZE} connections`);
});
