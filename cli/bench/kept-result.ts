/** Where the JSON of a benchmark goes. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';

const RESULTS = join(import.meta.dirname, '..', '..', 'bench', 'results');

export interface KeptReport {
  readonly benchmark: string;
  readonly conditions: { readonly at: string };
}

export interface KeepOptions {
  /** A file. @default bench/results/<date>-<benchmark>.json, with a number after it where there is one already; nowhere when quick */
  readonly out?: string;
  readonly quick?: boolean;
}

/** Writes a report and returns its path, from here; null where it is not kept. */
export function keepResult(report: KeptReport, { out, quick }: KeepOptions): string | null {
  const file = out ?? (quick === true ? undefined : freeName(report.conditions.at.slice(0, 10), report.benchmark));
  if (file === undefined) return null;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  return relative(process.cwd(), file);
}

/** A result is never overwritten. */
function freeName(date: string, benchmark: string): string {
  const name = (suffix: string): string => join(RESULTS, `${date}-${benchmark}${suffix}.json`);
  let file = name('');
  for (let number = 2; existsSync(file); number++) file = name(`-${number}`);
  return file;
}
