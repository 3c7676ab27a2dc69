/**
 * The timer benchmark: many promises that run out at one instant, or within a minute, at the product and at its bare prototype on the same servers. The contract:
 * 1. Cases are parked through the product's public API; the due instant is put far enough behind the parking, with some seconds of quiet before it.
 * 2. A breach counts when it stands in the log, by the clock of the database: the projection that lists are made of is written in the same statement.
 * 3. While the product works a burst off, the list of overdue cases is read all the time: what people see must not wait.
 */
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { startBaseline, type RunningBaseline } from '../baselines/processes.ts';
import { dropStore, prepareStore } from '../baselines/store.ts';
import { conditionsOf, type Conditions } from '../conditions.ts';
import { createHttpClient } from '../http-client.ts';
import type { RunningProduct } from '../product.ts';
import { BURSTS, type Burst } from './burst.ts';
import { measureBurst, type BurstMeasurement } from './measure-burst.ts';
import { PARKED, parkedProduct, parkedPrototype, registerQuietPolicy, type ParkedName, type ParkedTarget } from './parking.ts';
import { timerBudgets, type TimerBudgetLine } from './timer-report.ts';
import { watchLists } from './watch-lists.ts';

export interface TimersOptions {
  /** Of each burst. @default 1000 */
  readonly cases?: number;
  /** @default both */
  readonly bursts?: readonly Burst[];
  /** @default all */
  readonly targets?: readonly ParkedName[];
  /** @default 1 */
  readonly rounds?: number;
  /** Ends the run, which then throws the reason. @default none */
  readonly signal?: AbortSignal;
  /** Told what is going on. @default nothing */
  readonly report?: (line: string) => void;
}

export interface TimersReport {
  readonly benchmark: 'timers';
  readonly conditions: Conditions;
  readonly options: { readonly cases: number; readonly rounds: number };
  readonly budgets: readonly TimerBudgetLine[];
  readonly measurements: readonly BurstMeasurement[];
}

/** Runs the benchmark against a running product and its servers. */
export async function runTimers(product: RunningProduct, options: TimersOptions = {}): Promise<TimersReport> {
  const { cases = 1_000, bursts = BURSTS, targets = PARKED, rounds = 1, signal, report = () => undefined } = options;
  const connection = await Connection.connect({ address: product.temporalAddress });
  const database = new pg.Client({ connectionString: product.databaseUrl, application_name: 'bench' });
  await database.connect();
  const http = createHttpClient();
  let baseline: RunningBaseline | null = null;
  try {
    const conditions = await conditionsOf(new Client({ connection, namespace: product.temporalNamespace }), product.databaseUrl);
    await prepareStore(product.databaseUrl);
    if (targets.includes('prototype'))
      baseline = await startBaseline(
        'prototype',
        product,
        product.processes.filter(({ name }) => name !== 'api' && name !== 'worker'),
      );
    const parked = await Promise.all(targets.map((name) => targetOf(name, product, http, baseline)));
    const measurements: BurstMeasurement[] = [];
    for (let round = 1; round <= rounds; round++) {
      for (const burst of bursts) {
        // Turned with each round: a machine that slows down slows all of them down.
        for (const target of [...parked.slice(round - 1), ...parked.slice(0, round - 1)].slice(0, parked.length)) {
          const watch =
            target.name === 'prototype' ? {} : { watch: (due: ReadonlyMap<string, number>, done: () => boolean) => watchLists(product, http, due, done) };
          const figures = await measureBurst(target, database, { burst, cases, round, signal, report, ...watch });
          report(`${target.name}, ${burst}: drained in ${figures.drainMs} ms, lag p99 ${figures.lagMs.p99} ms, ${figures.lost} lost, ${figures.double} double`);
          measurements.push(figures);
        }
      }
    }
    return { benchmark: 'timers', conditions, options: { cases, rounds }, budgets: timerBudgets(measurements), measurements };
  } finally {
    await baseline?.stop();
    http.close();
    await database.end();
    await connection.close();
    // After a Ctrl+C the database may be gone already; what a run leaves, the next one drops.
    await dropStore(product.databaseUrl).catch(() => undefined);
  }
}

async function targetOf(
  name: ParkedName,
  product: RunningProduct,
  http: ReturnType<typeof createHttpClient>,
  baseline: RunningBaseline | null,
): Promise<ParkedTarget> {
  if (name === 'product') return parkedProduct(product, http, null);
  if (name === 'product without alerts') return parkedProduct(product, http, await registerQuietPolicy(product, http));
  if (baseline === null) throw new Error('The prototype was not started');
  return parkedPrototype(baseline.target, http);
}
