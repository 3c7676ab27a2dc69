/** A run as a person reads it. */
import type { BudgetLine } from './budgets.ts';
import type { LatencySummary } from './latency.ts';
import type { LifecycleReport } from './lifecycle.ts';
import type { Measurement } from './measure.ts';
import { LIFECYCLE } from './target.ts';

const NONE = '-';

/** The whole report in text. */
export function formatReport(report: LifecycleReport): string {
  const { measurements, budgets } = report;
  return [
    conditionsText(report),
    formatTable(['load', 'target', 'cases', 'cases/s', 'p50 ms', 'p99 ms', 'failed', ...COUNT_HEADS], measurements.map(totalsRow)),
    `CPU ms a case\n${formatTable(
      ['load', 'target', ...processNames(measurements), 'total'],
      measurements.map((one) => cpuRow(one, processNames(measurements))),
    )}`,
    `p50 / p99 ms a command\n${formatTable(['load', 'target', ...LIFECYCLE, 'reads'], measurements.map(latencyRow))}`,
    `against the budgets\n${formatTable(['what', 'budget', 'figure', ''], budgets.map(budgetRow))}`,
  ].join('\n\n');
}

const COUNT_HEADS = ['tasks', 'transitions', 'events'];

function conditionsText({ conditions, options }: LifecycleReport): string {
  const { temporal, postgres } = conditions;
  return [
    `lifecycle, ${conditions.at}, commit ${conditions.commit.slice(0, 12)}${conditions.modified ? ' (modified)' : ''}`,
    `${conditions.cpus} x ${conditions.cpuModel}, ${conditions.memoryMb} MB, load ${conditions.loadAverage.toFixed(2)}, Node ${conditions.node}`,
    `Temporal ${temporal.version} (${temporal.kind}, ${temporal.store}), Postgres ${postgres.version} (fsync ${postgres.fsync}, synchronous_commit ${postgres.synchronousCommit})`,
    `each load: at most ${options.seconds} s and ${options.cases} cases, ${options.rounds} round(s), ${options.warmUp} cases of warm-up`,
  ].join('\n');
}

function totalsRow(one: Measurement): string[] {
  const failed = Object.values(one.failures).reduce((sum, count) => sum + count, 0) + one.skipped;
  const { least, most } = one.counts ?? {};
  const counts = (['workflowTasks', 'stateTransitions', 'historyEvents'] as const).map((name) => range(least?.[name], most?.[name]));
  return [
    one.load,
    one.target,
    String(one.cases),
    one.casesPerSecond.toFixed(1),
    one.allCommands.p50.toFixed(1),
    one.allCommands.p99.toFixed(1),
    String(failed),
    ...counts,
  ];
}

function cpuRow(one: Measurement, names: readonly string[]): string[] {
  return [one.load, one.target, ...names.map((name) => fixed(one.cpuMsPerCase[name])), fixed(one.cpuMsPerCaseTotal)];
}

function latencyRow(one: Measurement): string[] {
  const reads = Object.entries(one.reads).map(([name, summary]) => `${name} ${pair(summary)}`);
  return [one.load, one.target, ...LIFECYCLE.map((name) => pair(one.commands[name])), reads.join(', ') || NONE];
}

function budgetRow({ what, budget, figure, met }: BudgetLine): string[] {
  return [what, budget, figure === null ? NONE : String(figure), met === null ? 'not measured' : met ? 'met' : 'MISSED'];
}

function processNames(measurements: readonly Measurement[]): readonly string[] {
  return [...new Set(measurements.flatMap((one) => Object.keys(one.cpuMsPerCase)))];
}

function range(least: number | undefined, most: number | undefined): string {
  if (least === undefined || most === undefined) return NONE;
  return least === most ? String(most) : `${least}-${most}`;
}

function fixed(value: number | null | undefined): string {
  return typeof value !== 'number' ? NONE : value.toFixed(1);
}

function pair(summary: LatencySummary | undefined): string {
  return summary === undefined ? NONE : `${summary.p50.toFixed(1)} / ${summary.p99.toFixed(1)}`;
}

/** Columns as wide as their widest cell. */
export function formatTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const text = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [text(heads), text(widths.map((width) => '-'.repeat(width))), ...rows.map(text)].join('\n');
}
