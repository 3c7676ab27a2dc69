/** A small running system to be looked at, and to be damaged: a database, a Temporal server and a worker of its own, cases opened and worked on as the API would. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { pino } from 'pino';
import { startTemporalServer } from '../../../cli/embedded/temporal-server.ts';
import type { Open, UpdateCommand } from '../../../domain/case/commands.ts';
import type { CommandAnswer } from '../../../domain/case/projection.ts';
import { createCaseServices, createCaseWorker } from '../../../worker/case-worker.ts';
import { installRuntime } from '../../../worker/runtime.ts';
import type { CommandEnvelope } from '../../../workflows/case/messages.ts';
import { caseWorkflowId } from '../../../workflows/case/start-options.ts';
import { WORKER } from '../../support/case-builder.ts';
import { freshDatabase } from '../../support/fresh-database.ts';
import { TEST_MASTER_KEYS } from '../../support/master-keys.ts';
import { newCommandId, openInLog } from '../../support/open-in-log.ts';
import { preparedWorkflowBundle } from '../../support/workflow-bundle.ts';

installRuntime({ logger: pino({ level: 'silent' }), metricsAddress: null });

export async function createSystem() {
  const directory = await mkdtemp(join(tmpdir(), 'secondo-livello-verify-'));
  const [database, temporal] = await Promise.all([freshDatabase(), startTemporalServer({ directory, env: process.env, durable: false })]);
  const { knex } = database;
  const connection = await Connection.connect({ address: temporal.address });
  const native = await NativeConnection.connect({ address: temporal.address });
  const client = new Client({ connection });
  const taskQueue = 'cases';
  const { caseLog, starter, activities } = createCaseServices({ knex, client, taskQueue, retention: { keysDays: 30, effectsDays: 7 }, now: Date.now });
  const bundle = { bundle: preparedWorkflowBundle(), buildId: 'test' };
  const newWorker = () => createCaseWorker({ connection: native, namespace: 'default', taskQueue, bundle, activities, cachedCases: 100, deployment: null });
  let worker = await newWorker();
  let running = worker.run();

  // No relay runs here: an outbox row would never be done.
  const openUnstarted = (change: Partial<Open> = {}, at = Date.now()): Promise<string> => openInLog(caseLog, { change, at, outbox: false });

  return {
    knex,
    client,
    caseLog,
    openInLog: openUnstarted,
    /** As a system that is no embedded default is named to a command. */
    environment: { DATABASE_URL: database.url, TEMPORAL_ADDRESS: temporal.address, MASTER_KEYS: TEST_MASTER_KEYS },
    async stopWorker(): Promise<void> {
      worker.shutdown();
      await running;
    },
    async startWorker(): Promise<void> {
      worker = await newWorker();
      running = worker.run();
    },
    async open(change: Partial<Open> = {}, at = Date.now()): Promise<string> {
      const caseId = await openUnstarted(change, at);
      await starter.start(caseId);
      return caseId;
    },
    do(caseId: string, command: UpdateCommand, actor = WORKER): Promise<CommandAnswer> {
      const commandId = newCommandId();
      const envelope: CommandEnvelope = { commandId, actor, ifMatch: null, fingerprint: null, requestId: commandId, command };
      const handle = client.workflow.getHandle(caseWorkflowId(caseId, 1));
      return handle.executeUpdate<CommandAnswer, [CommandEnvelope]>(command.type, { args: [envelope], updateId: commandId });
    },
    async stop(): Promise<void> {
      worker.shutdown();
      await running;
      await native.close();
      await connection.close();
      await temporal.stop();
      await database.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export type VerifiedSystem = Awaited<ReturnType<typeof createSystem>>;
