/** Under which conditions a run was made: a figure without them says nothing. */
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, freemem, loadavg, totalmem } from 'node:os';
import process from 'node:process';
import type { Client } from '@temporalio/client';
import pg from 'pg';

/** The machine and the code, whatever was started on it. */
export interface MachineConditions {
  readonly at: string;
  readonly commit: string;
  /** The checkout differs from the commit. */
  readonly modified: boolean;
  readonly cpus: number;
  readonly cpuModel: string;
  readonly memoryMb: number;
  readonly freeMemoryMb: number;
  /** Of the last minute, before the run: others at work on the machine. */
  readonly loadAverage: number;
  readonly platform: string;
  readonly node: string;
}

export interface Conditions extends MachineConditions {
  readonly temporal: { readonly version: string; readonly store: string; readonly kind: 'dev server' | 'Postgres-backed' | 'other' };
  readonly postgres: { readonly version: string; readonly fsync: string; readonly synchronousCommit: string };
}

/** Gathers the conditions of a run on these servers. */
export async function conditionsOf(client: Client, databaseUrl: string): Promise<Conditions> {
  return { ...machineConditions(), postgres: await postgresOf(databaseUrl), temporal: await temporalOf(client) };
}

/** Gathers what the machine says of itself. */
export function machineConditions(): MachineConditions {
  const mb = (bytes: number): number => Math.round(bytes / 1e6);
  return {
    at: new Date().toISOString(),
    commit: git('rev-parse', 'HEAD'),
    modified: git('status', '--porcelain', '--untracked-files=no') !== '',
    cpus: availableParallelism(),
    cpuModel: cpus()[0]?.model ?? 'unknown',
    memoryMb: mb(totalmem()),
    freeMemoryMb: mb(freemem()),
    loadAverage: loadavg()[0] ?? 0,
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
  };
}

async function temporalOf(client: Client): Promise<Conditions['temporal']> {
  const { serverVersion, persistenceStore } = await client.connection.workflowService.getClusterInfo({});
  const store = persistenceStore ?? 'unknown';
  const kind = store.startsWith('sqlite') ? 'dev server' : store.startsWith('postgres') ? 'Postgres-backed' : 'other';
  return { version: serverVersion ?? 'unknown', store, kind };
}

async function postgresOf(databaseUrl: string): Promise<Conditions['postgres']> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const show = async (name: string): Promise<string> => {
    const { rows } = await client.query<{ value: string }>('SELECT current_setting($1) AS value', [name]);
    return rows[0]?.value ?? 'unknown';
  };
  try {
    return { version: await show('server_version'), fsync: await show('fsync'), synchronousCommit: await show('synchronous_commit') };
  } finally {
    await client.end();
  }
}

/** An installation without a checkout still measures. */
function git(...args: readonly string[]): string {
  try {
    return execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}
