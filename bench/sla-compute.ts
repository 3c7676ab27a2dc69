/** How many requests `cli sla compute` answers: the process a person runs, fed with the facts of the conformance table over and over. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { machineConditions, type MachineConditions } from './conditions.ts';
import { cpuBetween, sampleCpu } from './cpu.ts';

export interface SlaComputeOptions {
  /** The command line that answers. */
  readonly command: readonly [program: string, ...args: string[]];
  /** Requests of a round, rounded up to whole passes over the facts. */
  readonly requests: number;
  readonly rounds: number;
  readonly report: (line: string) => void;
}

export interface SlaComputeRound {
  readonly requests: number;
  readonly seconds: number;
  readonly requestsPerSecond: number;
  /** CPU of the process, its garbage collector's threads included; null where it cannot be read. */
  readonly cpuSeconds: number | null;
  readonly requestsPerCpuSecond: number | null;
  /** Answers that are an error: the one fact we refuse on purpose, once a pass. */
  readonly errors: number;
  readonly answerBytes: number;
}

export interface SlaComputeReport {
  readonly benchmark: 'sla-compute';
  readonly conditions: MachineConditions;
  readonly facts: number;
  readonly kinds: Readonly<Record<string, number>>;
  readonly rounds: readonly SlaComputeRound[];
  /** Of the rounds, in requests a second of one core: a second of CPU where it can be read, else of the clock. */
  readonly median: number;
  readonly budget: { readonly requestsPerSecond: number; readonly met: boolean };
}

/** What one core must answer a second, with explanations. */
const BUDGET = 20_000;
const WARM_UP_PASSES = 20;
const FACTS = join(import.meta.dirname, '..', 'test', 'fixtures', 'conformance', 'facts.json');

type Process = ChildProcessByStdio<Writable, Readable, null>;

/** Runs the benchmark. */
export async function runSlaCompute({ command, requests, rounds, report }: SlaComputeOptions): Promise<SlaComputeReport> {
  const conditions = machineConditions();
  const facts = JSON.parse(readFileSync(FACTS, 'utf8')) as readonly { readonly kind: string; readonly expected: unknown }[];
  const pass = Buffer.from(facts.map(({ expected: _, ...request }) => `${JSON.stringify(request)}\n`).join(''));
  const measured: SlaComputeRound[] = [];
  for (let number = 1; number <= rounds; number++) {
    const round = await measureRound(command, pass, facts.length, Math.max(1, Math.ceil(requests / facts.length)));
    report(`round ${number}: ${round.requestsPerSecond} requests/s, ${round.requestsPerCpuSecond ?? '?'} a second of CPU`);
    measured.push(round);
  }
  const figures = measured.map((round) => round.requestsPerCpuSecond ?? round.requestsPerSecond).sort((a, b) => a - b);
  const median = figures[Math.floor(figures.length / 2)] ?? 0;
  const kinds = Object.fromEntries([...new Set(facts.map(({ kind }) => kind))].map((kind) => [kind, facts.filter((fact) => fact.kind === kind).length]));
  return {
    ...{ benchmark: 'sla-compute' as const, conditions, facts: facts.length, kinds, rounds: measured, median },
    budget: { requestsPerSecond: BUDGET, met: median >= BUDGET },
  };
}

/** A process of its own a round. Its start and its first passes (code not yet compiled, calendars not yet built) are not counted. */
async function measureRound([program, ...args]: SlaComputeOptions['command'], pass: Buffer, lines: number, passes: number): Promise<SlaComputeRound> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    await playPasses(child, pass, lines, WARM_UP_PASSES);
    const counted = [{ name: 'compute', pid: child.pid ?? 0 }];
    const before = sampleCpu(counted);
    const started = performance.now();
    const { bytes, errors } = await playPasses(child, pass, lines, passes);
    const seconds = (performance.now() - started) / 1_000;
    const cpuMs = cpuBetween(before, sampleCpu(counted))['compute'] ?? null;
    const requests = lines * passes;
    return {
      ...{ requests, seconds: rounded(seconds), requestsPerSecond: Math.round(requests / seconds), errors, answerBytes: bytes },
      cpuSeconds: cpuMs === null ? null : rounded(cpuMs / 1_000),
      requestsPerCpuSecond: cpuMs === null ? null : Math.round((requests * 1_000) / cpuMs),
    };
  } finally {
    const gone = once(child, 'exit');
    child.stdin.end();
    await gone;
  }
}

/** Writes as fast as it is read, and resolves when every line has its answer. */
async function playPasses(child: Process, pass: Buffer, lines: number, passes: number): Promise<{ readonly bytes: number; readonly errors: number }> {
  let [answers, bytes, errors] = [0, 0, 0];
  const done = new Promise<void>((resolve, reject) => {
    const onExit = (): void => reject(new Error('sla compute ended before it had answered'));
    child.once('exit', onExit);
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      answers += countOf(chunk, '\n');
      errors += countOf(chunk, '"error":');
      if (answers < lines * passes) return;
      child.stdout.off('data', onData);
      child.off('exit', onExit);
      resolve();
    };
    child.stdout.on('data', onData);
  });
  const written = (async () => {
    for (let number = 0; number < passes; number++) if (!child.stdin.write(pass)) await once(child.stdin, 'drain');
  })();
  await Promise.all([done, written]);
  return { bytes, errors };
}

function countOf(chunk: Buffer, text: string): number {
  let count = 0;
  for (let at = chunk.indexOf(text); at >= 0; at = chunk.indexOf(text, at + text.length)) count++;
  return count;
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

/** A run as a person reads it. */
export function formatSlaCompute({ conditions, facts, rounds, median, budget }: SlaComputeReport): string {
  const { at, commit, modified, cpus, cpuModel, loadAverage, node } = conditions;
  return [
    `sla compute, ${at}, commit ${commit.slice(0, 12)}${modified ? ' (modified)' : ''}, ${cpus} x ${cpuModel}, load ${loadAverage.toFixed(2)}, Node ${node}`,
    `${facts} facts repeated, with explanations; ${rounds.length} round(s) of ${rounds[0]?.requests ?? 0} requests`,
    ...rounds.map(
      (round, index) => `round ${index + 1}: ${round.requestsPerSecond} requests/s on the clock, ${round.requestsPerCpuSecond ?? '?'} a second of one core`,
    ),
    `median ${median} a second of one core; budget >= ${budget.requestsPerSecond}: ${budget.met ? 'met' : 'MISSED'}`,
  ].join('\n');
}
