/** Ending a process that this one started. */
import type { ChildProcess } from 'node:child_process';

export function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/** Sends a signal and resolves when the child is gone. `graceMs`: after how long it is forced; without, it is waited for. */
export async function endChild(child: ChildProcess, signal: NodeJS.Signals, graceMs?: number): Promise<void> {
  if (!isRunning(child)) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  const forced = graceMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), graceMs);
  await gone;
  clearTimeout(forced);
}
