/**
 * The embedded default as a whole. The contract:
 * 1. Postgres and Temporal come up beside each other, then the worker and the API; each of the first two is left out where its address is given.
 * 2. What ends by itself is started again; where it listens and where its data are never changes while the system runs.
 * 3. It is stopped from the front to the back: API, worker, Temporal, Postgres. Only what was started here is stopped.
 */
import { join } from 'node:path';
import type { DataDirectory, Environment } from '../config.ts';
import { startPostgres } from '../embedded/postgres.ts';
import { startTemporalServer } from '../embedded/temporal-server.ts';
import { freePort } from '../embedded/free-port.ts';
import { compileCacheOf } from './compiled-code.ts';
import { startMailCatcher, type MailCatcher } from './mail-catcher.ts';
import type { Part, PartEvents } from './part.ts';
import { superviseChild } from './supervised-child.ts';
import { superviseServer } from './supervised-server.ts';

export interface SystemOptions {
  readonly data: DataDirectory;
  readonly env: Environment;
  readonly apiPort: number;
  readonly speed: number;
  /** Mail to staff is kept and shown here instead of sent, unless a mail server is named. */
  readonly catchMail: boolean;
  /** The command's own file: worker and API are commands of it. */
  readonly program: string;
  readonly events: PartEvents;
}

export interface Addresses {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly taskQueue: string;
  readonly url: string;
  readonly metricsUrl: string;
  readonly workerHealthUrl: string;
  /** Where caught mail is shown. */
  readonly mailUrl: string | null;
}

export interface System {
  /** Postgres and Temporal; resolves with their addresses. */
  readonly startServers: () => Promise<Pick<Addresses, 'databaseUrl' | 'temporalAddress'>>;
  readonly startProcesses: (addresses: Pick<Addresses, 'databaseUrl' | 'temporalAddress'>) => Promise<Addresses>;
  readonly logOf: (name: 'api' | 'worker') => string;
  readonly stop: () => Promise<void>;
  readonly kill: () => void;
}

const HOST = '127.0.0.1';
/** Our own processes, with how long each may take to end. */
const PROCESSES = [
  ['worker', 20_000],
  ['api', 12_000],
] as const;
/** From the front to the back. */
const STOP_ORDER = ['api', 'worker', 'temporal', 'postgres'];

/** A system of which nothing runs yet. */
export function createSystem(options: SystemOptions): System {
  const { data, events } = options;
  const parts: Part[] = [];
  const starting: Promise<unknown>[] = [];
  let mail: MailCatcher | null = null;
  const logOf = (name: string): string => join(data.logs, `${name}.log`);

  return {
    logOf,
    async startServers() {
      const [database, engine] = [startDatabase(options, parts), startEngine(options, parts)];
      starting.push(database, engine);
      // Both are waited for even when one fails: what the other started is then on the list to be stopped.
      await Promise.allSettled(starting);
      return { databaseUrl: await database, temporalAddress: await engine };
    },
    async startProcesses(servers) {
      if (options.catchMail && !options.env['SMTP_URL']) mail = await startMailCatcher();
      const addresses = { ...(await addressesFor(options, servers)), mailUrl: mail?.url ?? null };
      const common = { cwd: data.run, env: { ...childEnvironment(options, addresses), ...mailEnvironment(mail) } };
      for (const [name, graceMs] of PROCESSES) {
        const args = [options.program, name, '--data', data.path];
        parts.push(superviseChild({ ...common, name, args, logFile: logOf(name), graceMs }, events));
      }
      return addresses;
    },
    async stop() {
      await Promise.allSettled(starting);
      for (const name of STOP_ORDER) for (const part of parts.filter((one) => one.name === name)) await stopPart(part, events.report);
      await mail?.close();
    },
    kill() {
      for (const part of parts) part.kill();
    },
  };
}

/** The address of the database: the caller's, or of one that is started and put on the list. */
async function startDatabase({ data, env, events }: SystemOptions, parts: Part[]): Promise<string> {
  if (env['DATABASE_URL']) return env['DATABASE_URL'];
  const directory = join(data.path, 'postgres');
  const part = await superviseServer('postgres', (port) => startPostgres({ directory, ...(port === undefined ? {} : { port }) }), events);
  parts.push(part);
  return part.server.url;
}

/** The address of the Temporal server, likewise. */
async function startEngine({ data, env, events }: SystemOptions, parts: Part[]): Promise<string> {
  if (env['TEMPORAL_ADDRESS']) return env['TEMPORAL_ADDRESS'];
  const settings = { directory: join(data.path, 'temporal'), env, onProgress: events.report };
  const part = await superviseServer('temporal', (port) => startTemporalServer({ ...settings, ...(port === undefined ? {} : { port }) }), events);
  parts.push(part);
  return part.server.address;
}

/** A part that cannot be stopped does not keep the others from being stopped. */
async function stopPart(part: Part, report: (line: string) => void): Promise<void> {
  try {
    await part.stop();
  } catch (error) {
    report(`${part.name} did not stop: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function addressesFor({ apiPort, env }: SystemOptions, servers: Pick<Addresses, 'databaseUrl' | 'temporalAddress'>): Promise<Omit<Addresses, 'mailUrl'>> {
  const [metricsPort, healthPort] = [await freePort(), await freePort()];
  return {
    ...servers,
    temporalNamespace: env['TEMPORAL_NAMESPACE'] ?? 'default',
    taskQueue: env['TASK_QUEUE'] ?? 'cases',
    url: `http://${HOST}:${apiPort}`,
    metricsUrl: `http://${HOST}:${metricsPort}/metrics`,
    workerHealthUrl: `http://${HOST}:${healthPort}`,
  };
}

/** What worker and API are configured with: the caller's environment, and over it what was started here. */
function childEnvironment({ env, data, apiPort, speed }: SystemOptions, addresses: Omit<Addresses, 'mailUrl'>): Environment {
  return {
    ...env,
    ...compileCacheOf(env),
    DATA_DIR: data.path,
    DATABASE_URL: addresses.databaseUrl,
    TEMPORAL_ADDRESS: addresses.temporalAddress,
    TEMPORAL_NAMESPACE: addresses.temporalNamespace,
    TASK_QUEUE: addresses.taskQueue,
    API_HOST: HOST,
    API_PORT: String(apiPort),
    API_METRICS_PORT: new URL(addresses.metricsUrl).port,
    WORKER_HOST: HOST,
    WORKER_HEALTH_PORT: new URL(addresses.workerHealthUrl).port,
    DEV_ISSUER: env['DEV_ISSUER'] ?? (env['AUTH_ISSUER'] ? 'off' : 'on'),
    SPEED: String(speed),
  };
}

/** Alerts of a system on one machine go to the catcher, and no further. */
function mailEnvironment(mail: MailCatcher | null): Environment {
  return mail === null ? {} : { SMTP_URL: mail.smtpUrl, MAIL_FROM: 'Avvisi <avvisi@secondo-livello.example.org>' };
}
