/** Keeps the workflow of the closings running. */
import { setTimeout } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { CLOSINGS_WORKFLOW, closingsWorkflowId, type ClosingsInput } from '../workflows/closings/messages.ts';

export interface ClosingsOptions {
  readonly client: Client;
  readonly taskQueue: string;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
}

const CALL_MS = 10_000;
const RETRY_MS = 5_000;
/** An engine that has lost everything is asked to begin again before the next closing. */
const EVERY_MS = 600_000;

/** Starts it, and again where the engine has lost it. No case needs it: a failure is logged and tried again. */
export async function keepClosings({ client, taskQueue, logger, stopping }: ClosingsOptions): Promise<void> {
  while (!stopping.aborted) {
    let pause = EVERY_MS;
    try {
      await client.withDeadline(Date.now() + CALL_MS, () =>
        client.workflow.start(CLOSINGS_WORKFLOW, {
          workflowId: closingsWorkflowId(taskQueue),
          taskQueue,
          args: [{} satisfies ClosingsInput],
          workflowIdConflictPolicy: 'USE_EXISTING',
          staticSummary: 'Elenchi prima della chiusura',
        }),
      );
    } catch (error) {
      logger.warn({ err: error }, 'the hand-over lists could not be scheduled');
      pause = RETRY_MS;
    }
    await setTimeout(pause, undefined, { signal: stopping, ref: false }).catch(() => {});
  }
}
