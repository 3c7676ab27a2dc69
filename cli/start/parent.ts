/** What a process does when the one that started it is gone. */
import process from 'node:process';
import type { Environment } from '../config.ts';

const GRACE_MS = 8_000;
const WATCH_MS = 1_000;

/** Under npm nobody could stop a system whose npm was killed: it stops itself. Started in another way it may well outlive its parent. */
export function watchParent(env: Environment, onGone: (reason: string) => void): () => void {
  if (env['npm_lifecycle_event'] === undefined) return () => undefined;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    onGone('npm is gone');
  }, WATCH_MS);
  return () => clearInterval(watch);
}

/** A process started by the supervisor ends when the supervisor is gone, however that happened: the IPC channel between them closes. Does nothing in a process started on its own. */
export function endWithParent(): void {
  if (!process.connected) return;
  process.once('disconnect', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.exit(1), GRACE_MS).unref();
  });
  // Listening must not keep alive a process that has nothing else to do.
  process.channel?.unref();
}
