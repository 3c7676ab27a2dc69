/** The SDK's runtime of a process: logs through ours, metrics on a port. There can be one only; asking again gives nothing new. */
import { Runtime, type Logger } from '@temporalio/worker';
import type { Logger as Pino } from 'pino';

export interface RuntimeSettings {
  readonly logger: Pino;
  readonly metricsAddress: string | null;
}

/** What a command takes here is milliseconds: the SDK's default buckets begin where ours end. */
const MILLISECONDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 60_000];
const LATENCIES = [
  'workflow_task_schedule_to_start_latency',
  'workflow_task_execution_latency',
  'workflow_task_replay_latency',
  'local_activity_execution_latency',
  'activity_schedule_to_start_latency',
  'activity_execution_latency',
  'request_latency',
  'long_request_latency',
];

let installed = false;

/** The SDK serves the metrics, and could not. */
export class MetricsUnavailable extends Error {
  readonly type = 'metrics_unavailable';

  constructor(address: string | null, { message }: Error) {
    super(`WORKER_METRICS_ADDRESS ${address ?? ''} cannot be used (${message}); free it or choose another.`);
    this.name = 'MetricsUnavailable';
  }
}

/** Shutdown is ordered by the composition root, so that the runtime leaves signals alone. */
export function installRuntime({ logger, metricsAddress }: RuntimeSettings): void {
  if (installed) return;
  const metrics =
    metricsAddress === null
      ? {}
      : {
          metrics: { prometheus: { bindAddress: metricsAddress, histogramBucketOverrides: Object.fromEntries(LATENCIES.map((name) => [name, MILLISECONDS])) } },
        };
  try {
    Runtime.install({
      logger: temporalLogger(logger),
      shutdownSignals: [],
      telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } }, ...metrics },
    });
  } catch (error) {
    throw error instanceof Error && /metrics exporter/.test(error.message) ? new MetricsUnavailable(metricsAddress, error) : error;
  }
  installed = true;
}

/** pino as the SDK's logger: its fields stay fields. */
export function temporalLogger(logger: Pino): Logger {
  const write =
    (level: 'trace' | 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, meta: object = {}): void =>
      logger[level](meta, message);
  const levels = { TRACE: write('trace'), DEBUG: write('debug'), INFO: write('info'), WARN: write('warn'), ERROR: write('error') };
  return {
    log: (level, message, meta) => levels[level](message, meta),
    trace: levels.TRACE,
    debug: levels.DEBUG,
    info: levels.INFO,
    warn: levels.WARN,
    error: levels.ERROR,
  };
}
