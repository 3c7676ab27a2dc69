/** Ends what an earlier start left running after it was killed: only processes that are still the very ones on record. */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { readProcesses, writeProcesses, type DataDirectory, type ProcessRecord } from '../config.ts';
import { isSameProcess } from './process-mark.ts';

const GRACE_MS = 8_000;
const FORCED_MS = 2_000;

/** Postgres takes SIGINT as "end the sessions and stop cleanly"; SIGTERM would wait for clients that are gone. */
function signalFor(name: string): NodeJS.Signals {
  return name === 'postgres' ? 'SIGINT' : 'SIGTERM';
}

/** Clears the record, ending what still runs. Says what it ends. */
export async function endLeftovers(data: DataDirectory, report: (line: string) => void): Promise<void> {
  const running = readProcesses(data).filter(isSameProcess);
  for (const left of running) {
    report(`ending ${left.name} (process ${left.pid}), left by a start that was killed`);
    send(left, signalFor(left.name));
  }
  await allGone(running, GRACE_MS);
  for (const stubborn of running.filter(isSameProcess)) send(stubborn, 'SIGKILL');
  await allGone(running, FORCED_MS);
  writeProcesses(data, []);
}

async function allGone(processes: readonly ProcessRecord[], withinMs: number): Promise<void> {
  const until = Date.now() + withinMs;
  while (processes.some(isSameProcess) && Date.now() < until) await sleep(50);
}

function send(target: ProcessRecord, signal: NodeJS.Signals): void {
  try {
    process.kill(target.pid, signal);
  } catch {
    // It ended by itself in between.
  }
}
