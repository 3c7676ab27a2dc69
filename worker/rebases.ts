/**
 * Sees to it that every batch of rebases has its workflow: those just asked for, and those whose run an engine has lost. A batch is a row of Postgres before it
 * is anything else, so that it can be asked for while the engine is away.
 */
import { setTimeout } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { RebaseProgressRepository, UnfinishedBatch } from '../db/repositories/rebase-progress.ts';
import { REBASE_WORKFLOW, rebaseWorkflowId, type RebaseInput } from '../workflows/rebase/messages.ts';

export interface RebasesOptions {
  readonly progress: Pick<RebaseProgressRepository, 'unfinished'>;
  readonly client: Client;
  readonly taskQueue: string;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
  readonly now: () => number;
  /** @default 1_000 */
  readonly pollMs?: number;
}

const CALL_MS = 5_000;
/** A batch whose workflow was started is looked at again after this: a start that finds it running does nothing. */
const LOOK_AGAIN_MS = 60_000;

/** Ends when told to stop. Nothing here is needed to serve cases: a failure is logged and tried again. */
export async function keepRebasesRunning(options: RebasesOptions): Promise<void> {
  const { progress, logger, stopping, pollMs = 1_000 } = options;
  const startedAt = new Map<string, number>();
  while (!stopping.aborted) {
    try {
      const unfinished = await progress.unfinished();
      for (const batchId of startedAt.keys()) if (!unfinished.some((batch) => batch.batchId === batchId)) startedAt.delete(batchId);
      for (const batch of unfinished) {
        if (performance.now() - (startedAt.get(batch.batchId) ?? Number.NEGATIVE_INFINITY) < LOOK_AGAIN_MS) continue;
        await start(options, batch);
        startedAt.set(batch.batchId, performance.now());
      }
    } catch (error) {
      logger.warn({ err: error }, 'a batch of rebases could not be started');
    }
    await setTimeout(pollMs, undefined, { signal: stopping, ref: false }).catch(() => {});
  }
}

async function start({ client, taskQueue, now }: RebasesOptions, { batchId, notBefore }: UnfinishedBatch): Promise<void> {
  const wait = notBefore - now();
  await client.withDeadline(Date.now() + CALL_MS, () =>
    client.workflow.start(REBASE_WORKFLOW, {
      workflowId: rebaseWorkflowId(batchId),
      taskQueue,
      args: [{ batchId } satisfies RebaseInput],
      workflowIdConflictPolicy: 'USE_EXISTING',
      // Unfinished here and completed there: the database was restored from an older backup. What was done is found in the cases' logs.
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: 'Ricalcolo delle promesse',
      ...(wait > 0 ? { startDelay: wait } : {}),
    }),
  );
}
