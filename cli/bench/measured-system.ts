/** The system a benchmark measures: a running one, or one started for the run and thrown away after it. */
import process from 'node:process';
import { createDevIssuer } from '../../api/dev-issuer.ts';
import type { CountedProcess } from '../../bench/cpu.ts';
import { MUNICIPIO, type RunningProduct } from '../../bench/product.ts';
import { findSystem, type DataDirectory, type Environment, type SystemRecord } from '../config.ts';
import { CliError, EXIT } from '../errors.ts';
import { listenForStop } from '../start/stop-request.ts';
import { startOwnSystem, type OwnSystem } from './own-system.ts';

export interface MeasuredSystemOptions {
  /** Address of a running API. @default a system started for the run, on an embedded default of its own */
  readonly url?: string;
  /** A Temporal server instead of the embedded dev server, for a system started for the run. */
  readonly temporal?: string;
  /** Folder with the programs `server` and `sql` of a Temporal server, started for the run on a Postgres of its own. */
  readonly temporalBinaries?: string;
  /** Processes whose CPU counts too, as `name=pid`: a Temporal server given by address, its Postgres. */
  readonly pid?: readonly string[];
}

export interface RunContext {
  /** Tells whoever waits what is going on. */
  readonly report: (line: string) => void;
  /** Aborted when the run is to end. */
  readonly signal: AbortSignal;
}

const INTERRUPTED = 130;

/** Finds or starts the system, measures, and stops what it started, after a Ctrl+C too. */
export async function withMeasuredProduct<T>(
  data: DataDirectory,
  options: MeasuredSystemOptions,
  env: Environment,
  measure: (product: RunningProduct, context: RunContext) => Promise<T>,
): Promise<T> {
  const report = (line: string): void => void process.stderr.write(`${line}\n`);
  const counted = (options.pid ?? []).map(countedProcess);
  const stop = listenForStop(() => process.exit(INTERRUPTED));
  const abort = new AbortController();
  void stop.requested.then((signal) => abort.abort(new CliError(`The run was ended by ${signal}.`, 'No result was kept.', INTERRUPTED)));
  const context = { report, signal: abort.signal };
  try {
    if (options.url !== undefined) return await measure(await runningProduct(data, options.url, env, counted), context);
    return await withOwnSystem(options, env, report, async (own, system) =>
      measure(await describeProduct(own.data, system.url, system, [...own.processes, ...counted]), context),
    );
  } finally {
    stop.release();
  }
}

async function withOwnSystem<T>(
  { temporal, temporalBinaries }: MeasuredSystemOptions,
  env: Environment,
  report: (line: string) => void,
  work: (own: OwnSystem, system: SystemRecord) => Promise<T>,
): Promise<T> {
  report('starting a system for the run');
  const own = await startOwnSystem({
    env,
    report: (line) => report(`  ${line}`),
    ...(temporal === undefined ? {} : { temporal }),
    ...(temporalBinaries === undefined ? {} : { temporalBinaries }),
  });
  try {
    const system = await findSystem(own.data);
    if (system === null) throw new CliError('The system started for the run has ended.', 'Its own output stands above.', EXIT.unavailable);
    return await work(own, system);
  } finally {
    await own.stop();
  }
}

/** The system at an address: the one recorded on the data directory, else the servers the environment names. */
async function runningProduct(data: DataDirectory, address: string, env: Environment, counted: readonly CountedProcess[]): Promise<RunningProduct> {
  const url = address.replace(/\/$/, '');
  const system = await findSystem(data);
  if (system !== null && system.url.replace(/\/$/, '') === url) return describeProduct(data, url, system, counted);
  const { DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: temporalAddress, TEMPORAL_NAMESPACE: temporalNamespace = 'default' } = env;
  if (databaseUrl !== undefined && temporalAddress !== undefined)
    return describeProduct(data, url, { databaseUrl, temporalAddress, temporalNamespace, pids: {} }, counted);
  throw new CliError(
    `The system at ${url} is not the one that runs on ${data.path}.`,
    'Name its data directory with --data DIR, or its servers with DATABASE_URL and TEMPORAL_ADDRESS: the baselines run on the same ones.',
    EXIT.usage,
  );
}

type Servers = Pick<SystemRecord, 'databaseUrl' | 'temporalAddress' | 'temporalNamespace' | 'pids'>;

async function describeProduct(data: DataDirectory, url: string, servers: Servers, counted: readonly CountedProcess[]): Promise<RunningProduct> {
  const issuer = await createDevIssuer(data.path);
  const { databaseUrl, temporalAddress, temporalNamespace, pids } = servers;
  return {
    url,
    databaseUrl,
    temporalAddress,
    temporalNamespace,
    tokens: {
      operator: await issuer.mintToken({ role: 'operator' }),
      socialWorker: await issuer.mintToken({ role: 'socialWorker', municipio: MUNICIPIO }),
    },
    processes: [...Object.entries(pids).map(([name, pid]) => ({ name, pid })), ...counted],
  };
}

function countedProcess(text: string): CountedProcess {
  const [name, pid] = text.split('=');
  if (name !== undefined && name !== '' && Number.isInteger(Number(pid)) && Number(pid) > 0) return { name, pid: Number(pid) };
  throw new CliError(`"${text}" names no process.`, 'Write it as NAME=PID, such as temporal=1234.', EXIT.usage);
}
