/**
 * A real Temporal server on a Postgres of its own, for figures that may be published (the dev server keeps everything in one SQLite connection). Needs the
 * server's two programs, built as bench/README.md says; the settings are those found best on two cores.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import pg from 'pg';
import type { CountedProcess } from '../../bench/cpu.ts';
import { isPortFree } from '../embedded/free-port.ts';
import { startPostgres, type EmbeddedPostgres } from '../embedded/postgres.ts';
import { lastLine, runCommand } from '../embedded/run-command.ts';
import { startServer, untilAnswering } from '../embedded/server-process.ts';
import { TEMPORAL_KIND } from '../embedded/temporal-server.ts';
import { CliError, EXIT } from '../errors.ts';
import { serverConfig, type ServerPorts } from './temporal-config.ts';

export interface TemporalOnPostgres {
  readonly address: string;
  readonly processes: readonly CountedProcess[];
  readonly stop: () => Promise<void>;
}

const NAMESPACE = 'default';
const START_TIMEOUT_MS = 60_000;
const SETUP_TIMEOUT_MS = 120_000;
const FIRST_PORT = 21_000;
const PORT_SPREAD = 10_000;
const STORES = [
  { database: 'temporal', schema: 'postgresql/v12/temporal' },
  { database: 'temporal_vis', schema: 'postgresql/v12/visibility' },
];

/** Starts both in `directory`. `binaries`: the folder with the programs `server` and `sql`. */
export async function startTemporalOnPostgres(binaries: string, directory: string): Promise<TemporalOnPostgres> {
  await mkdir(directory, { recursive: true });
  const postgres = await startPostgres({ directory: join(directory, 'postgres'), database: 'postgres' });
  try {
    for (const store of STORES) await prepareStore(join(binaries, 'sql'), postgres, store);
    await narrowIndexes(postgres.urlFor('temporal_vis'));
    const server = await startEngine(join(binaries, 'server'), directory, postgres);
    return {
      address: server.address,
      processes: [
        { name: 'temporal', pid: server.pid },
        { name: 'temporal-postgres', pid: postgres.pid },
      ],
      async stop() {
        await server.stop();
        await postgres.stop();
      },
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

/** Creates a store's database and brings its schema up to date; the schemas are inside the tool. */
async function prepareStore(tool: string, postgres: EmbeddedPostgres, { database, schema }: (typeof STORES)[number]): Promise<void> {
  const { port, username, password } = new URL(postgres.url);
  const common = ['--ep', '127.0.0.1', '-p', port, '-u', username, '--pl', 'postgres12', '--db', database];
  const env = { PATH: '/usr/bin:/bin', SQL_PASSWORD: password };
  for (const step of [['create'], ['setup-schema', '-v', '0.0'], ['update-schema', '--schema-name', schema]]) {
    const { code, stderr, stdout } = await runCommand(tool, [...common, ...step], { env, timeoutMs: SETUP_TIMEOUT_MS });
    if (code === 0) continue;
    throw new CliError(
      `${tool} ${step[0] ?? ''} failed: ${lastLine(stderr || stdout)}`,
      'How the programs are built stands in bench/README.md.',
      EXIT.unavailable,
    );
  }
}

/** Most rows have none of the optional attributes: an index of those that have one takes a third of the disk and of the log. */
async function narrowIndexes(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; definition: string; column: string }>(
      `SELECT i.relname AS name, pg_get_indexdef(x.indexrelid) AS definition, a.attname AS column
         FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
         JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[CASE WHEN x.indnatts > 1 THEN 1 ELSE 0 END]
        WHERE x.indrelid = 'executions_visibility'::regclass AND x.indpred IS NULL AND NOT x.indisunique AND NOT a.attnotnull AND a.attname <> 'close_time'`,
    );
    for (const { name, definition, column } of rows) {
      await client.query(`DROP INDEX ${client.escapeIdentifier(name)}`);
      await client.query(`${definition} WHERE ${client.escapeIdentifier(column)} IS NOT NULL`);
    }
  } finally {
    await client.end();
  }
}

async function startEngine(program: string, directory: string, postgres: EmbeddedPostgres) {
  const ports = await choosePorts();
  const config = join(directory, 'server.yaml');
  // JSON is YAML.
  await writeFile(config, JSON.stringify(serverConfig(ports, postgres.url, join(directory, 'dynamic.yaml'))), { mode: 0o600 });
  await writeFile(join(directory, 'dynamic.yaml'), '');
  const server = await startServer({
    part: 'Temporal server on Postgres',
    command: program,
    args: ['--config-file', config, '--allow-no-auth', 'start'],
    cwd: directory,
    env: { PATH: '/usr/bin:/bin', HOME: directory, TZ: 'UTC', GOGC: '200' },
    logFile: join(directory, 'server.log'),
  });
  const address = `127.0.0.1:${ports.frontend}`;
  const stop = (): Promise<void> => server.stop(TEMPORAL_KIND.stop);
  try {
    await untilAnswering('Temporal server on Postgres', server, () => ensureNamespace(address), START_TIMEOUT_MS);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: server.pid, address, stop };
}

/** Free ports below 32768: the server keeps them as `smallint` where its parts find each other. */
async function choosePorts(): Promise<ServerPorts> {
  const chosen: number[] = [];
  for (let port = FIRST_PORT + (process.pid % PORT_SPREAD); chosen.length < 9; port++) if (await isPortFree(port)) chosen.push(port);
  const [frontend = 0, frontendHttp = 0, frontendMember = 0, history = 0, historyMember = 0, matching = 0, matchingMember = 0, worker = 0, workerMember = 0] =
    chosen;
  return { frontend, frontendHttp, frontendMember, history, historyMember, matching, matchingMember, worker, workerMember };
}

/** Registers the namespace the first time and answers when it can be used, which is seconds later. */
async function ensureNamespace(address: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: 2_000 });
  try {
    const { workflowService } = connection;
    await connection.withDeadline(Date.now() + 5_000, async () => {
      const known = await workflowService.describeNamespace({ namespace: NAMESPACE }).catch(() => null);
      if (known === null) await workflowService.registerNamespace({ namespace: NAMESPACE, workflowExecutionRetentionPeriod: msToTs('24h') });
      await workflowService.countWorkflowExecutions({ namespace: NAMESPACE });
    });
  } finally {
    await connection.close();
  }
}
