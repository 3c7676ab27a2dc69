/** Latencies of one kind of request. */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** What is reported of many latencies, in milliseconds. */
export interface LatencySummary {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** Collects latencies by name, and all of them together. */
export interface Latencies {
  readonly record: (name: string, ms: number) => void;
  readonly byName: () => Record<string, LatencySummary>;
  readonly together: () => LatencySummary;
}

/** Histograms of microseconds: three significant figures, constant memory. */
export function createLatencies(names: readonly string[]): Latencies {
  const histograms = new Map(names.map((name) => [name, createHistogram()]));
  const all = createHistogram();
  return {
    record(name, ms) {
      const micros = Math.max(1, Math.round(ms * 1_000));
      histograms.get(name)?.record(micros);
      all.record(micros);
    },
    byName: () => Object.fromEntries([...histograms].map(([name, histogram]) => [name, summaryOf(histogram)])),
    together: () => summaryOf(all),
  };
}

function summaryOf(histogram: RecordableHistogram): LatencySummary {
  if (histogram.count === 0) return { count: 0, p50: 0, p90: 0, p99: 0, max: 0 };
  const ms = (micros: number): number => Math.round(micros / 10) / 100;
  return {
    count: histogram.count,
    p50: ms(histogram.percentile(50)),
    p90: ms(histogram.percentile(90)),
    p99: ms(histogram.percentile(99)),
    max: ms(histogram.max),
  };
}
