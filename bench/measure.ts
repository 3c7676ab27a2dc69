/** One target under one load: latencies, throughput, CPU by process, and what it cost the engine. */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { cpuBetween, sampleCpu } from './cpu.ts';
import type { HttpClient } from './http-client.ts';
import type { LatencySummary } from './latency.ts';
import { loadName, playLoad, type Bounds, type Load } from './load.ts';
import { sampleCounts, type SampledCounts } from './sampled-counts.ts';
import type { Target } from './target.ts';

export interface Measurement {
  readonly target: string;
  readonly load: string;
  readonly round: number;
  readonly cases: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly skipped: number;
  readonly seconds: number;
  readonly casesPerSecond: number;
  readonly commands: Readonly<Record<string, LatencySummary>>;
  readonly allCommands: LatencySummary;
  readonly reads: Readonly<Record<string, LatencySummary>>;
  /** CPU milliseconds a case by process, the client (`client`) among them; null where it cannot be read. */
  readonly cpuMsPerCase: Readonly<Record<string, number | null>>;
  /** The same without the client; null where a part cannot be read. */
  readonly cpuMsPerCaseTotal: number | null;
  readonly counts: SampledCounts | null;
}

// The engine finishes its bookkeeping just after the last answer: that work belongs to the cases too.
const SETTLE_MS = 300;
const CLIENT = 'client';

/** Plays one load and measures it. */
export async function measure(target: Target, load: Load, bounds: Bounds, round: number, http: HttpClient, temporal: Client): Promise<Measurement> {
  const counted = [...target.processes, { name: CLIENT, pid: process.pid, alone: true }];
  const before = sampleCpu(counted);
  const result = await playLoad(target, http, load, bounds);
  await sleep(SETTLE_MS);
  const spent = cpuBetween(before, sampleCpu(counted));
  const cases = result.caseIds.length;
  const cpuMsPerCase = Object.fromEntries(Object.entries(spent).map(([name, ms]) => [name, ms === null || cases === 0 ? null : round2(ms / cases)]));
  const { failures, skipped, commands, allCommands, reads } = result;
  return {
    target: target.name,
    load: loadName(load),
    round,
    cases,
    failures,
    skipped,
    seconds: round2(result.elapsedMs / 1_000),
    casesPerSecond: round2((cases * 1_000) / result.elapsedMs),
    commands,
    allCommands,
    reads,
    cpuMsPerCase,
    cpuMsPerCaseTotal: totalOf(cpuMsPerCase, target.workflowIdOf === null ? ['postgres'] : ['postgres', 'temporal']),
    counts: await sampleCounts(temporal, target, result.caseIds),
  };
}

/** Null unless every server a case passes through was measured: half a total would be held against a whole one. */
function totalOf(byProcess: Readonly<Record<string, number | null>>, servers: readonly string[]): number | null {
  const figures = Object.entries(byProcess).flatMap(([name, ms]) => (name === CLIENT ? [] : [ms]));
  if (figures.includes(null) || servers.some((name) => !(name in byProcess))) return null;
  return round2(figures.reduce<number>((sum, ms) => sum + (ms ?? 0), 0));
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
