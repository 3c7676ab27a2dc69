/** A process started by the supervisor ends when the supervisor is gone, however that happened: the IPC channel between them closes. */
import process from 'node:process';

const GRACE_MS = 8_000;

/** Does nothing in a process started on its own. */
export function endWithParent(): void {
  if (!process.connected) return;
  process.once('disconnect', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.exit(1), GRACE_MS).unref();
  });
  // Listening must not keep alive a process that has nothing else to do.
  process.channel?.unref();
}
