/** A batch of rebases as its workflow's history is kept: three open cases, a page a run, on the real activities and a real Postgres. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { Worker, type NativeConnection, type WorkflowBundleOption } from '@temporalio/worker';
import { startPostgres } from '../../cli/embedded/postgres.ts';
import { createDatabase } from '../../db/knex.ts';
import { migrateToLatest } from '../../db/migrate.ts';
import { createRebaseRepository } from '../../db/repositories/rebases.ts';
import { createCaseServices } from '../../worker/case-worker.ts';
import { REBASE_WORKFLOW, rebaseWorkflowId, type RebaseInput } from '../../workflows/rebase/messages.ts';
import { openInLog } from './open-in-log.ts';
import { WALL_RULEBOOK } from './rulebook.ts';

/** Name of the histories; it continued as new, so there are two. */
export const REBASE_BATCH = 'rebase-batch';

export interface RecordingOptions {
  readonly client: Client;
  readonly connection: NativeConnection;
  readonly bundle: WorkflowBundleOption;
  readonly identity: string;
  /** For Postgres. */
  readonly directory: string;
}

/** Plays the batch to its end; the ids of its runs, in order. */
export async function playRebaseBatch({ client, connection, bundle, identity, directory }: RecordingOptions) {
  const postgres = await startPostgres({ directory: join(directory, 'postgres'), durable: false });
  const knex = createDatabase({ url: postgres.url, applicationName: 'recorder' });
  await migrateToLatest(knex);
  const taskQueue = `cases-${randomUUID()}`;
  const { activities, caseLog, starter } = createCaseServices({ knex, client, taskQueue, retention: { keysDays: 30, effectsDays: 7 }, now: Date.now });
  const worker = await Worker.create({ identity, connection, taskQueue, workflowBundle: bundle, activities });
  const running = worker.run();
  try {
    for (let index = 0; index < 3; index++) await starter.start(await openInLog(caseLog, { change: { rulebook: WALL_RULEBOOK }, outbox: false }));
    const batchId = randomUUID();
    const what = { reason: 'policy_published' as const, target: { to: 'inForce' as const }, filter: {}, dryRun: false };
    await createRebaseRepository(knex).create({ batchId, ...what, createdBy: 'admin-1', createdAt: Date.now(), notBefore: Date.now() });
    const args: [RebaseInput] = [{ batchId, continueAfter: 1, page: 2 }];
    const handle = await client.workflow.start(REBASE_WORKFLOW, { workflowId: rebaseWorkflowId(batchId), taskQueue, args });
    await handle.result();
    const { runId } = await client.workflow.getHandle(handle.workflowId).describe();
    return { workflowId: handle.workflowId, runIds: [handle.firstExecutionRunId, runId] };
  } finally {
    worker.shutdown();
    await running;
    await knex.destroy();
    await postgres.stop();
  }
}
