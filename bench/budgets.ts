/** The figures of a run held against the budgets of the design: each is a ratio within the same run, or a latency nobody should have to wait for. */
import { LIFECYCLE_BUDGET } from './engine-counts.ts';
import type { Measurement } from './measure.ts';

export interface BudgetLine {
  readonly what: string;
  /** What is allowed, for people. */
  readonly budget: string;
  /** Median over the rounds; null where the run does not give it. */
  readonly figure: number | null;
  readonly met: boolean | null;
}

interface Budget {
  readonly what: string;
  readonly unit: 'x' | 'ms' | '';
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Figure of one round. */
  readonly of: (round: Round) => number | null;
}

/** The measurement of a target under a load, in one round. */
type Round = (target: string, load: string) => Measurement | undefined;

const JUDGED_CLIENTS = '8 clients';

/** Every budget with its figure. */
export function budgetLines(measurements: readonly Measurement[], rate: number): readonly BudgetLine[] {
  const rounds = [...new Set(measurements.map(({ round }) => round))].map(
    (number): Round =>
      (target, load) =>
        measurements.find((one) => one.round === number && one.target === target && one.load === load),
  );
  return [...ratios(rate), ...reads(rate), ...engine()].map((budget) => line(budget, rounds));
}

function ratios(rate: number): readonly Budget[] {
  const offered = `${rate} cases/s`;
  const ratio = (load: string, baseline: string, of: (one: Measurement) => number | null) => (round: Round) => {
    const [product, other] = [figureOf(round('product', load), of), figureOf(round(baseline, load), of)];
    return product === null || other === null || other === 0 ? null : product / other;
  };
  const throughput = (one: Measurement): number => one.casesPerSecond;
  const cpu = (one: Measurement): number | null => one.cpuMsPerCaseTotal;
  const p50 = (one: Measurement): number => one.allCommands.p50;
  return [
    { what: `throughput, ${JUDGED_CLIENTS}, to prototype`, unit: 'x', atLeast: 0.8, of: ratio(JUDGED_CLIENTS, 'prototype', throughput) },
    { what: `throughput, ${JUDGED_CLIENTS}, to naive`, unit: 'x', atLeast: 1.5, of: ratio(JUDGED_CLIENTS, 'naive', throughput) },
    { what: `CPU a case, ${JUDGED_CLIENTS}, to prototype`, unit: 'x', atMost: 1.25, of: ratio(JUDGED_CLIENTS, 'prototype', cpu) },
    { what: `command p50, ${offered}, to prototype`, unit: 'x', atMost: 1.3, of: ratio(offered, 'prototype', p50) },
    { what: `command p99, ${offered}`, unit: 'ms', atMost: 150, of: (round) => round('product', offered)?.allCommands.p99 ?? null },
  ];
}

function figureOf(one: Measurement | undefined, of: (one: Measurement) => number | null): number | null {
  return one === undefined ? null : of(one);
}

function reads(rate: number): readonly Budget[] {
  const load = `${rate} cases/s with reads`;
  return ['readCase', 'readQueue'].map((name) => ({
    what: `${name} p99, ${rate} cases/s`,
    unit: 'ms' as const,
    atMost: 10,
    of: (round: Round) => round('product', load)?.reads[name]?.p99 ?? null,
  }));
}

function engine(): readonly Budget[] {
  return (['workflowTasks', 'stateTransitions', 'historyEvents'] as const).map((name) => ({
    what: `${name} a case, ${JUDGED_CLIENTS}`,
    unit: '' as const,
    atMost: LIFECYCLE_BUDGET[name],
    of: (round: Round) => round('product', JUDGED_CLIENTS)?.counts?.most[name] ?? null,
  }));
}

function line({ what, unit, atLeast, atMost, of }: Budget, rounds: readonly Round[]): BudgetLine {
  const figure = median(rounds.map(of).filter((value) => value !== null));
  const budget = `${atLeast === undefined ? '<=' : '>='} ${atLeast ?? atMost ?? ''} ${unit}`.trim();
  if (figure === null) return { what, budget, figure, met: null };
  return { what, budget, figure: Math.round(figure * 100) / 100, met: figure >= (atLeast ?? -Infinity) && figure <= (atMost ?? Infinity) };
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
