// The servers of one run of the integration project: one Postgres (fsync off), one Temporal dev server in memory.
// Each run has its own folder named by its process, so that two runs at once do not meet; what a killed run left is stopped by the next one.
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import type { EmbeddedPostgres } from '../../cli/embedded/postgres.ts';
import { POSTGRES_KIND, startPostgres } from '../../cli/embedded/postgres.ts';
import { isRunning } from '../../cli/embedded/process-identity.ts';
import { stopOrphans } from '../../cli/embedded/server-directory.ts';
import type { EmbeddedTemporal } from '../../cli/embedded/temporal-server.ts';
import { startTemporalServer, TEMPORAL_KIND } from '../../cli/embedded/temporal-server.ts';

/** The servers of this run. */
export type TestServers = { readonly postgres: EmbeddedPostgres; readonly temporal: EmbeddedTemporal; readonly stop: () => Promise<void> };

const RUNS = join(import.meta.dirname, '..', '..', 'build', 'test', 'servers');

async function sweepKilledRuns(): Promise<void> {
  for (const name of await readdir(RUNS)) {
    if (await isRunning(Number(name))) continue;
    await stopOrphans(join(RUNS, name, 'postgres'), POSTGRES_KIND);
    await stopOrphans(join(RUNS, name, 'temporal'), TEMPORAL_KIND);
    await rm(join(RUNS, name), { recursive: true, force: true });
  }
}

async function settled<T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [result] = await Promise.allSettled([promise]);
  return result;
}

/** Starts both servers, or neither. */
export async function startTestServers(): Promise<TestServers> {
  await mkdir(RUNS, { recursive: true });
  await sweepKilledRuns();
  const directory = join(RUNS, String(process.pid));
  const [postgres, temporal] = await Promise.all([
    settled(startPostgres({ directory: join(directory, 'postgres'), database: 'template', durable: false, settings: { max_connections: '200' } })),
    settled(startTemporalServer({ directory: join(directory, 'temporal'), env: process.env, durable: false })),
  ]);
  const stop = async (): Promise<void> => {
    if (temporal.status === 'fulfilled') await temporal.value.stop();
    if (postgres.status === 'fulfilled') await postgres.value.stop();
    await rm(directory, { recursive: true, force: true });
  };
  if (postgres.status === 'fulfilled' && temporal.status === 'fulfilled') return { postgres: postgres.value, temporal: temporal.value, stop };
  await stop();
  throw postgres.status === 'rejected' ? postgres.reason : (temporal as PromiseRejectedResult).reason;
}
