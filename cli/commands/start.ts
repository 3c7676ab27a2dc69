/** `cli start`: the whole product on this machine, until Ctrl+C. */
import { mkdirSync } from 'node:fs';
import { relative } from 'node:path';
import process from 'node:process';
import { removeSystem, writeSystem, type DataDirectory, type Environment, type SystemRecord } from '../config.ts';
import { freePort, isPortFree } from '../embedded/free-port.ts';
import { identityOf } from '../embedded/process-identity.ts';
import { CliError, EXIT } from '../errors.ts';
import { claimRun } from '../start/claim-run.ts';
import { watchParent } from '../start/parent.ts';
import { tail, untilReady } from '../start/ready.ts';
import { listenForStop, type StopRequest } from '../start/stop-request.ts';
import { createSystem, type Addresses, type System } from '../start/system.ts';
import { prepareKeys } from '../start/prepare-keys.ts';
import { keySettings } from './keys.ts';
import { migrate } from './migrate.ts';
import { seedStaff } from './seed-staff.ts';
import { seedCases } from './seed.ts';

export interface StartOptions {
  readonly port?: number;
  readonly seed: boolean;
  readonly speed: number;
}

const DEFAULT_PORT = 3000;
const SEEDED_CASES = 6;
const INTERRUPTED = 130;

/** Runs the system until it is asked to stop; returns the exit code. */
export async function startEverything(data: DataDirectory, options: StartOptions, env: Environment): Promise<number> {
  const report = (line: string): void => void process.stderr.write(`${line}\n`);
  let system: System | null = null;
  // Before anything is started: a Ctrl+C at any moment is an end in order.
  const stop = listenForStop(() => {
    report('stopping at once');
    if (system !== null) {
      system.kill();
      removeSystem(data);
    }
    process.exit(INTERRUPTED);
  });
  try {
    const release = await claimRun(data);
    try {
      return await runUntilStopped({ data, options, env, stop, report }, (created) => (system = created));
    } finally {
      await release();
    }
  } finally {
    stop.release();
  }
}

async function runUntilStopped(context: Context, onCreated: (system: System) => void): Promise<number> {
  const { data, options, env, stop, report } = context;
  const startedAt = Date.now();
  mkdirSync(data.logs, { recursive: true, mode: 0o700 });
  const record = createRecord(data);
  const hopeless = createHopeless();
  const program = process.argv[1] ?? '';
  const apiPort = await choosePort(options.port, report);
  const system = createSystem({
    data,
    env,
    apiPort,
    speed: options.speed,
    catchMail: options.seed,
    program,
    events: { report, onStarted: record.started, onHopeless: hopeless.tell },
  });
  onCreated(system);
  // Waiting for a server that has ended must not find an empty event loop: their handles do not count.
  const alive = setInterval(() => undefined, 60_000);
  const unwatch = watchParent(env, stop.request);
  try {
    const up = stop.isRequested() ? Promise.resolve(null) : bringUp(context, system);
    const addresses = await Promise.race([up, stop.requested.then(() => null), hopeless.failed]);
    if (addresses !== null) {
      await record.write(addresses, options.speed);
      process.stdout.write(welcome(addresses, data, (Date.now() - startedAt) / 1_000));
      await Promise.race([stop.requested, hopeless.failed]);
    }
    report('stopping: API, worker, Temporal, Postgres (Ctrl+C again to stop at once)');
    await up.catch(() => undefined);
    return 0;
  } finally {
    await system.stop();
    removeSystem(data);
    unwatch();
    clearInterval(alive);
  }
}

interface Context {
  readonly data: DataDirectory;
  readonly options: StartOptions;
  readonly env: Environment;
  readonly stop: StopRequest;
  readonly report: (line: string) => void;
}

/** Everything up to the first request that succeeds; null when asked to stop meanwhile. */
async function bringUp({ data, options, env, stop, report }: Context, system: System): Promise<Addresses | null> {
  report(`starting Postgres and Temporal in ${data.path}`);
  const servers = await system.startServers();
  if (stop.isRequested()) return null;
  const migrated = await migrate(servers.databaseUrl);
  if (migrated.length > 0) report(`database: ${migrated.length} migrations run`);
  if (stop.isRequested()) return null;
  if (await prepareKeys(servers.databaseUrl, keySettings(data, env))) report(`the key of people's data was made in ${data.keys}: keep a copy of it elsewhere`);
  report('starting worker and API');
  const addresses = await system.startProcesses(servers);
  const probes = [
    { name: 'API', url: `${addresses.url}/readyz`, logFile: system.logOf('api') },
    { name: 'worker', url: `${addresses.workerHealthUrl}/readyz`, logFile: system.logOf('worker') },
  ];
  await untilReady(probes, stop.isRequested, report);
  if (stop.isRequested()) return null;
  if (options.seed) {
    await seedStaff(data, addresses.url);
    await seedCases(data, addresses.url, SEEDED_CASES);
  }
  return addresses;
}

/** A part whose configuration is at fault ends the whole start: nothing will make it better. */
function createHopeless() {
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // Looked at only where something is waited for.
  failed.catch(() => undefined);
  return {
    failed,
    tell(this: void, name: string, logFile: string): void {
      void tail(logFile).then((text) =>
        fail(new CliError(`The ${name} cannot run with this configuration:\n${text}`, 'Put the variables right, then start again.', EXIT.config)),
      );
    },
  };
}

/** The record of the running system, rewritten when a part is started again. */
function createRecord(data: DataDirectory) {
  const pids: Record<string, number> = {};
  let written: SystemRecord | null = null;
  return {
    started(this: void, name: string, pid: number): void {
      pids[name] = pid;
      if (written !== null) writeSystem(data, { ...written, pids: { ...pids } });
    },
    async write(addresses: Addresses, speed: number): Promise<void> {
      const identity = (await identityOf(process.pid)) ?? '';
      written = { pid: process.pid, identity, startedAt: new Date().toISOString(), ...addresses, speed, pids: { ...pids } };
      writeSystem(data, written);
    },
  };
}

/** A port that was asked for must be had; the default one gives way. */
async function choosePort(asked: number | undefined, report: (line: string) => void): Promise<number> {
  if (asked === 0) return freePort();
  const port = asked ?? DEFAULT_PORT;
  if (await isPortFree(port)) return port;
  if (asked !== undefined)
    throw new CliError(`Port ${port} is taken.`, 'Stop what listens there, or choose another with --port (0 takes any free one).', EXIT.unavailable);
  report(`port ${port} is taken: using a free one`);
  return freePort();
}

/** What stands on the screen when everything runs. */
function welcome({ url, mailUrl }: Addresses, data: DataDirectory, seconds: number): string {
  const directory = relative(process.cwd(), data.path);
  const option = directory === '.data' ? '' : ` --data ${directory.startsWith('..') ? data.path : directory}`;
  return [
    `ready ${url}`,
    '',
    `Pronto in ${seconds.toFixed(1)} s. Ctrl+C ferma tutto; i dati restano in ${directory === '' ? data.path : directory}. / Ctrl+C stops everything; the data stay.`,
    `  API e prove / API docs:  ${url}/api/docs`,
    ...(mailUrl === null ? [] : [`  posta / mail:            ${mailUrl}`]),
    `  token:                   npm run --silent cli -- token --role socialWorker --municipio 6${option}`,
    `  prossimo passo / next:   npm run cli -- scenario run${option} test/fixtures/scenarios/*.json`,
    '',
  ].join('\n');
}
