/** `cli bench timers`: many promises that run out at once, or within a minute, beside the bare prototype on the same servers. */
import { BURSTS, type Burst } from '../../bench/timers/burst.ts';
import { PARKED, type ParkedName } from '../../bench/timers/parking.ts';
import { formatTimers } from '../../bench/timers/timer-report.ts';
import { runTimers } from '../../bench/timers/timers.ts';
import { keepResult, type KeepOptions } from '../bench/kept-result.ts';
import { withMeasuredProduct, type MeasuredSystemOptions } from '../bench/measured-system.ts';
import type { DataDirectory, Environment } from '../config.ts';
import { CliError, EXIT } from '../errors.ts';

export interface BenchTimersOptions extends MeasuredSystemOptions, KeepOptions {
  /** Of each burst. @default 1000 */
  readonly cases?: number;
  /** @default both */
  readonly bursts?: readonly string[];
  /** @default all */
  readonly targets?: readonly string[];
  /** @default 1 */
  readonly rounds?: number;
}

/** The other burst takes a minute, however small. */
const QUICK = { cases: 20, rounds: 1, bursts: ['instant'] };

/** Runs the benchmark, prints its tables and keeps its JSON. Returns the exit code: a difference when a breach was lost, doubled or not shown, however late. */
export async function benchTimers(data: DataDirectory, options: BenchTimersOptions, env: Environment, print: (text: string) => void): Promise<number> {
  const { cases, rounds, bursts: named = BURSTS } = options.quick === true ? { ...QUICK, ...options } : options;
  const bursts = named.map(knownBurst);
  const targets = (options.targets ?? PARKED).map(knownTarget);
  const report = await withMeasuredProduct(data, options, env, (product, context) =>
    runTimers(product, { ...context, bursts, targets, ...(cases === undefined ? {} : { cases }), ...(rounds === undefined ? {} : { rounds }) }),
  );
  print(`${formatTimers(report)}\n`);
  const kept = keepResult(report, options);
  if (kept !== null) print(`\n${kept}\n`);
  return report.budgets.every(({ budget, met }) => budget !== '0' || met !== false) ? 0 : EXIT.difference;
}

function knownBurst(text: string): Burst {
  const known = BURSTS.find((name) => name === text);
  if (known !== undefined) return known;
  throw new CliError(`"${text}" is no burst.`, `Bursts: ${BURSTS.join(', ')}.`, EXIT.usage);
}

function knownTarget(text: string): ParkedName {
  const known = PARKED.find((name) => name === text);
  if (known !== undefined) return known;
  throw new CliError(`"${text}" is nothing to measure.`, `Targets: ${PARKED.join(', ')}.`, EXIT.usage);
}
