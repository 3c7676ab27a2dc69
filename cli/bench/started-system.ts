/** A system of the benchmark's own: the embedded default in a folder that is thrown away, started and stopped as a person would. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { dataDirectory, type DataDirectory, type Environment } from '../config.ts';
import { CliError, EXIT } from '../errors.ts';

export interface StartedSystem {
  readonly data: DataDirectory;
  readonly stop: () => Promise<void>;
}

const MAIN = join(import.meta.dirname, '..', 'main.ts');

/** Starts everything without synthetic cases and resolves when it is ready. */
export async function startSystem(env: Environment, report: (line: string) => void): Promise<StartedSystem> {
  const directory = await mkdtemp(join(tmpdir(), 'secondo-livello-bench-'));
  const child = spawn(process.execPath, [MAIN, 'start', '--port', '0', '--no-seed', '--data', directory], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = async (): Promise<void> => {
    await endChild(child);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await untilReady(child, report);
    return { data: dataDirectory(directory, {}), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function untilReady(child: ChildProcess, report: (line: string) => void): Promise<void> {
  if (child.stdout === null) throw new Error('The output of the start is a pipe');
  const lines = createInterface({ input: child.stdout });
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      report(`  ${line}`);
      if (line.startsWith('ready ')) resolve();
    });
    child.once('error', reject);
    child.once('exit', () => reject(new CliError('The system did not start.', 'What it said stands above.', EXIT.unavailable)));
  });
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}
