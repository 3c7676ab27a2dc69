/** API and worker as the product starts them, in this process, on a database and a task queue of their own: what the benchmark measures. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pino } from 'pino';
import { publishedRulebooks } from '../../../activities/published-rulebooks.ts';
import { readApiConfig } from '../../../api/config.ts';
import { createDevIssuer } from '../../../api/dev-issuer.ts';
import { startApi } from '../../../api/server.ts';
import { MUNICIPIO, type RunningProduct } from '../../../bench/product.ts';
import { workerConfig } from '../../../worker/config.ts';
import { startWorker } from '../../../worker/main.ts';
import { TEST_MASTER_KEYS } from '../../support/master-keys.ts';
import { freshDatabase } from '../../support/fresh-database.ts';

export interface ProductUnderTest extends RunningProduct {
  readonly stop: () => Promise<void>;
}

/** Starts both; `stop` leaves nothing behind. */
export async function startProduct(): Promise<ProductUnderTest> {
  const temporalAddress = process.env['TEST_TEMPORAL_ADDRESS'];
  if (temporalAddress === undefined) throw new Error('TEST_TEMPORAL_ADDRESS is set by the set-up of the integration project');
  const directory = await mkdtemp(join(tmpdir(), 'secondo-livello-counts-'));
  const database = await freshDatabase();
  const env = {
    ...{
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: temporalAddress,
      TASK_QUEUE: `cases-${randomUUID()}`,
      LOG_LEVEL: 'error',
      MASTER_KEYS: TEST_MASTER_KEYS,
    },
    ...{ API_PORT: '0', API_METRICS_PORT: '0', WORKER_HEALTH_PORT: '0', DEV_ISSUER: 'on', DATA_DIR: directory },
  };
  const logger = pino({ level: 'silent' });
  const worker = await startWorker(workerConfig(env), logger);
  const api = await startApi(readApiConfig(env), { rulebooks: publishedRulebooks }, logger);
  const issuer = await createDevIssuer(directory);
  return {
    url: api.url,
    databaseUrl: database.url,
    temporalAddress,
    temporalNamespace: 'default',
    tokens: { operator: await issuer.mintToken({ role: 'operator' }), socialWorker: await issuer.mintToken({ role: 'socialWorker', municipio: MUNICIPIO }) },
    processes: [],
    async stop() {
      await api.close();
      await worker.stop();
      await database.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
