import { spawn } from 'node:child_process';
import { open, readFile, rename, stat } from 'node:fs/promises';
import type { StopStep } from './process-identity.ts';
import { isRunning, stopProcess } from './process-identity.ts';
import { ServerStartError } from './errors.ts';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server started as a child. */
export type ServerProcess = {
  readonly pid: number;
  /** Resolves when the process has ended, with what it said on the way out: by `stop` or by itself. */
  readonly exited: Promise<string>;
  readonly stop: (steps: readonly StopStep[]) => Promise<void>;
  /** What it wrote since it was started, its last lines. */
  readonly logTail: () => Promise<string>;
};

/** Options of {@link startServer}. */
export type ServerCommand = {
  readonly part: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Account to run as (only root may choose). @default the caller's */
  readonly account?: { readonly uid: number; readonly gid: number };
};

const LOG_LIMIT = 10_000_000;
const TAIL_LINES = 20;
const POLL_MS = 25;

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

/**
 * Starts a server in a session of its own, so that the terminal's Ctrl+C reaches only us and the order of stopping stays ours.
 * Its output goes to a file: a pipe would break, and kill it, the moment we crash.
 */
export async function startServer(options: ServerCommand): Promise<ServerProcess> {
  if ((await sizeOf(options.logFile)) > LOG_LIMIT) await rename(options.logFile, `${options.logFile}.1`);
  const logStart = await sizeOf(options.logFile);
  const log = await open(options.logFile, 'a', 0o600);
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    ...options.account,
  });
  const exited = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => resolve(code === null ? `ended by ${signal}` : `exit code ${code}`));
  });
  child.unref();
  await log.close();
  const logTail = async (): Promise<string> => {
    const text = (await readFile(options.logFile)).subarray(logStart).toString();
    return text.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  };
  if (child.pid === undefined) throw new ServerStartError(options.part, await exited, '');
  const pid = child.pid;
  return {
    pid,
    exited,
    logTail,
    stop: async (steps) => {
      if (!(await stopProcess(pid, steps))) throw new Error(`process ${pid} (${options.part}) cannot be stopped`);
    },
  };
}

/**
 * Waits until a server answers. `probe` resolves when it does and throws while it does not.
 * @throws ServerStartError when the process ends or the time is up
 */
export async function untilAnswering(part: string, server: ServerProcess, probe: () => Promise<void>, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let reason = 'it never answered';
  while (Date.now() < deadline) {
    try {
      await probe();
      return;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    if (!(await isRunning(server.pid))) throw new ServerStartError(part, await server.exited, await server.logTail());
    await sleep(POLL_MS);
  }
  throw new ServerStartError(part, `no answer within ${timeoutMs / 1000} s (${reason})`, await server.logTail());
}
