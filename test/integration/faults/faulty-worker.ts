/**
 * A worker process that strikes at the worst instant. Composition root for tests: the product's own services and worker, with an `append` wrapped so that the
 * processes named are killed, this one last, right before or right after the revision of a given command is written.
 */
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { pino } from 'pino';
import type { AppendActivities } from '../../../activities/append.ts';
import { createDatabase } from '../../../db/knex.ts';
import { createDataConverter } from '../../../db/protection/data-converter.ts';
import { loadWorkflowBundle } from '../../../worker/bundle.ts';
import { createCaseServices, createCaseWorker } from '../../../worker/case-worker.ts';
import { startRelay } from '../../../worker/relay.ts';
import { installRuntime } from '../../../worker/runtime.ts';
import { testKeys } from '../../support/master-keys.ts';

/** What this worker is told in the variable `FAULT`, as JSON. */
export interface Fault {
  /** The command whose append is the instant. */
  readonly command: string;
  readonly when: 'before' | 'after';
  /** Killed first, in this order. */
  readonly pids: readonly number[];
  /** Whether this process goes too. */
  readonly self: boolean;
  /**
   * A fault of code rather than of machines, once: `append` throws what nobody foresaw, or hands the workflow what it cannot apply.
   * @default none
   */
  readonly code?: 'throws' | 'spoils';
}

const { DATABASE_URL: url = '', TEMPORAL_ADDRESS: address = '', TASK_QUEUE: taskQueue = 'cases', FAULT: told = '' } = process.env;
const fault = JSON.parse(told) as Fault;
let struck = false;

function strike(): void {
  if (struck) return;
  struck = true;
  for (const pid of fault.pids) {
    // Postgres serves each connection in a child that would finish its statement, and commit, after its parent is gone.
    const children = childrenOf(pid);
    for (const victim of [pid, ...children]) process.kill(victim, 'SIGKILL');
  }
  if (fault.self) process.kill(process.pid, 'SIGKILL');
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && parentOf(pid) === parent);
}

function parentOf(pid: number): number | undefined {
  try {
    // After the name, which may hold anything: state, then parent.
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1]);
  } catch {
    return undefined;
  }
}

const logger = pino({ level: 'silent' });
installRuntime({ logger, metricsAddress: null });
const knex = createDatabase({ url, applicationName: 'faulty-worker' });
const { bundle, buildId } = await loadWorkflowBundle();
const connection = await NativeConnection.connect({ address });
const dataConverter = createDataConverter(testKeys);
const services = createCaseServices({
  knex,
  client: new Client({ connection, dataConverter }),
  taskQueue,
  retention: { keysDays: 30, effectsDays: 7 },
  now: Date.now,
});
const real = services.activities as AppendActivities;
const append: AppendActivities['append'] = async (request) => {
  if (request.command === fault.command && fault.when === 'before') strike();
  const faulty = request.command === fault.command && !struck;
  if (faulty && fault.code === 'throws') {
    struck = true;
    throw new TypeError('nobody foresaw this');
  }
  const result = await real.append(request);
  if (request.command === fault.command && fault.when === 'after') strike();
  return faulty && fault.code === 'spoils' ? { ...result, stored: { ...result.stored, events: null as never } } : result;
};
const activities = { ...services.activities, append };
const worker = await createCaseWorker({
  ...{ connection, taskQueue, activities, dataConverter, namespace: 'default', cachedCases: 100, deployment: null },
  bundle: { bundle, buildId },
});
startRelay({ ...services, logger, now: Date.now });
process.stdout.write('polling\n');
await worker.run();
