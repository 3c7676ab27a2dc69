// The command as a person runs it: processes of their own, nothing imported from them.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { SystemRecord } from '../../../cli/config.ts';
import { isRunning, programsWithin, stopProcess } from '../../../cli/embedded/process-identity.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const MAIN = join(ROOT, 'cli', 'main.ts');
const PROGRAMS = ['node', 'postgres', 'temporal'];

/** Not Jest's own options, nor a variable that would replace an embedded part. */
function environment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { PATH = '', HOME = '', SECONDO_LIVELLO_CACHE, XDG_CACHE_HOME, TEMPORAL_CLI_PATH } = process.env;
  const kept = { PATH, HOME, SECONDO_LIVELLO_CACHE, XDG_CACHE_HOME, TEMPORAL_CLI_PATH, ...extra };
  return Object.fromEntries(Object.entries(kept).filter((pair): pair is [string, string] => pair[1] !== undefined));
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export async function cli(args: readonly string[], extra: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: ROOT, env: environment(extra) });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}

export interface StartedSystem {
  readonly url: string;
  readonly readyAfterMs: number;
  readonly output: () => string;
  readonly record: () => SystemRecord;
  /** Ctrl+C; resolves with the exit code once everything has ended. */
  readonly interrupt: () => Promise<number | null>;
  /** kill -9 of the supervisor and of every part, at once. */
  readonly killEverything: () => Promise<void>;
}

/** `cli start` on a directory, with variables besides; resolves at the line `ready <url>`. */
export async function startSystem(directory: string, args: readonly string[] = [], extra: Readonly<Record<string, string>> = {}): Promise<StartedSystem> {
  const startedAt = Date.now();
  // In a group of its own, as a terminal gives each job.
  const child = spawn(process.execPath, [MAIN, 'start', '--port', '0', '--data', directory, ...args], { cwd: ROOT, env: environment(extra), detached: true });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const found = /^ready (\S+)$/m.exec(output);
      if (found?.[1] !== undefined) resolve(found[1]);
    });
    child.once('exit', (code) => reject(new Error(`start ended with ${code}:\n${output}`)));
  });
  const record = (): SystemRecord => JSON.parse(readFileSync(join(directory, 'run', 'system.json'), 'utf8')) as SystemRecord;
  return {
    url,
    readyAfterMs: Date.now() - startedAt,
    output: () => output,
    record,
    interrupt: () => endWith(child, () => process.kill(child.pid ?? 0, 'SIGINT')),
    async killEverything() {
      const { pid, pids } = record();
      for (const number of [pid, ...Object.values(pids)]) process.kill(number, 'SIGKILL');
      for (const number of [pid, ...Object.values(pids)]) while (await isRunning(number)) await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}

async function endWith(child: ChildProcess, ask: () => void): Promise<number | null> {
  const gone = once(child, 'exit') as Promise<[number | null]>;
  ask();
  const [code] = await gone;
  return code;
}

/** Every process that works inside the directory. */
export async function processesIn(directory: string): Promise<number[]> {
  return (await Promise.all(PROGRAMS.map((program) => programsWithin(program, directory)))).flat();
}

/** A data directory that is gone, with everything that runs in it, after the tests. */
export function dataDirectory(): { readonly path: string; readonly cleanUp: () => Promise<void> } {
  const path = mkdtempSync(join(tmpdir(), 'start-'));
  return {
    path,
    async cleanUp() {
      for (const pid of await processesIn(path)) await stopProcess(pid, [{ signal: 'SIGKILL', graceMs: 5_000 }]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}
