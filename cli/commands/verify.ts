/** `cli verify`: every invariant on a running system. A stopped embedded default is started for the check and stopped after it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import { createDataConverter, createReplayConverter } from '../../db/protection/data-converter.ts';
import { openKeys, type KeySettings } from '../../db/protection/key-source.ts';
import { createDatabase } from '../../db/knex.ts';
import { createIncidentRepository } from '../../db/repositories/incidents.ts';
import { loadWorkflowBundle } from '../../worker/bundle.ts';
import { installRuntime, temporalLogger } from '../../worker/runtime.ts';
import { findSystem, type DataDirectory, type Environment } from '../config.ts';
import { CliError, EXIT } from '../errors.ts';
import { keySettings } from './keys.ts';
import { startAsChild } from '../start/started-child.ts';
import { summaryText, verdictText } from '../verify/report.ts';
import { runInvariants, type Verdict } from '../verify/run.ts';
import { systemInvariants } from '../verify/system-invariants.ts';

export interface VerifyOptions {
  /** @default false */
  readonly json?: boolean;
  /** How many of the newest cases are replayed. @default 100 */
  readonly sample?: number;
  /** Seconds: what was due or asked for so recently is in flight. @default 60 */
  readonly inFlight?: number;
  /** Seconds: how long something broken is looked at again before it is reported. @default 10; 60 for a system started for the check */
  readonly settle?: number;
  /** Folder of recorded histories to replay besides. @default those of the tests */
  readonly histories?: string;
}

interface Servers {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
}

interface Checked extends Servers {
  /** What its histories are sealed with. */
  readonly keys: KeySettings;
}

const HISTORIES = join(import.meta.dirname, '..', '..', 'test', 'fixtures', 'histories');
const SETTLE_S = 10;
/** After a stop everything that fell due meanwhile is caught up with first. */
const SETTLE_AFTER_START_S = 60;

/** Prints what holds and what does not; returns the exit code. */
export async function verify(data: DataDirectory, options: VerifyOptions, env: Environment, print: (text: string) => void): Promise<number> {
  const running = (await findSystem(data)) ?? serversOf(env);
  const keys = keySettings(data, env);
  if (running !== null) return check({ ...running, keys }, options, SETTLE_S, print);
  if (!existsSync(join(data.path, 'postgres'))) {
    throw new CliError(
      `There is no system in ${data.path}.`,
      'Name its data directory with --data DIR, or its servers with DATABASE_URL and TEMPORAL_ADDRESS.',
      EXIT.unavailable,
    );
  }
  const report = (line: string): void => void process.stderr.write(`  ${line}\n`);
  process.stderr.write(`starting the system in ${data.path} for the check\n`);
  const child = await startAsChild({ directory: data.path, env, report });
  try {
    const started = await findSystem(data);
    if (started === null) throw new CliError('The system started for the check has ended.', 'Its own output stands above.', EXIT.unavailable);
    return await check({ ...started, keys }, options, SETTLE_AFTER_START_S, print);
  } finally {
    await child.stop();
  }
}

/** A system that is no embedded default is named by its servers. */
function serversOf({
  DATABASE_URL: databaseUrl,
  TEMPORAL_ADDRESS: temporalAddress,
  TEMPORAL_NAMESPACE: temporalNamespace = 'default',
}: Environment): Servers | null {
  return databaseUrl === undefined || temporalAddress === undefined ? null : { databaseUrl, temporalAddress, temporalNamespace };
}

async function check(servers: Checked, options: VerifyOptions, settle: number, print: (text: string) => void): Promise<number> {
  const logger = pino({ level: 'silent' });
  installRuntime({ logger, metricsAddress: null });
  const keys = openKeys(servers.keys);
  const { bundle } = await loadWorkflowBundle(temporalLogger(logger));
  const knex = createDatabase({ url: servers.databaseUrl, applicationName: 'secondo-livello-verify', statementTimeoutMs: 120_000 });
  const connection = await connect(servers.temporalAddress);
  try {
    const client = new Client({ connection, namespace: servers.temporalNamespace, dataConverter: createDataConverter(keys) });
    const invariants = systemInvariants({
      ...{ knex, client, replay: { workflowBundle: bundle, dataConverter: createReplayConverter(keys) }, fixtures: options.histories ?? HISTORIES },
      inFlightMs: (options.inFlight ?? 60) * 1_000,
      ...(options.sample === undefined ? {} : { sample: options.sample }),
    });
    const onVerdict = (verdict: Verdict): void => (options.json === true ? undefined : print(`${verdictText(verdict)}\n`));
    const verdicts = await runInvariants(invariants, { settleMs: (options.settle ?? settle) * 1_000, onVerdict });
    const incidents = await createIncidentRepository(knex).openByKind();
    const holds = verdicts.every((verdict) => verdict.holds);
    print(options.json === true ? `${JSON.stringify({ holds, invariants: verdicts, incidents }, null, 2)}\n` : `${summaryText(verdicts, incidents)}\n`);
    return holds ? 0 : EXIT.difference;
  } finally {
    await connection.close();
    await knex.destroy();
  }
}

async function connect(address: string): Promise<Connection> {
  try {
    return await Connection.connect({ address, connectTimeout: '10s' });
  } catch (error) {
    throw new CliError(
      `Temporal does not answer at ${address}: ${error instanceof Error ? error.message : String(error)}`,
      'Start it, then check again.',
      EXIT.unavailable,
    );
  }
}
