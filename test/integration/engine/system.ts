/** A worker as the product starts it, on a database and a task queue of its own; cases are opened as the API would. */
import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { Client, Connection, WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { pino } from 'pino';
import { createCaseLogRepository } from '../../../db/repositories/case-log.ts';
import { createIncidentRepository } from '../../../db/repositories/incidents.ts';
import { createRulebookRepository } from '../../../db/repositories/rulebooks.ts';
import { createCaseStarter } from '../../../activities/start-case.ts';
import type { Actor, Open, UpdateCommand } from '../../../domain/case/commands.ts';
import { fold } from '../../../domain/case/evolve.ts';
import type { CommandAnswer } from '../../../domain/case/projection.ts';
import type { CaseState } from '../../../domain/case/state.ts';
import { GET_STATE, type CommandEnvelope } from '../../../workflows/case/messages.ts';
import { caseWorkflowId } from '../../../workflows/case/start-options.ts';
import { createDataConverter } from '../../../db/protection/data-converter.ts';
import { TEST_MASTER_KEYS, testKeys } from '../../support/master-keys.ts';
import { workerConfig } from '../../../worker/config.ts';
import { startWorker } from '../../../worker/main.ts';
import { OPERATOR, WORKER } from '../../support/case-builder.ts';
import { freshDatabase } from '../../support/fresh-database.ts';
import { openInLog } from '../../support/open-in-log.ts';
import { WALL_RULEBOOK } from '../../support/rulebook.ts';

export async function createEngine() {
  const address = process.env['TEST_TEMPORAL_ADDRESS'];
  if (address === undefined) throw new Error('TEST_TEMPORAL_ADDRESS is set by the set-up of the integration project');
  const database = await freshDatabase();
  const { knex } = database;
  const taskQueue = `cases-${randomUUID()}`;
  const variables = {
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: address,
    TASK_QUEUE: taskQueue,
    WORKER_HEALTH_PORT: '0',
    LOG_LEVEL: 'fatal',
    MASTER_KEYS: TEST_MASTER_KEYS,
  };
  const config = workerConfig(variables);
  let worker = await startWorker(config, pino({ level: 'silent' }));
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, dataConverter: createDataConverter(testKeys) });
  const caseLog = createCaseLogRepository(knex, createRulebookRepository(knex));
  const incidents = createIncidentRepository(knex);
  const starter = createCaseStarter({ client, caseLog, incidents, taskQueue, now: Date.now });
  const handleOf = (caseId: string, episode = 1) => client.workflow.getHandle(caseWorkflowId(caseId, episode));

  /** With its outbox row: the relay of the worker starts it. */
  const leaveToRelay = (change: Partial<Open> = {}, actor: Actor = OPERATOR): Promise<string> =>
    openInLog(caseLog, { change: { rulebook: WALL_RULEBOOK, ...change }, actor, outbox: true });

  return {
    knex,
    client,
    caseLog,
    incidents,
    starter,
    healthUrl: () => worker.healthUrl,
    /** A new worker, with nothing in memory. */
    async restartWorker(): Promise<void> {
      await worker.stop();
      worker = await startWorker(config, pino({ level: 'silent' }));
    },
    taskQueue,
    handleOf,
    openInLog: leaveToRelay,
    /** Without an outbox row: nothing but what the test does starts it again. */
    async open(change: Partial<Open> = {}): Promise<string> {
      const caseId = await openInLog(caseLog, { change: { rulebook: WALL_RULEBOOK, ...change }, outbox: false });
      await starter.start(caseId);
      return caseId;
    },
    do(caseId: string, command: UpdateCommand, change: Partial<CommandEnvelope> = {}): Promise<CommandAnswer> {
      const commandId = change.commandId ?? randomUUID();
      const envelope: CommandEnvelope = { commandId, actor: WORKER, ifMatch: null, fingerprint: null, requestId: commandId, ...change, command };
      return handleOf(caseId).executeUpdate<CommandAnswer, [CommandEnvelope]>(command.type, { args: [envelope], updateId: commandId });
    },
    stateOf: (caseId: string): Promise<CaseState> => handleOf(caseId).query<CaseState>(GET_STATE),
    folded: async (caseId: string): Promise<CaseState | null> => fold(await caseLog.loadRevisions(caseId)),
    /** A backup from when the case stood at this revision is restored. */
    async restore(caseId: string, revision: number): Promise<void> {
      await knex('case_revision').where('case_id', caseId).andWhere('revision', '>', revision).delete();
      await knex('case_event').where('case_id', caseId).andWhere('revision', '>', revision).delete();
      const state = fold(await caseLog.loadRevisions(caseId));
      if (state !== null) await knex('escalation_case').where('case_id', caseId).update({ status: state.stage.status, revision, episode: state.episode });
    },
    async incidentKinds(caseId: string): Promise<readonly string[]> {
      return knex('incident').where('case_id', caseId).whereNull('resolved_at').orderBy('id').pluck<string[]>('kind');
    },
    async stop(): Promise<void> {
      await worker.stop();
      await connection.close();
      await database.close();
    },
  };
}

export type Engine = Awaited<ReturnType<typeof createEngine>>;

/** The failure type of a command or of a run. */
export async function failureType(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'none';
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError || error instanceof WorkflowFailedError)) throw error;
    return error.cause instanceof Error && 'type' in error.cause ? String(error.cause.type) : (error.cause?.name ?? 'unknown');
  }
}
