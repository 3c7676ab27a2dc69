/** `cli bench sla`: how many requests of `sla compute` one core answers a second. */
import { join } from 'node:path';
import process from 'node:process';
import { formatSlaCompute, runSlaCompute } from '../../bench/sla-compute.ts';
import { keepResult, type KeepOptions } from '../bench/kept-result.ts';

export interface BenchSlaOptions extends KeepOptions {
  /** Requests of a round. @default 140_000 */
  readonly requests?: number;
  /** @default 3 */
  readonly rounds?: number;
}

const MAIN = join(import.meta.dirname, '..', 'main.ts');
const QUICK = { requests: 2_800, rounds: 1 };

/** Runs the benchmark and prints what it found. */
export async function benchSla(options: BenchSlaOptions, print: (text: string) => void): Promise<void> {
  const { requests = 140_000, rounds = 3 } = options.quick === true ? { ...QUICK, ...options } : options;
  const report = await runSlaCompute({
    ...{ requests, rounds, command: [process.execPath, MAIN, 'sla', 'compute'] },
    report: (line) => void process.stderr.write(`${line}\n`),
  });
  print(`${formatSlaCompute(report)}\n`);
  const kept = keepResult(report, options);
  if (kept !== null) print(`\n${kept}\n`);
}
