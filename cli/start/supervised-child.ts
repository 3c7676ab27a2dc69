/**
 * One process kept running. The contract:
 * 1. It is started at once, and again whenever it ends by itself: at first immediately, then after a delay that doubles up to a limit. A process that has
 *    lived for a while starts from the first delay again.
 * 2. It has a process group of its own: a Ctrl+C in the terminal reaches only the supervisor, which ends things in order.
 * 3. It holds one end of an IPC channel; when the supervisor disappears, however it does, the channel closes and the child ends itself.
 * 4. `stop` asks, waits, then forces; nothing is started after it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ChildOptions {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logFile: string;
  /** Told of every start, so that its number is on record. */
  readonly onStarted: (pid: number) => void;
  /** Told what a person should know: it ended, it is started again. */
  readonly report: (line: string) => void;
  /** How long it may take to end when asked. */
  readonly graceMs: number;
}

export interface SupervisedChild {
  readonly pid: () => number | undefined;
  readonly stop: () => Promise<void>;
  /** Ends it without asking; for a second Ctrl+C. */
  readonly kill: () => void;
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;
const LIVED_MS = 20_000;

/** Starts the process and keeps it running until `stop`. */
export function superviseChild(options: ChildOptions): SupervisedChild {
  let child: ChildProcess | undefined;
  let stopping = false;
  let delayMs = FIRST_DELAY_MS;
  const wake = new AbortController();

  const run = (): void => {
    const startedAt = Date.now();
    child = spawnChild(options);
    if (child.pid !== undefined) options.onStarted(child.pid);
    let ended = false;
    const onEnd = (how: string): void => {
      if (ended || stopping) return;
      ended = true;
      if (Date.now() - startedAt > LIVED_MS) delayMs = FIRST_DELAY_MS;
      options.report(`${options.name} ended (${how}); starting it again in ${delayMs / 1_000} s. Its log: ${options.logFile}`);
      const wait = delayMs;
      delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS);
      void sleep(wait, undefined, { signal: wake.signal }).then(
        () => (stopping ? undefined : run()),
        () => undefined,
      );
    };
    child.once('error', (error) => onEnd(error.message));
    child.once('exit', (code, signal) => onEnd(signal ?? `exit code ${code ?? 'unknown'}`));
  };
  run();

  return {
    pid: () => child?.pid,
    async stop() {
      stopping = true;
      wake.abort();
      if (child !== undefined) await endChild(child, options.graceMs);
    },
    kill() {
      stopping = true;
      wake.abort();
      if (child !== undefined && isRunning(child)) child.kill('SIGKILL');
    },
  };
}

function spawnChild({ args, env, logFile }: ChildOptions): ChildProcess {
  const log = openSync(logFile, 'a', 0o600);
  try {
    return spawn(process.execPath, args, { detached: true, env, stdio: ['ignore', log, log, 'ipc'] });
  } finally {
    closeSync(log);
  }
}

async function endChild(child: ChildProcess, graceMs: number): Promise<void> {
  if (!isRunning(child)) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const forced = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await gone;
  clearTimeout(forced);
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}
