/** `cli bench lifecycle`: what a case costs and how long its commands take, beside bare baselines on the same servers, in one run. */
import { BASELINES, type BaselineName } from '../../bench/baselines/processes.ts';
import { QUICK, runLifecycle, type LifecycleOptions, type LifecycleReport } from '../../bench/lifecycle.ts';
import { formatReport } from '../../bench/tables.ts';
import { keepResult, type KeepOptions } from '../bench/kept-result.ts';
import { withMeasuredProduct, type MeasuredSystemOptions } from '../bench/measured-system.ts';
import type { DataDirectory, Environment } from '../config.ts';
import { CliError, EXIT } from '../errors.ts';

export interface BenchOptions extends MeasuredSystemOptions, KeepOptions {
  readonly clients?: readonly string[];
  readonly rate?: number;
  readonly seconds?: number;
  readonly cases?: number;
  readonly rounds?: number;
  /** @default all */
  readonly baselines?: readonly string[];
  /** False: the baselines alone. @default true */
  readonly product?: boolean;
}

/** Runs the benchmark, prints its tables and keeps its JSON. Returns the exit code: a difference when commands failed, whatever the figures. */
export async function benchLifecycle(data: DataDirectory, options: BenchOptions, env: Environment, print: (text: string) => void): Promise<number> {
  return withMeasuredProduct(data, options, env, async (product, { report, signal }) => {
    const run = await runLifecycle(product, { ...lifecycleOptions(options, report), signal });
    return judge(run, options, print);
  });
}

function lifecycleOptions(
  { quick, clients, rate, seconds, cases, rounds, baselines, product }: BenchOptions,
  report: (line: string) => void,
): LifecycleOptions {
  return {
    ...(quick === true ? QUICK : {}),
    ...(clients === undefined ? {} : { clients: clients.map(clientCount) }),
    ...(rate === undefined ? {} : { rate }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(cases === undefined ? {} : { cases }),
    ...(rounds === undefined ? {} : { rounds }),
    ...(baselines === undefined ? {} : { baselines: baselines.filter((name) => name !== 'none').map(knownBaseline) }),
    ...(product === undefined ? {} : { product }),
    report,
  };
}

function judge(report: LifecycleReport, options: BenchOptions, print: (text: string) => void): number {
  print(`${formatReport(report)}\n`);
  const kept = keepResult(report, options);
  if (kept !== null) print(`\n${kept}\n`);
  return report.measurements.every(({ failures }) => Object.keys(failures).length === 0) ? 0 : EXIT.difference;
}

function clientCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new CliError(`"${text}" is no number of clients.`, 'Write whole numbers joined by commas, such as 1,8,32.', EXIT.usage);
}

function knownBaseline(text: string): BaselineName {
  const known = BASELINES.find((name) => name === text);
  if (known !== undefined) return known;
  throw new CliError(`"${text}" is no baseline.`, `Baselines: ${BASELINES.join(', ')}; or none.`, EXIT.usage);
}
