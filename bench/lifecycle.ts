/**
 * The lifecycle benchmark: the product and its baselines on the same servers, in one run. The contract:
 * 1. Every load is played against every target in turn before the next load, in an order that turns with each round: a machine that slows down for a while
 *    slows all of them down.
 * 2. A target is warmed up before its first figure. All baseline processes stay up during the run; idle they cost next to nothing.
 * 3. Bounded: no case starts after the seconds or the number of cases of its load.
 */
import { Client, Connection } from '@temporalio/client';
import { startBaseline, type BaselineName, type RunningBaseline } from './baselines/processes.ts';
import { dropStore, prepareStore } from './baselines/store.ts';
import { budgetLines, type BudgetLine } from './budgets.ts';
import { conditionsOf, type Conditions } from './conditions.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { loadName, playLoad, type Bounds, type Load } from './load.ts';
import { measure, type Measurement } from './measure.ts';
import { productTarget, type RunningProduct } from './product.ts';
import type { Target } from './target.ts';

export interface LifecycleOptions {
  /** Clients of each closed loop. @default [1, 8, 32] */
  readonly clients?: readonly number[];
  /** Offered rate, cases a second. @default 3 */
  readonly rate?: number;
  /** Longest time of one load on one target. @default 20 */
  readonly seconds?: number;
  /** Most cases of one load on one target. @default 2000 */
  readonly cases?: number;
  /** @default 1 */
  readonly rounds?: number;
  /** Cases played before the first figure of a target. @default 100 */
  readonly warmUp?: number;
  /** @default prototype, naive and floor */
  readonly baselines?: readonly BaselineName[];
  /** False measures the baselines alone, on the product's servers. @default true */
  readonly product?: boolean;
  /** Ends the run, which then throws the reason. @default none */
  readonly signal?: AbortSignal;
  /** Told what is going on. @default nothing */
  readonly report?: (line: string) => void;
}

export interface LifecycleReport {
  readonly benchmark: 'lifecycle';
  readonly conditions: Conditions;
  readonly options: {
    readonly clients: readonly number[];
    readonly rate: number;
    readonly rounds: number;
    readonly warmUp: number;
    readonly seconds: number;
    readonly cases: number;
  };
  readonly budgets: readonly BudgetLine[];
  readonly measurements: readonly Measurement[];
}

/** A run of a few seconds that shows that everything works; its figures mean nothing. */
export const QUICK = { clients: [2], rate: 3, seconds: 3, cases: 9, rounds: 1, warmUp: 2 } as const satisfies LifecycleOptions;

/** Runs the benchmark against a running product and its servers. */
export async function runLifecycle(product: RunningProduct, options: LifecycleOptions = {}): Promise<LifecycleReport> {
  const { clients = [1, 8, 32], rate = 3, seconds = 20, cases = 2_000, rounds = 1, warmUp = 100, report = () => undefined } = options;
  const connection = await Connection.connect({ address: product.temporalAddress });
  const temporal = new Client({ connection, namespace: product.temporalNamespace });
  const http = createHttpClient();
  const baselines: RunningBaseline[] = [];
  try {
    const conditions = await conditionsOf(temporal, product.databaseUrl);
    await prepareStore(product.databaseUrl);
    for (const name of options.baselines ?? (['prototype', 'naive', 'floor'] as const)) {
      report(`starting baseline ${name}`);
      baselines.push(await startBaseline(name, product, sharedServers(product)));
    }
    const targets = [...(options.product === false ? [] : [productTarget(product)]), ...baselines.map(({ target }) => target)];
    const loads: Load[] = [...clients.map((count) => ({ kind: 'closed' as const, clients: count })), { kind: 'offered', casesPerSecond: rate }];
    const bounds = { seconds, cases, ...(options.signal === undefined ? {} : { signal: options.signal }) };
    const plan = { targets, loads, bounds, rounds, warmUp, report };
    const measurements = await carryOut(plan, http, temporal);
    return {
      benchmark: 'lifecycle',
      conditions,
      options: { clients, rate, seconds, cases, rounds, warmUp },
      budgets: budgetLines(measurements, rate),
      measurements,
    };
  } finally {
    await Promise.all(baselines.map((baseline) => baseline.stop()));
    http.close();
    await connection.close();
    // After a Ctrl+C the database may be gone already; what a run leaves, the next one drops.
    await dropStore(product.databaseUrl).catch(() => undefined);
  }
}

interface Plan {
  readonly targets: readonly Target[];
  readonly loads: readonly Load[];
  readonly bounds: Bounds;
  readonly rounds: number;
  readonly warmUp: number;
  readonly report: (line: string) => void;
}

async function carryOut({ targets, loads, bounds, rounds, warmUp, report }: Plan, http: HttpClient, temporal: Client): Promise<readonly Measurement[]> {
  for (const target of targets) {
    bounds.signal?.throwIfAborted();
    report(`warming up ${target.name}`);
    const { failures } = await playLoad(
      target,
      http,
      { kind: 'closed', clients: Math.min(8, warmUp), reads: true },
      { seconds: bounds.seconds, cases: warmUp },
    );
    if (Object.keys(failures).length > 0) throw new Error(`${target.name} fails: ${Object.keys(failures).join('; ')}`);
  }
  const measurements: Measurement[] = [];
  const play = async (target: Target, load: Load, round: number): Promise<void> => {
    const figures = await measure(target, load, bounds, round, http, temporal);
    bounds.signal?.throwIfAborted();
    measurements.push(figures);
    report(`round ${round}, ${loadName(load)}, ${target.name}: ${figures.cases} cases, ${figures.casesPerSecond} cases/s, p99 ${figures.allCommands.p99} ms`);
  };
  for (let round = 1; round <= rounds; round++) {
    for (const load of loads) for (const target of turned(targets, round - 1)) await play(target, load, round);
    for (const target of targets)
      for (const load of loads) if (target.reads !== undefined && load.kind === 'offered') await play(target, { ...load, reads: true }, round);
  }
  return measurements;
}

function turned<T>(list: readonly T[], by: number): readonly T[] {
  const at = by % Math.max(1, list.length);
  return [...list.slice(at), ...list.slice(0, at)];
}

/** What the baselines use of the product: its servers, not its own processes. */
function sharedServers({ processes }: RunningProduct): RunningProduct['processes'] {
  return processes.filter(({ name }) => name !== 'api' && name !== 'worker');
}
