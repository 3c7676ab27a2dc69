import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import pg from 'pg';
import { freePort } from './free-port.ts';
import type { Cluster } from './postgres-cluster.ts';
import { clusterPassword, openCluster, SERVER_ENVIRONMENT } from './postgres-cluster.ts';
import { programsWithin } from './process-identity.ts';
import type { OwnedDirectory, ServerKind } from './server-directory.ts';
import { claimDirectory, runningPort } from './server-directory.ts';
import type { ServerProcess } from './server-process.ts';
import { startServer, untilAnswering } from './server-process.ts';

/** Options of {@link startPostgres}. */
export type PostgresOptions = {
  /** Where the cluster, its password and its log live; created when absent. */
  readonly directory: string;
  /** @default a free loopback port */
  readonly port?: number;
  /** Database that exists after the start. @default secondo_livello */
  readonly database?: string;
  /** False trades safety for speed (fsync off): tests only. @default true */
  readonly durable?: boolean;
  /** Further server settings, which win over ours. @default none */
  readonly settings?: Readonly<Record<string, string>>;
};

/** A running embedded Postgres. */
export type EmbeddedPostgres = {
  /** Connection string of the database named in the options. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Connection string of another database of the same cluster. */
  readonly urlFor: (database: string) => string;
  /** Resolves when the server has ended, by `stop` or by itself. */
  readonly exited: Promise<string>;
  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. Safe to call twice. */
  readonly stop: () => Promise<void>;
};

/** How an embedded Postgres is recognised and stopped: fast, then immediate, then by force. Each is safe for committed data. */
export const POSTGRES_KIND: ServerKind = {
  program: 'postgres',
  stop: [
    { signal: 'SIGINT', graceMs: 10_000 },
    { signal: 'SIGQUIT', graceMs: 5_000 },
    { signal: 'SIGKILL', graceMs: 5_000 },
  ],
};

const DEFAULT_DATABASE = 'secondo_livello';
// Recovery after a crash may have to replay a few checkpoints.
const START_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 5_000;

const UNSAFE_BUT_FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

function connectionString(password: string, port: number, database: string): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // A connection cut at shutdown also emits an error: without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function ensureDatabase(adminUrl: string, name: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  });
}

function serverArguments(cluster: Cluster, port: number, options: PostgresOptions): string[] {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    max_connections: '100',
    cluster_name: 'secondo-livello',
    ...(options.durable === false ? UNSAFE_BUT_FAST : {}),
    ...options.settings,
  };
  return ['-D', cluster.serverPath, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/**
 * A lock file left by a crash would stop the start when its process number has meanwhile gone to another process of the same account. On Linux the
 * processes themselves say whether anybody serves the cluster: whoever does works inside it. Elsewhere, and in doubt, Postgres's own check decides.
 */
async function dropStaleLock(cluster: Cluster): Promise<void> {
  if (process.platform !== 'linux' || (await programsWithin(POSTGRES_KIND.program, cluster.path)).length > 0) return;
  await rm(join(cluster.path, 'postmaster.pid'), { force: true });
}

async function launch(owned: OwnedDirectory, cluster: Cluster, port: number, options: PostgresOptions): Promise<ServerProcess> {
  await dropStaleLock(cluster);
  const server = await startServer({
    part: 'Postgres',
    command: join(cluster.bin, 'postgres'),
    args: serverArguments(cluster, port, options),
    cwd: cluster.path,
    env: SERVER_ENVIRONMENT,
    logFile: join(options.directory, 'server.log'),
    ...(cluster.account === undefined ? {} : { account: cluster.account }),
  });
  await owned.record(server.pid, port);
  try {
    const adminUrl = connectionString(cluster.password, port, 'postgres');
    await untilAnswering('Postgres', server, () => ensureDatabase(adminUrl, options.database ?? DEFAULT_DATABASE), START_TIMEOUT_MS);
  } catch (error) {
    await server.stop(POSTGRES_KIND.stop);
    throw error;
  }
  return server;
}

/**
 * Starts a real Postgres 18 in a directory, creating its cluster the first time. Repeatable; recovers after a crash of the server, of us, or of both.
 * @throws DirectoryInUseError, EmbeddedPartMissingError, ServerStartError
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const owned = await claimDirectory(options.directory, POSTGRES_KIND);
  try {
    const cluster = await openCluster(options.directory, options.durable !== false);
    const port = options.port ?? (await freePort());
    const server = await launch(owned, cluster, port, options);
    const urlFor = (database: string): string => connectionString(cluster.password, port, database);
    return {
      url: urlFor(options.database ?? DEFAULT_DATABASE),
      port,
      pid: server.pid,
      urlFor,
      exited: server.exited,
      stop: async () => {
        await server.stop(POSTGRES_KIND.stop);
        await owned.release();
      },
    };
  } catch (error) {
    await owned.release();
    throw error;
  }
}

/** Connection string of the embedded Postgres that runs in a directory (started by any process), or undefined. */
export async function findRunningPostgres(directory: string, database: string = DEFAULT_DATABASE): Promise<string | undefined> {
  const port = await runningPort(directory);
  return port === undefined ? undefined : connectionString(await clusterPassword(directory), port, database);
}
