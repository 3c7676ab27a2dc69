// One directory, one server, one owner.
// 1. An owner claims the directory first (directory-claim.ts); what a crashed owner left running there is stopped under the new claim, so that two starts at
//    once never stop each other's server.
// 2. Nothing is ever signalled that is not proven to be the server of this directory.
import { mkdir } from 'node:fs/promises';
import { type Claim, holds, markOf, readClaim, takeClaim } from './directory-claim.ts';
import { DirectoryInUseError } from './errors.ts';
import type { StopStep } from './process-identity.ts';
import { programsWithin, stopProcess } from './process-identity.ts';

/** The program that serves a directory, and how it is stopped. */
export type ServerKind = { readonly program: string; readonly stop: readonly StopStep[] };

/** A directory this process owns. */
export type OwnedDirectory = {
  /** Writes down which server serves it, and where. */
  readonly record: (pid: number, port: number) => Promise<void>;
  /** Gives it up. Safe to call twice. */
  readonly release: () => Promise<void>;
};

/** Stops what a crashed owner left running in the directory, the recorded server first. */
async function stopLeftovers(directory: string, kind: ServerKind, claim: Claim | undefined): Promise<void> {
  const stop = async (pid: number): Promise<void> => {
    // Two servers on the same data would destroy them.
    if (!(await stopProcess(pid, kind.stop))) throw new DirectoryInUseError(directory, pid);
  };
  const server = claim?.server;
  if (server !== undefined && server !== null && (await holds(server))) await stop(server.pid);
  // Lowest number first: the main process takes its children along.
  for (const pid of (await programsWithin(kind.program, directory)).toSorted((a, b) => a - b)) await stop(pid);
}

/**
 * Makes this process the owner of a server's directory, after stopping whatever a crashed owner left.
 * @throws DirectoryInUseError while another owner runs, or while what it left cannot be stopped
 */
export async function claimDirectory(directory: string, kind: ServerKind): Promise<OwnedDirectory> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { previous, record, release } = await takeClaim(directory);
  try {
    await stopLeftovers(directory, kind, previous);
  } catch (error) {
    await release();
    throw error;
  }
  return { record: async (pid, port) => record({ ...(await markOf(pid)), port }), release };
}

/** Stops whatever a crashed owner left in a directory; does nothing while its owner runs. */
export async function stopOrphans(directory: string, kind: ServerKind): Promise<void> {
  const claim = await readClaim(directory);
  const owner = claim?.owner;
  if (owner !== undefined && owner !== null && (await holds(owner))) return;
  await stopLeftovers(directory, kind, claim);
}

/** The port of the server that runs in the directory, if one does. */
export async function runningPort(directory: string): Promise<number | undefined> {
  const server = (await readClaim(directory))?.server;
  return server !== undefined && server !== null && (await holds(server)) ? server.port : undefined;
}
