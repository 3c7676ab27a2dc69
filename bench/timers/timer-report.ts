/** The figures of a run held against the budgets of the design, and the run as a person reads it. */
import { formatTable } from '../tables.ts';
import type { BurstMeasurement } from './measure-burst.ts';
import type { TimersReport } from './timers.ts';

export interface TimerBudgetLine {
  readonly what: string;
  readonly budget: string;
  /** Median over the rounds; null where the run does not give it. */
  readonly figure: number | null;
  readonly met: boolean | null;
}

/** A minute of 1,000 is somewhat more than the 15 breaches a second the budget names. */
const LAG_MS = 1_000;
const DRAIN_RATIO = 1.3;

/** Every budget with its figure. */
export function timerBudgets(measurements: readonly BurstMeasurement[]): readonly TimerBudgetLine[] {
  const products = measurements.filter(({ target }) => target !== 'prototype');
  const none = (what: string, of: (one: BurstMeasurement) => number): TimerBudgetLine => {
    const figure = products.length === 0 ? null : products.reduce((sum, one) => sum + of(one), 0);
    return { what, budget: '0', figure, met: figure === null ? null : figure === 0 };
  };
  return [
    ...(['product', 'product without alerts'] as const).flatMap((target) => [
      ratioLine(target, measurements),
      atMost(`${target}: lag p99 over a minute, ms`, LAG_MS, median(of(measurements, target, 'minute').map(({ lagMs }) => lagMs.p99))),
    ]),
    none('breaches lost', ({ lost }) => lost),
    none('breaches doubled', ({ double }) => double),
    none('breaches recorded early', ({ early }) => early),
    none('overdue clocks not shown as overdue', ({ lists }) => lists?.missing ?? 0),
    none('clocks shown as overdue too early', ({ lists }) => lists?.early ?? 0),
  ];
}

function ratioLine(target: string, measurements: readonly BurstMeasurement[]): TimerBudgetLine {
  const [own, bare] = [target, 'prototype'].map((name) => median(of(measurements, name, 'instant').map(({ drainMs }) => drainMs)));
  const ratio = own === null || own === undefined || bare === null || bare === undefined || bare === 0 ? null : Math.round((own / bare) * 100) / 100;
  return atMost(`${target}: all due at one instant, drained in so many times the prototype's time`, DRAIN_RATIO, ratio);
}

function atMost(what: string, budget: number, figure: number | null): TimerBudgetLine {
  return { what, budget: `<= ${budget}`, figure, met: figure === null ? null : figure <= budget };
}

function of(measurements: readonly BurstMeasurement[], target: string, burst: BurstMeasurement['burst']): readonly BurstMeasurement[] {
  return measurements.filter((one) => one.target === target && one.burst === burst);
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

/** The whole report in text. */
export function formatTimers({ conditions, options, measurements, budgets }: TimersReport): string {
  const { temporal, postgres } = conditions;
  return [
    [
      `timers, ${conditions.at}, commit ${conditions.commit.slice(0, 12)}${conditions.modified ? ' (modified)' : ''}`,
      `${conditions.cpus} x ${conditions.cpuModel}, ${conditions.memoryMb} MB, load ${conditions.loadAverage.toFixed(2)}, Node ${conditions.node}`,
      `Temporal ${temporal.version} (${temporal.kind}, ${temporal.store}), Postgres ${postgres.version} (fsync ${postgres.fsync})`,
      `${options.cases} promises a burst, ${options.rounds} round(s); lags from the due instant to the recorded breach`,
    ].join('\n'),
    formatTable(
      ['burst', 'target', 'p50 ms', 'p99 ms', 'max ms', 'drained ms', 'breaches/s', 'lost', 'double', 'CPU ms a breach', 'by process'],
      measurements.map(row),
    ),
    `what lists showed meanwhile\n${formatTable(['burst', 'target', 'walks', 'overdue looked for', 'missing', 'early', 'first read after ms', 'page p99 ms'], measurements.flatMap(listRow))}`,
    `against the budgets\n${formatTable(
      ['what', 'budget', 'figure', ''],
      budgets.map(({ what, budget, figure, met }) => [
        what,
        budget,
        figure === null ? '-' : String(figure),
        met === null ? 'not measured' : met ? 'met' : 'MISSED',
      ]),
    )}`,
  ].join('\n\n');
}

function row({ burst, target, lagMs, drainMs, breachesPerSecond, lost, double, cpuMsPerBreach }: BurstMeasurement): readonly string[] {
  const parts = Object.entries(cpuMsPerBreach);
  // Half a total would be held against a whole one.
  const total = parts.length === 0 || parts.some(([, ms]) => ms === null) ? '-' : parts.reduce((sum, [, ms]) => sum + (ms ?? 0), 0).toFixed(1);
  const cpu = parts.map(([name, ms]) => `${name} ${ms ?? '?'}`);
  return [burst, target, ...[lagMs.p50, lagMs.p99, lagMs.max, drainMs, breachesPerSecond, lost, double].map(String), total, cpu.join(', ')];
}

function listRow({ burst, target, lists }: BurstMeasurement): readonly (readonly string[])[] {
  if (lists === null) return [];
  return [[burst, target, ...[lists.passes, lists.looked, lists.missing, lists.early, lists.firstReadMs, lists.pages.p99].map(String)]];
}
