/**
 * One of our own processes, kept running. The contract:
 * 1. It is started at once, and again whenever it ends by itself, after a delay that grows; not when it says that its configuration is at fault.
 * 2. It has a process group of its own: a Ctrl+C in the terminal reaches only the supervisor, which ends things in order.
 * 3. It holds one end of an IPC channel; when the supervisor disappears, however it does, the channel closes and the child ends itself.
 * 4. `stop` asks, waits, then forces; nothing is started after it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../errors.ts';
import { endChild, isRunning } from './child-process.ts';
import type { Part, PartEvents } from './part.ts';
import { createRestartDelay, inWords } from './restart-delay.ts';

export interface ChildOptions {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where it works: the claim of this directory finds it there after a crash. */
  readonly cwd: string;
  readonly logFile: string;
  /** How long it may take to end when asked. */
  readonly graceMs: number;
}

/** Starts the process and keeps it running until `stop`. */
export function superviseChild(options: ChildOptions, events: PartEvents): Part {
  const delay = createRestartDelay();
  const wake = new AbortController();
  let child: ChildProcess;

  const run = (): void => {
    delay.started();
    child = spawnChild(options);
    if (child.pid !== undefined) events.onStarted(options.name, child.pid);
    let ended = false;
    const onEnd = (how: string): void => {
      if (ended || wake.signal.aborted) return;
      ended = true;
      const wait = delay.next();
      events.report(`${options.name} ended (${how}); starting it again ${inWords(wait)}. Its log: ${options.logFile}`);
      sleep(wait, undefined, { signal: wake.signal }).then(run, () => undefined);
    };
    child.once('error', (error) => onEnd(error.message));
    child.once('exit', (code, signal) => {
      if (code === EXIT.config) events.onHopeless(options.name, options.logFile);
      else onEnd(signal ?? `exit code ${code ?? 'unknown'}`);
    });
  };
  run();

  return {
    name: options.name,
    pid: () => child.pid,
    async stop() {
      wake.abort();
      await endChild(child, 'SIGTERM', options.graceMs);
    },
    kill() {
      wake.abort();
      if (isRunning(child)) child.kill('SIGKILL');
    },
  };
}

function spawnChild({ args, env, cwd, logFile }: ChildOptions): ChildProcess {
  const log = openSync(logFile, 'a', 0o600);
  try {
    return spawn(process.execPath, args, { detached: true, env, cwd, stdio: ['ignore', log, log, 'ipc'] });
  } finally {
    closeSync(log);
  }
}
