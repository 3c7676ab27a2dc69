/** A small running system to be looked at, and to be damaged: a database, a Temporal server and a worker of its own, cases opened and worked on as the API would. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { pino } from 'pino';
import { startTemporalServer } from '../../../cli/embedded/temporal-server.ts';
import { eventActor, type Open, type UpdateCommand } from '../../../domain/case/commands.ts';
import { decideOpening } from '../../../domain/case/decide.ts';
import { applyRevision } from '../../../domain/case/evolve.ts';
import { answerOf, project, type CommandAnswer } from '../../../domain/case/projection.ts';
import { createCaseServices, createCaseWorker } from '../../../worker/case-worker.ts';
import { installRuntime } from '../../../worker/runtime.ts';
import type { CommandEnvelope } from '../../../workflows/case/messages.ts';
import { caseWorkflowId } from '../../../workflows/case/start-options.ts';
import { opening, OPERATOR, WORKER } from '../../support/case-builder.ts';
import { freshDatabase } from '../../support/fresh-database.ts';
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
  const { caseLog, starter, activities } = createCaseServices({ knex, client, taskQueue, now: Date.now });
  const bundle = { bundle: preparedWorkflowBundle(), buildId: 'test' };
  const newWorker = () => createCaseWorker({ connection: native, namespace: 'default', taskQueue, bundle, activities, cachedCases: 100, deployment: null });
  let worker = await newWorker();
  let running = worker.run();

  async function openInLog(change: Partial<Open> = {}): Promise<string> {
    const caseId = randomUUID();
    const at = Date.now();
    const commandId = hash(caseId);
    const { events } = decideOpening(opening({ caseId, ...change }), OPERATOR, at);
    const revision = { revision: 1, commandId, command: 'open', actor: eventActor(OPERATOR), events };
    const state = applyRevision(null, revision);
    const { row, clocks } = project(state);
    const answer = answerOf(state);
    const key = { commandId, route: 'POST /cases', fingerprint: commandId, status: 201, answer };
    await caseLog.append({ ...revision, caseId, episode: 1, fingerprint: commandId, at, answer, row, changedClocks: clocks, removedClocks: [], key });
    return caseId;
  }

  return {
    knex,
    client,
    caseLog,
    openInLog,
    /** As a system that is no embedded default is named to a command. */
    environment: { DATABASE_URL: database.url, TEMPORAL_ADDRESS: temporal.address },
    async stopWorker(): Promise<void> {
      worker.shutdown();
      await running;
    },
    async startWorker(): Promise<void> {
      worker = await newWorker();
      running = worker.run();
    },
    async open(change: Partial<Open> = {}): Promise<string> {
      const caseId = await openInLog(change);
      await starter.start(caseId);
      return caseId;
    },
    do(caseId: string, command: UpdateCommand, actor = WORKER): Promise<CommandAnswer> {
      const commandId = hash(randomUUID());
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

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 40);
}
