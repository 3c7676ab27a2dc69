/** One burst at one target: cases are parked, their instant comes, and every breach is looked up where it was written. */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { cpuBetween, sampleCpu } from '../cpu.ts';
import { dueInstants, type Burst } from './burst.ts';
import type { ParkedTarget, RecordedBreach } from './parking.ts';
import type { WatchedLists } from './watch-lists.ts';

export interface Lags {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface BurstMeasurement {
  readonly target: string;
  readonly burst: Burst;
  readonly round: number;
  readonly cases: number;
  /** Cases parked a second, beforehand. */
  readonly parkedPerSecond: number;
  /** From the due instant of each promise to its recorded breach, in milliseconds. */
  readonly lagMs: Lags;
  /** From the last due instant to the last recorded breach. */
  readonly drainMs: number;
  /** Breaches recorded a second, from the first due instant to the last record. */
  readonly breachesPerSecond: number;
  readonly lost: number;
  readonly double: number;
  /** Recorded before they were due. */
  readonly early: number;
  /** CPU milliseconds a breach by process; null where it cannot be read. */
  readonly cpuMsPerBreach: Readonly<Record<string, number | null>>;
  /** Null for a target that has no lists. */
  readonly lists: WatchedLists | null;
}

export interface BurstOptions {
  readonly burst: Burst;
  readonly cases: number;
  readonly round: number;
  readonly signal: AbortSignal | undefined;
  readonly report: (line: string) => void;
  /** @default no lists are watched */
  readonly watch?: (due: ReadonlyMap<string, number>, done: () => boolean) => Promise<WatchedLists>;
}

/** Parking is done by so many at once. */
const CLIENTS = 8;
const FEWEST_TRIALS = 16;
const CASES_A_TRIAL = 20;
/** The due instant is put so much later than parking should take. */
const MARGIN = 1.6;
const LARGEST_MARGIN = 6;
const QUIET_MS = 5_000;
/** What was not recorded so long after the last due instant is lost; a slow machine gets longer for many cases. */
const GIVE_UP_MS = 60_000;
const GIVE_UP_MS_PER_CASE = 200;
const LOOK_EVERY_MS = 500;
const HOUR_MS = 3_600_000;

/** Measures one burst. */
export async function measureBurst(target: ParkedTarget, database: pg.Client, options: BurstOptions): Promise<BurstMeasurement> {
  const { burst, cases, round, signal } = options;
  const { due, parkedPerSecond } = await parkAll(target, database, options);
  const instants = [...due.values()];
  const [first, last] = [Math.min(...instants), Math.max(...instants)];
  await sleep(Math.max(0, first - Date.now()), undefined, signal === undefined ? {} : { signal });
  const before = sampleCpu(target.processes);
  let drained = false;
  const draining = untilDrained(target, database, [...due.keys()], last, signal).finally(() => (drained = true));
  const [breaches, lists] = await Promise.all([draining, options.watch?.(due, () => drained) ?? null]);
  const spent = cpuBetween(before, sampleCpu(target.processes));
  const found = tally(due, breaches);
  return {
    ...{ target: target.name, burst, round, cases, parkedPerSecond },
    ...found.figures,
    drainMs: Math.round(Math.max(0, found.lastRecordedAt - last)),
    breachesPerSecond: rounded((found.recorded * 1_000) / Math.max(1, found.lastRecordedAt - first)),
    cpuMsPerBreach: Object.fromEntries(Object.entries(spent).map(([name, ms]) => [name, ms === null ? null : rounded(ms / cases)])),
    lists,
  };
}

interface Parked {
  readonly due: ReadonlyMap<string, number>;
  readonly parkedPerSecond: number;
}

/** Parks until it has ended before the first of them is due: a machine may turn slow on the way. */
async function parkAll(target: ParkedTarget, database: pg.Client, options: BurstOptions): Promise<Parked> {
  for (let margin = MARGIN; ; margin *= 2) {
    const { due, parkedPerSecond } = await parkWithin(target, margin, options);
    const late = Date.now() - Math.min(...due.values());
    if (late < 0) return { due, parkedPerSecond };
    if (margin > LARGEST_MARGIN) throw new Error(`parking ended ${late} ms after the first instant: the machine is too busy, or too many cases are asked for`);
    options.report(`${target.name}, ${options.burst}: parking took ${late} ms too long, once more with other cases`);
    await untilDrained(target, database, [...due.keys()], Math.max(...due.values()), options.signal);
  }
}

async function parkWithin(target: ParkedTarget, margin: number, { burst, cases, signal, report }: BurstOptions): Promise<Parked> {
  const started = performance.now();
  const trials = Math.min(cases, Math.max(FEWEST_TRIALS, Math.ceil(cases / CASES_A_TRIAL)));
  const prepared = await inParallel(cases, signal, () => target.prepare());
  // How long parking takes is tried on some of them, with an instant at which nobody looks any more; the real one takes its place. Where a case is prepared only
  // as it is parked, these are cases of their own.
  const trialMs = await inParallel(trials, signal, async (index) => {
    const begun = performance.now();
    await target.park(prepared[index] ?? '', Date.now() + HOUR_MS);
    return performance.now() - begun;
  });
  // The median: one stall of the machine would put the burst off by minutes.
  const expectedMs = ((trialMs.toSorted((a, b) => a - b)[Math.floor(trials / 2)] ?? 0) * cases) / CLIENTS;
  const startsAt = Math.ceil((Date.now() + expectedMs * margin + QUIET_MS) / 1_000) * 1_000;
  report(`${target.name}, ${burst}: parking ${cases} cases, due from ${new Date(startsAt).toISOString()} on`);
  const instants = dueInstants(burst, cases, startsAt);
  const ids = await inParallel(cases, signal, (index) => target.park(prepared[index] ?? '', instants[index] ?? startsAt));
  const parkedPerSecond = rounded((cases * 1_000) / (performance.now() - started));
  return { due: new Map(ids.map((id, index) => [id, instants[index] ?? startsAt])), parkedPerSecond };
}

/** Every breach there is, once there are as many as cases, or when it is too late for more. Another look a moment later finds doubles. */
async function untilDrained(
  target: ParkedTarget,
  database: pg.Client,
  ids: readonly string[],
  last: number,
  signal: AbortSignal | undefined,
): Promise<readonly RecordedBreach[]> {
  const until = last + GIVE_UP_MS + ids.length * GIVE_UP_MS_PER_CASE;
  for (;;) {
    signal?.throwIfAborted();
    const found = await target.breaches(database, ids);
    const complete = new Set(found.map(({ caseId }) => caseId)).size >= ids.length;
    await sleep(LOOK_EVERY_MS);
    if (complete || Date.now() > until) return target.breaches(database, ids);
  }
}

/** What the log says of the promises that were made. */
function tally(due: ReadonlyMap<string, number>, breaches: readonly RecordedBreach[]) {
  const counts = new Map<string, number>();
  const lags: number[] = [];
  let lastRecordedAt = 0;
  let early = 0;
  for (const { caseId, recordedAt } of breaches) {
    const seen = counts.get(caseId) ?? 0;
    counts.set(caseId, seen + 1);
    lastRecordedAt = Math.max(lastRecordedAt, recordedAt);
    const lag = recordedAt - (due.get(caseId) ?? recordedAt);
    if (lag < 0) early += 1;
    if (seen === 0) lags.push(lag);
  }
  lags.sort((a, b) => a - b);
  const at = (share: number): number => Math.round(lags[Math.min(lags.length - 1, Math.ceil(share * lags.length) - 1)] ?? Number.NaN);
  const double = [...counts.values()].filter((count) => count > 1).length;
  return {
    figures: { lagMs: { p50: at(0.5), p99: at(0.99), max: at(1) }, lost: due.size - counts.size, double, early },
    recorded: counts.size,
    lastRecordedAt,
  };
}

async function inParallel<T>(count: number, signal: AbortSignal | undefined, one: (index: number) => Promise<T>): Promise<readonly T[]> {
  const results: T[] = [];
  let next = 0;
  const client = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      signal?.throwIfAborted();
      results[index] = await one(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CLIENTS, count) }, client));
  return results;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
