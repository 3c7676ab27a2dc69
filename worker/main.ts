/** Composition root of a worker process: the Temporal worker, the outbox relay and their health. */
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { NativeConnection, type Worker } from '@temporalio/worker';
import closeWithGrace from 'close-with-grace';
import type { Knex } from 'knex';
import { pino, type Logger } from 'pino';
import { ConfigInvalid } from '../config/environment.ts';
import { createDataConverter } from '../db/protection/data-converter.ts';
import { KeyRingInvalid } from '../db/protection/errors.ts';
import { openKeys } from '../db/protection/key-source.ts';
import { createDatabase } from '../db/knex.ts';
import { assertSchemaCurrent, SchemaNewer, SchemaOlder } from '../db/migrate.ts';
import { loadWorkflowBundle } from './bundle.ts';
import { createCaseServices, createCaseWorker, createDeliveryWorker, runTogether, shutDown } from './case-worker.ts';
import { hasChannels, workerConfig, type WorkerConfig } from './config.ts';
import { startHealthServer } from './health.ts';
import { POOL_SIZE } from './limits.ts';
import { keepRebasesRunning } from './rebases.ts';
import { startRelay, type Relay } from './relay.ts';
import { createWorkerMetrics, type WorkerMetrics } from './metrics.ts';
import { installRuntime, temporalLogger } from './runtime.ts';
import { keepClosings } from './closings.ts';
import { keepReconciled } from './schedules.ts';

export interface RunningWorker {
  readonly healthUrl: string;
  /** Settled when the worker has ended; rejected when it failed. */
  readonly ended: Promise<void>;
  /** Relay first, then the worker drains, then the connections close. */
  stop(): Promise<void>;
}

/** What a worker is made of, as far as it has come up. */
interface Parts {
  readonly knex: Knex;
  readonly dataConverter: DataConverter;
  readonly metrics: WorkerMetrics;
  connection?: NativeConnection;
  /** The case worker first. */
  readonly workers: Worker[];
  relay?: Relay;
}

const RECONNECT_MS = 1_000;

/** Starts a worker in this process; its health is served before its engine is there. Throws `KeyRingInvalid`. */
export async function startWorker(config: WorkerConfig, logger: Logger): Promise<RunningWorker> {
  const dataConverter = createDataConverter(openKeys(config.keys), { onFault: (err) => logger.error({ err }, 'a payload cannot be opened') });
  const knex = createDatabase({ url: config.databaseUrl, poolSize: POOL_SIZE, applicationName: 'secondo-livello-worker' });
  const parts: Parts = { knex, dataConverter, workers: [], metrics: createWorkerMetrics(knex, () => Date.now()) };
  const stopping = new AbortController();
  // First, while nothing else is open: the port may be taken, and the SDK's runtime cannot be taken down before something has used it.
  const health = await startHealthServer({ host: config.host, port: config.healthPort, checks: checksOf(parts), metrics: parts.metrics.registry });
  try {
    installRuntime({ logger, metricsAddress: config.metricsAddress });
  } catch (error) {
    await health.close();
    await knex.destroy();
    throw error;
  }
  const ended = serve(parts, config, logger, stopping.signal).finally(async () => {
    await parts.relay?.stop();
    await parts.connection?.close();
    await knex.destroy();
    await health.close();
  });
  return {
    healthUrl: health.url,
    ended,
    async stop() {
      stopping.abort();
      await parts.relay?.stop();
      shutDown(parts.workers);
      await ended;
    },
  };
}

async function serve(parts: Parts, config: WorkerConfig, logger: Logger, stopping: AbortSignal): Promise<void> {
  const { taskQueue, namespace, cachedCases, deployment } = config;
  const { dataConverter } = parts;
  const bundle = await loadWorkflowBundle(temporalLogger(logger));
  await untilSchemaCurrent(parts.knex, logger, stopping);
  const connection = await connect(config, logger, stopping);
  if (connection === null) return;
  parts.connection = connection;
  const client = new Client({ connection, namespace, dataConverter });
  const { retention, speed, territories, notifications } = config;
  const now = (): number => Date.now();
  const services = createCaseServices({
    knex: parts.knex,
    client,
    taskQueue,
    retention,
    speed,
    territories,
    notifications,
    metrics: parts.metrics.engine,
    now,
  });
  const common = { connection, namespace, taskQueue, activities: services.activities, dataConverter };
  parts.workers.push(await createCaseWorker({ ...common, bundle, cachedCases, deployment }));
  if (hasChannels(notifications)) parts.workers.push(await createDeliveryWorker(common));
  if (stopping.aborted) return;
  parts.relay = startRelay({ ...services, logger, now });
  const rebasing = { progress: services.rebases, client, taskQueue, logger, stopping, now };
  const keeping = { client, taskQueue, logger, stopping };
  const closings = territories === undefined ? undefined : keepClosings(keeping);
  await Promise.all([runTogether(parts.workers), keepReconciled(keeping), keepRebasesRunning(rebasing), closings]);
}

function checksOf(parts: Parts): Readonly<Record<string, () => Promise<void>>> {
  return {
    async database() {
      await parts.knex.raw('select 1');
    },
    migrations: () => assertSchemaCurrent(parts.knex),
    async temporal() {
      const { connection } = parts;
      if (connection === undefined) throw new Error('not connected');
      await connection.withDeadline(Date.now() + 1_000, () => connection.workflowService.getSystemInfo({}));
    },
    pollers() {
      const { workflowPollerState, activityPollerState } = parts.workers[0]?.getStatus() ?? {};
      return workflowPollerState === 'POLLING' && activityPollerState === 'POLLING' ? Promise.resolve() : Promise.reject(new Error('not polling'));
    },
    async relay() {
      if (parts.relay === undefined) throw new Error('not started');
      await Promise.resolve(parts.relay.check());
    },
  };
}

/** Runs a worker until a signal ends it. */
export async function runWorker(config: WorkerConfig): Promise<void> {
  const logger = pino({ level: config.logLevel, base: { process: 'worker' } });
  const running = await startWorker(config, logger);
  logger.info({ health: running.healthUrl, taskQueue: config.taskQueue }, 'worker started');
  // Above the worker's own force time, below the orchestrator's.
  const grace = closeWithGrace({ delay: 28_000, logger }, async ({ signal, err }) => {
    logger.info({ signal, err }, 'worker stops');
    await running.stop();
  });
  try {
    await running.ended;
  } finally {
    grace.uninstall();
  }
}

/** Waits for the database; a schema of another version is no matter of waiting. */
async function untilSchemaCurrent(knex: Knex, logger: Logger, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    try {
      return await assertSchemaCurrent(knex);
    } catch (error) {
      if (error instanceof SchemaNewer || error instanceof SchemaOlder) throw error;
      logger.warn({ err: error }, 'the database cannot be reached');
      await setTimeout(RECONNECT_MS, undefined, { signal: stopping }).catch(() => {});
    }
  }
}

/** Null when told to stop before Temporal was there. */
async function connect({ temporal }: WorkerConfig, logger: Logger, stopping: AbortSignal): Promise<NativeConnection | null> {
  while (!stopping.aborted) {
    try {
      return await NativeConnection.connect(temporal);
    } catch (error) {
      logger.warn({ err: error }, 'Temporal cannot be reached');
      await setTimeout(RECONNECT_MS, undefined, { signal: stopping }).catch(() => {});
    }
  }
  return null;
}

if (import.meta.main) {
  try {
    await runWorker(workerConfig(process.env));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof ConfigInvalid || error instanceof KeyRingInvalid ? error.exitCode : 1;
  }
}
