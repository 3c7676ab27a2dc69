import { describe, expect, test } from '@jest/globals';
import { budgetLines } from '../../../bench/budgets.ts';
import type { Measurement } from '../../../bench/measure.ts';

const latency = (p50: number, p99: number) => ({ count: 100, p50, p90: p50, p99, max: p99 });

function measurement(target: string, load: string, change: Partial<Measurement> = {}): Measurement {
  return {
    target,
    load,
    round: 1,
    cases: 100,
    failures: {},
    skipped: 0,
    seconds: 10,
    casesPerSecond: 10,
    commands: {},
    allCommands: latency(20, 50),
    reads: {},
    cpuMsPerCase: {},
    cpuMsPerCaseTotal: 150,
    counts: null,
    ...change,
  };
}

const figures = (measurements: readonly Measurement[]) => new Map(budgetLines(measurements, 3).map(({ what, figure, met }) => [what, { figure, met }]));

describe('a run against the budgets', () => {
  test('ratios are taken within the same load', () => {
    const lines = figures([
      measurement('product', '8 clients', { casesPerSecond: 9, cpuMsPerCaseTotal: 195 }),
      measurement('prototype', '8 clients', { casesPerSecond: 10, cpuMsPerCaseTotal: 150 }),
      measurement('naive', '8 clients', { casesPerSecond: 5 }),
      measurement('product', '3 cases/s', { allCommands: latency(24, 151) }),
      measurement('prototype', '3 cases/s', { allCommands: latency(20, 60) }),
    ]);
    expect(lines.get('throughput, 8 clients, to prototype')).toEqual({ figure: 0.9, met: true });
    expect(lines.get('throughput, 8 clients, to naive')).toEqual({ figure: 1.8, met: true });
    expect(lines.get('CPU a case, 8 clients, to prototype')).toEqual({ figure: 1.3, met: false });
    expect(lines.get('command p50, 3 cases/s, to prototype')).toEqual({ figure: 1.2, met: true });
    expect(lines.get('command p99, 3 cases/s')).toEqual({ figure: 151, met: false });
  });

  test('several rounds give the median of their ratios, not the ratio of sums', () => {
    const round = (number: number, product: number, prototype: number) => [
      measurement('product', '8 clients', { round: number, casesPerSecond: product }),
      measurement('prototype', '8 clients', { round: number, casesPerSecond: prototype }),
    ];
    expect(figures([...round(1, 9, 10), ...round(2, 4, 5), ...round(3, 1, 10)]).get('throughput, 8 clients, to prototype')).toEqual({ figure: 0.8, met: true });
    expect(figures([...round(1, 9, 10), ...round(2, 7, 10)]).get('throughput, 8 clients, to prototype')).toEqual({ figure: 0.8, met: true });
  });

  test('what was not measured is neither met nor missed', () => {
    for (const line of budgetLines([], 3)) expect(line).toMatchObject({ figure: null, met: null });
    const unreadable = figures([measurement('product', '8 clients', { cpuMsPerCaseTotal: null }), measurement('prototype', '8 clients')]);
    expect(unreadable.get('CPU a case, 8 clients, to prototype')).toEqual({ figure: null, met: null });
  });

  test('the worst case of the sample is held against the counts', () => {
    const least = { workflowTasks: 5, stateTransitions: 6, historyEvents: 34, historyBytes: 1 };
    const counts = { cases: 10, least, most: { ...least, historyEvents: 39 } };
    const lines = figures([measurement('product', '8 clients', { counts })]);
    expect(lines.get('workflowTasks a case, 8 clients')).toEqual({ figure: 5, met: true });
    expect(lines.get('historyEvents a case, 8 clients')).toEqual({ figure: 39, met: false });
  });
});
