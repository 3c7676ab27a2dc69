// One directory, one server, one owner.
// 1. An owner claims the directory by creating `running.json` exclusively: of two starts at once one wins.
// 2. A claim whose owner no longer runs (number and start time compared) is stale: what the owner left running is stopped and the claim removed.
// 3. Nothing is ever signalled that is not proven to be the server of this directory.
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { DirectoryInUseError } from './errors.ts';
import type { StopStep } from './process-identity.ts';
import { identityOf, isRunning, programsWithin, stopProcess } from './process-identity.ts';

type Mark = { readonly pid: number; readonly identity: string };
type Claim = { readonly owner: Mark; readonly server: (Mark & { readonly port: number }) | null };

/** The program that serves a directory, and how it is stopped. */
export type ServerKind = { readonly program: string; readonly stop: readonly StopStep[] };

const CLAIM = 'running.json';

async function readClaim(directory: string): Promise<Claim | undefined> {
  try {
    return JSON.parse(await readFile(join(directory, CLAIM), 'utf8')) as Claim;
  } catch {
    // Absent, or cut off by a crash while it was written: the search of processes below decides.
    return undefined;
  }
}

async function holds(mark: Mark): Promise<boolean> {
  return (await identityOf(mark.pid)) === mark.identity;
}

async function markOf(pid: number): Promise<Mark> {
  return { pid, identity: (await identityOf(pid)) ?? '' };
}

/** Stops what a crashed owner left running in the directory, the recorded server first. */
async function stopLeftovers(directory: string, kind: ServerKind, claim: Claim | undefined): Promise<void> {
  const server = claim?.server;
  if (server !== undefined && server !== null && (await holds(server))) await stopProcess(server.pid, kind.stop);
  // Lowest number first: the main process takes its children along.
  for (const pid of (await programsWithin(kind.program, directory)).toSorted((a, b) => a - b)) await stopProcess(pid, kind.stop);
}

/**
 * Makes this process the owner of a server's directory, after stopping whatever a crashed owner left.
 * @throws DirectoryInUseError while another owner runs
 */
export async function claimDirectory(directory: string, kind: ServerKind): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const claim = await readClaim(directory);
  if (claim !== undefined && (await holds(claim.owner))) throw new DirectoryInUseError(directory, claim.owner.pid);
  await stopLeftovers(directory, kind, claim);
  await rm(join(directory, CLAIM), { force: true });
  const mine: Claim = { owner: await markOf(process.pid), server: null };
  await writeFile(join(directory, CLAIM), JSON.stringify(mine), { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? new DirectoryInUseError(directory, process.pid) : error;
  });
}

/** Writes down which server serves the claimed directory, and where. */
export async function recordServer(directory: string, pid: number, port: number): Promise<void> {
  const claim: Claim = { owner: await markOf(process.pid), server: { ...(await markOf(pid)), port } };
  const draft = join(directory, `${CLAIM}.new`);
  await writeFile(draft, JSON.stringify(claim), { mode: 0o600 });
  await rename(draft, join(directory, CLAIM));
}

/** Gives the directory up. */
export async function releaseDirectory(directory: string): Promise<void> {
  await rm(join(directory, CLAIM), { force: true });
}

/** Stops whatever a crashed owner left in a directory; does nothing while its owner runs. */
export async function stopOrphans(directory: string, kind: ServerKind): Promise<void> {
  const claim = await readClaim(directory);
  if (claim !== undefined && (await holds(claim.owner))) return;
  await stopLeftovers(directory, kind, claim);
}

/** The port of the server that runs in the directory, if one does. */
export async function runningPort(directory: string): Promise<number | undefined> {
  const server = (await readClaim(directory))?.server;
  return server !== undefined && server !== null && (await isRunning(server.pid)) && (await holds(server)) ? server.port : undefined;
}
