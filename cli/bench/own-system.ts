/** A system of the benchmark's own: the embedded default in a folder that is thrown away, whatever the caller's environment names. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CountedProcess } from '../../bench/cpu.ts';
import { dataDirectory, type DataDirectory, type Environment } from '../config.ts';
import { startAsChild } from '../start/started-child.ts';
import { startTemporalOnPostgres } from './temporal-on-postgres.ts';

export interface OwnSystem {
  readonly data: DataDirectory;
  /** What was started beside the embedded default. */
  readonly processes: readonly CountedProcess[];
  readonly stop: () => Promise<void>;
}

export interface OwnSystemOptions {
  readonly env: Environment;
  readonly report: (line: string) => void;
  /** Address of a Temporal server. @default the embedded dev server */
  readonly temporal?: string;
  /** Folder with the programs `server` and `sql` of a Temporal server, to be started on a Postgres of its own. @default none */
  readonly temporalBinaries?: string;
}

/** A benchmark must not fill a database somebody works with. */
const NOT_INHERITED = ['DATABASE_URL', 'TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'TASK_QUEUE', 'AUTH_ISSUER', 'DATA_DIR'];

/** Starts everything without synthetic cases and resolves when a first request would succeed. */
export async function startOwnSystem({ env, report, temporal, temporalBinaries }: OwnSystemOptions): Promise<OwnSystem> {
  const directory = await mkdtemp(join(tmpdir(), 'secondo-livello-bench-'));
  const stops = [() => rm(directory, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const end of stops.toReversed()) await end();
  };
  try {
    const engine = temporalBinaries === undefined ? null : await startTemporalOnPostgres(temporalBinaries, join(directory, 'engine'));
    if (engine !== null) stops.push(engine.stop);
    const address = engine?.address ?? temporal;
    const clean = Object.fromEntries(Object.entries(env).filter(([name]) => !NOT_INHERITED.includes(name)));
    const data = join(directory, 'data');
    const child = await startAsChild({ directory: data, env: address === undefined ? clean : { ...clean, TEMPORAL_ADDRESS: address }, report });
    stops.push(child.stop);
    return { data: dataDirectory(data, {}), processes: engine?.processes ?? [], stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
