import { join } from 'node:path';
import { EmbeddedPartMissingError } from './errors.ts';
import { freePort } from './free-port.ts';
import type { Environment } from './run-command.ts';
import type { OwnedDirectory, ServerKind } from './server-directory.ts';
import { claimDirectory, runningPort } from './server-directory.ts';
import type { ServerProcess } from './server-process.ts';
import { startServer, untilAnswering } from './server-process.ts';
import { resolveTemporalBinary } from './temporal-binaries.ts';

/** Options of {@link startTemporalServer}. */
export type TemporalServerOptions = {
  /** Where the server's state and log live; created when absent. */
  readonly directory: string;
  /** The environment of the process, read by its composition root: it may name the binary or the cache. */
  readonly env: Environment;
  /** @default a free loopback port */
  readonly port?: number;
  /** @default default */
  readonly namespace?: string;
  /** False keeps the state in memory: it is gone at the stop. @default true */
  readonly durable?: boolean;
  /** Typed search attributes to register, name to type. @default none */
  readonly searchAttributes?: Readonly<Record<string, string>>;
  /** Dynamic configuration values. @default none */
  readonly dynamicConfig?: Readonly<Record<string, string | number | boolean>>;
  /** Gets a line while a binary is downloaded. @default a line on stderr */
  readonly onProgress?: (line: string) => void;
};

/** A running Temporal dev server. */
export type EmbeddedTemporal = {
  /** Host and port of the frontend. */
  readonly address: string;
  readonly namespace: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when the server has ended, by `stop` or by itself. */
  readonly exited: Promise<string>;
  /** Safe to call twice. */
  readonly stop: () => Promise<void>;
};

/** How an embedded Temporal server is recognised and stopped. */
export const TEMPORAL_KIND: ServerKind = {
  program: 'temporal',
  stop: [
    { signal: 'SIGTERM', graceMs: 8_000 },
    { signal: 'SIGKILL', graceMs: 5_000 },
  ],
};

const START_TIMEOUT_MS = 30_000;
const PROBE_TIMEOUT_MS = 2_000;
// Written by the pinned server; its tables differ between versions (a file is not portable across them).
const STATE_FILE = 'temporal.db';

function serverArguments(port: number, options: TemporalServerOptions & { readonly namespace: string }): string[] {
  const pairs = (flag: string, values: Readonly<Record<string, unknown>> = {}): string[] =>
    Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${String(value)}`]);
  return [
    ...['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', String(port), '--namespace', options.namespace],
    ...['--log-level', 'error', '--log-format', 'json'],
    ...(options.durable === false ? [] : ['--db-filename', STATE_FILE]),
    ...pairs('--search-attribute', options.searchAttributes),
    ...pairs('--dynamic-config-value', Object.fromEntries(Object.entries(options.dynamicConfig ?? {}).map(([key, value]) => [key, JSON.stringify(value)]))),
  ];
}

/** Answers when the namespace exists, which is the last thing the server does at its start. */
async function probe(address: string, namespace: string): Promise<void> {
  const { Connection } = await import('@temporalio/client').catch((error: unknown) => {
    throw new EmbeddedPartMissingError('Temporal server', '@temporalio/client', 'TEMPORAL_ADDRESS', error);
  });
  const connection = await Connection.connect({ address, connectTimeout: PROBE_TIMEOUT_MS });
  try {
    await connection.withDeadline(Date.now() + PROBE_TIMEOUT_MS, () => connection.workflowService.describeNamespace({ namespace }));
  } finally {
    await connection.close();
  }
}

async function launch(
  owned: OwnedDirectory,
  binary: string,
  port: number,
  options: TemporalServerOptions & { readonly namespace: string },
): Promise<ServerProcess> {
  const server = await startServer({
    part: 'Temporal server',
    command: binary,
    args: serverArguments(port, options),
    cwd: options.directory,
    // HOME: the CLI reads its profile there; ours must not leak into the embedded server.
    env: { PATH: '/usr/bin:/bin', HOME: options.directory, TZ: 'UTC' },
    logFile: join(options.directory, 'server.log'),
  });
  await owned.record(server.pid, port);
  try {
    await untilAnswering('Temporal server', server, () => probe(`127.0.0.1:${port}`, options.namespace), START_TIMEOUT_MS);
  } catch (error) {
    await server.stop(TEMPORAL_KIND.stop);
    throw error;
  }
  return server;
}

/**
 * Starts the official Temporal dev server, headless, on loopback. Repeatable on the same directory; stops what a crashed start left there.
 * @throws BinaryUnavailableError, DirectoryInUseError, ServerStartError
 */
export async function startTemporalServer(options: TemporalServerOptions): Promise<EmbeddedTemporal> {
  const progress = options.onProgress === undefined ? {} : { onProgress: options.onProgress };
  const binary = await resolveTemporalBinary('temporal', { env: options.env, ...progress });
  const owned = await claimDirectory(options.directory, TEMPORAL_KIND);
  try {
    const port = options.port ?? (await freePort());
    const namespace = options.namespace ?? 'default';
    const server = await launch(owned, binary.path, port, { ...options, namespace });
    return {
      address: `127.0.0.1:${port}`,
      namespace,
      port,
      pid: server.pid,
      exited: server.exited,
      stop: async () => {
        await server.stop(TEMPORAL_KIND.stop);
        await owned.release();
      },
    };
  } catch (error) {
    await owned.release();
    throw error;
  }
}

/** Address of the embedded Temporal server that runs in a directory (started by any process), or undefined. */
export async function findRunningTemporal(directory: string): Promise<string | undefined> {
  const port = await runningPort(directory);
  return port === undefined ? undefined : `127.0.0.1:${port}`;
}
