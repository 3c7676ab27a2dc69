import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { isRunning, programsWithin, stopProcess } from '../../../cli/embedded/process-identity.ts';
import type { ServerKind } from '../../../cli/embedded/server-directory.ts';

/** A server started by another process than ours. */
export type ForeignServer = { readonly owner: ChildProcess; readonly pid: number; readonly port: number };

/** A directory for one server; `cleanUp` stops what still runs there. mkdtemp makes it 0700: the server's account cannot enter its parents. */
export function serverDirectory(kind: ServerKind): { path: string; cleanUp: () => Promise<void> } {
  const root = mkdtempSync(join(tmpdir(), 'embedded-'));
  const path = join(root, 'server');
  const cleanUp = async (): Promise<void> => {
    // Whoever owns it: after a test that ran out of time the owner is this very process.
    for (const pid of await programsWithin(kind.program, path)) await stopProcess(pid, kind.stop);
    rmSync(root, { recursive: true, force: true });
  };
  return { path, cleanUp };
}

/** Starts a server from a process of its own, the leader of its group like a shell's job. */
export async function startElsewhere(kind: 'postgres' | 'temporal', directory: string): Promise<ForeignServer> {
  const script = join(import.meta.dirname, '..', '..', 'support', 'crash-owner.ts');
  const owner = spawn(process.execPath, [script, kind, directory], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const [line] = (await once(owner.stdout, 'data')) as [Buffer];
  return { owner, ...(JSON.parse(line.toString()) as { pid: number; port: number }) };
}

/** `kill -9`, and wait until the process is gone. */
export async function kill9(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  while (await isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
}
