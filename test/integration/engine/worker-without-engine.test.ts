import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { TEST_MASTER_KEYS } from '../../support/master-keys.ts';
import { workerConfig } from '../../../worker/config.ts';
import { startWorker } from '../../../worker/main.ts';
import { SchemaOlder } from '../../../db/migrate.ts';
import { freePort } from '../../../cli/embedded/free-port.ts';
import { eventually } from '../../support/case-harness.ts';
import { freshDatabase, type TestDatabase } from '../../support/fresh-database.ts';

jest.setTimeout(60_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.close());

const logger = pino({ level: 'silent' });
const settings = async (url: string) =>
  workerConfig({
    DATABASE_URL: url,
    WORKER_HEALTH_PORT: '0',
    TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}`,
    LOG_LEVEL: 'fatal',
    MASTER_KEYS: TEST_MASTER_KEYS,
  });

describe('a worker whose engine is not there', () => {
  test('lives, is not ready, names what is missing, and ends when told', async () => {
    const worker = await startWorker(await settings(database.url), logger);
    await eventually(async () => {
      const answer = await fetch(`${worker.healthUrl}/readyz`);
      expect({ status: answer.status, body: await answer.json() }).toEqual({
        status: 503,
        body: { status: 'failing', failing: ['temporal', 'pollers', 'relay'] },
      });
    });
    expect((await fetch(`${worker.healthUrl}/livez`)).status).toBe(200);
    await worker.stop();
    await expect(fetch(`${worker.healthUrl}/livez`)).rejects.toThrow();
  });

  test('refuses a database that was not migrated', async () => {
    const empty = await freshDatabase({ empty: true });
    const worker = await startWorker(await settings(empty.url), logger);
    await expect(worker.ended).rejects.toBeInstanceOf(SchemaOlder);
    await empty.close();
  });
});
