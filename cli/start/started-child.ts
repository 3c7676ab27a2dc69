/** The embedded default started by another command: in a process of its own, as a person would start it, and stopped by whoever started it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Environment } from '../config.ts';
import { CliError, EXIT } from '../errors.ts';
import { endChild } from './child-process.ts';

export interface StartedChild {
  readonly url: string;
  readonly pid: number;
  /** Orderly, as Ctrl+C would. */
  readonly stop: () => Promise<void>;
  /** Without a word, as a power cut would; what it started is left behind. */
  readonly kill: () => Promise<void>;
}

export interface StartChildOptions {
  readonly directory: string;
  readonly env: Environment;
  readonly report: (line: string) => void;
  /** @default 0, any free one */
  readonly port?: number;
  /** @default 1 */
  readonly speed?: number;
}

const MAIN = join(import.meta.dirname, '..', 'main.ts');
const READY = 'ready ';

/** Starts everything without synthetic cases and resolves when a first request would succeed. */
export async function startAsChild({ directory, env, report, port = 0, speed = 1 }: StartChildOptions): Promise<StartedChild> {
  const args = [MAIN, 'start', '--port', String(port), '--no-seed', '--speed', String(speed), '--data', directory];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    const url = await untilReady(child, report);
    return { url, pid: child.pid ?? 0, stop: () => endChild(child, 'SIGTERM'), kill: () => endChild(child, 'SIGKILL') };
  } catch (error) {
    await endChild(child, 'SIGTERM');
    throw error;
  }
}

async function untilReady(child: ChildProcess, report: (line: string) => void): Promise<string> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('The output of the start is a pipe');
  createInterface({ input: stderr }).on('line', report);
  return new Promise<string>((resolve, reject) => {
    createInterface({ input: stdout }).on('line', (line) => {
      report(line);
      if (line.startsWith(READY)) resolve(line.slice(READY.length).trim());
    });
    child.once('error', reject);
    child.once('exit', () => reject(new CliError('The system did not start.', 'What it said stands above.', EXIT.unavailable)));
  });
}
