/** `cli bench lifecycle`: what a case costs and how long its commands take, beside bare baselines on the same servers, in one run. */
import process from 'node:process';
import { createDevIssuer } from '../../api/dev-issuer.ts';
import { BASELINES, type BaselineName } from '../../bench/baselines/processes.ts';
import type { CountedProcess } from '../../bench/cpu.ts';
import { QUICK, runLifecycle, type LifecycleOptions, type LifecycleReport } from '../../bench/lifecycle.ts';
import { MUNICIPIO, type RunningProduct } from '../../bench/product.ts';
import { formatReport } from '../../bench/tables.ts';
import { keepResult } from '../bench/kept-result.ts';
import { startOwnSystem, type OwnSystem } from '../bench/own-system.ts';
import { findSystem, type DataDirectory, type Environment, type SystemRecord } from '../config.ts';
import { CliError, EXIT } from '../errors.ts';
import { listenForStop } from '../start/stop-request.ts';

export interface BenchOptions {
  /** Address of a running API. @default a system started for the run, on an embedded default of its own */
  readonly url?: string;
  /** A Temporal server instead of the embedded dev server, for a system started for the run. */
  readonly temporal?: string;
  /** Folder with the programs `server` and `sql` of a Temporal server, started for the run on a Postgres of its own. */
  readonly temporalBinaries?: string;
  /** A few seconds that show that everything works. @default false */
  readonly quick?: boolean;
  readonly clients?: readonly string[];
  readonly rate?: number;
  readonly seconds?: number;
  readonly cases?: number;
  readonly rounds?: number;
  /** @default all */
  readonly baselines?: readonly string[];
  /** False: the baselines alone. @default true */
  readonly product?: boolean;
  /** Processes whose CPU counts too, as `name=pid`: a Temporal server given by address, its Postgres. */
  readonly pid?: readonly string[];
  /** Where the JSON goes. @default bench/results/<date>-lifecycle.json; nowhere when quick */
  readonly out?: string;
}

const INTERRUPTED = 130;

/** Runs the benchmark, prints its tables and keeps its JSON. Returns the exit code: a difference when commands failed, whatever the figures. */
export async function benchLifecycle(data: DataDirectory, options: BenchOptions, env: Environment, print: (text: string) => void): Promise<number> {
  const report = (line: string): void => void process.stderr.write(`${line}\n`);
  const counted = (options.pid ?? []).map(countedProcess);
  // What was started for the run must not outlive it: a Ctrl+C ends the run in order too.
  const stop = listenForStop(() => process.exit(INTERRUPTED));
  const abort = new AbortController();
  void stop.requested.then((signal) => abort.abort(new CliError(`The run was ended by ${signal}.`, 'No result was kept.', INTERRUPTED)));
  const settings = { ...lifecycleOptions(options, report), signal: abort.signal };
  const measureAt = async (product: RunningProduct): Promise<number> => judge(await runLifecycle(product, settings), options, print);
  try {
    if (options.url !== undefined) return await measureAt(await runningProduct(data, options.url, env, counted));
    return await withOwnSystem(options, env, report, async (own, system) =>
      measureAt(await describeProduct(own.data, system.url, system, [...own.processes, ...counted])),
    );
  } finally {
    stop.release();
  }
}

async function withOwnSystem<T>(
  { temporal, temporalBinaries }: BenchOptions,
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

function lifecycleOptions(
  { quick, clients, rate, seconds, cases, rounds, baselines, product }: BenchOptions,
  report: (line: string) => void,
): LifecycleOptions {
  return {
    ...(quick === true ? QUICK : {}),
    ...(clients === undefined ? {} : { clients: clients.map(clientCount) }),
    ...(rate === undefined ? {} : { rate }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(cases === undefined ? {} : { cases }),
    ...(rounds === undefined ? {} : { rounds }),
    ...(baselines === undefined ? {} : { baselines: baselines.filter((name) => name !== 'none').map(knownBaseline) }),
    ...(product === undefined ? {} : { product }),
    report,
  };
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

function judge(report: LifecycleReport, options: BenchOptions, print: (text: string) => void): number {
  print(`${formatReport(report)}\n`);
  const kept = keepResult(report, options);
  if (kept !== null) print(`\n${kept}\n`);
  return report.measurements.every(({ failures }) => Object.keys(failures).length === 0) ? 0 : EXIT.difference;
}

function countedProcess(text: string): CountedProcess {
  const [name, pid] = text.split('=');
  if (name !== undefined && name !== '' && Number.isInteger(Number(pid)) && Number(pid) > 0) return { name, pid: Number(pid) };
  throw new CliError(`"${text}" names no process.`, 'Write it as NAME=PID, such as temporal=1234.', EXIT.usage);
}

function clientCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new CliError(`"${text}" is no number of clients.`, 'Write whole numbers joined by commas, such as 1,8,32.', EXIT.usage);
}

function knownBaseline(text: string): BaselineName {
  const known = BASELINES.find((name) => name === text);
  if (known !== undefined) return known;
  throw new CliError(`"${text}" is no baseline.`, `Baselines: ${BASELINES.join(', ')}; or none.`, EXIT.usage);
}
