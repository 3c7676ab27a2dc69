/** What a worker measures itself, as Prometheus reads it. The SDK's own metrics have an address of their own (`WORKER_METRICS_ADDRESS`). */
import { Counter, Histogram, Registry } from '@prometheus-io/client';
import type { Knex } from 'knex';
import type { EngineMetrics } from '../activities/metrics.ts';
import { registerSystemGauges } from '../db/system-gauges.ts';

export interface WorkerMetrics {
  readonly registry: Registry;
  readonly engine: EngineMetrics;
}

/** From what a healthy engine takes to what an outage leaves; 1 s is the budget. */
const LAG_MS = [10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 15_000, 60_000, 300_000, 3_600_000];

/** A registry of its own for each worker. */
export function createWorkerMetrics(knex: Knex, now: () => number): WorkerMetrics {
  const registry = new Registry();
  const registers = [registry];
  const lag = new Histogram({
    name: 'breach_lag_milliseconds',
    help: 'From the instant a promise was broken to the instant its breach stood in the log',
    buckets: LAG_MS,
    registers,
  });
  const delayed = new Counter({ name: 'append_delayed_attempts_total', help: 'Attempts to append after the fifth', registers });
  const differences = new Counter({
    name: 'reconciliation_differences_total',
    help: 'Differences found between log and workflows, by kind of incident',
    labelNames: ['kind'],
    registers,
  });
  const notifications = new Counter({
    name: 'notifications_total',
    help: 'Notifications to staff outside the product, by channel and what became of them',
    labelNames: ['channel', 'outcome'],
    registers,
  });
  registerSystemGauges(registry, knex, now);
  const engine: EngineMetrics = {
    breachRecorded: (lagMs) => lag.observe(lagMs),
    appendDelayed: () => delayed.inc(),
    difference: (kind) => differences.inc({ kind }),
    notified: (channel, outcome) => notifications.inc({ channel, outcome }),
  };
  return { registry, engine };
}
