/** What the engine does by itself at fixed times. */
import { setTimeout } from 'node:timers/promises';
import { ScheduleAlreadyRunning, type Client, type ScheduleOptions, type ScheduleOptionsAction } from '@temporalio/client';
import type { Logger } from 'pino';
import { RECONCILIATION_WORKFLOW, type ReconciliationInput } from '../workflows/reconciliation/messages.ts';

export interface ReconcilingOptions {
  readonly client: Client;
  readonly taskQueue: string;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
  /** @default 60_000 */
  readonly everyMs?: number;
}

const CALL_MS = 10_000;
const RETRY_MS = 5_000;

/**
 * Looks for lost cases when this worker starts, and whenever the nightly schedule is gone: the engine has then lost everything, and nothing in it would ever
 * look. Nothing here is needed to serve cases: a failure is logged and tried again.
 */
export async function keepReconciled({ client, taskQueue, logger, stopping, everyMs = 60_000 }: ReconcilingOptions): Promise<void> {
  let reconciled = false;
  while (!stopping.aborted) {
    try {
      await client.withDeadline(Date.now() + CALL_MS, async () => {
        const isNew = reconciled ? await createIfGone(client, taskQueue) : await ensureReconciliation(client, taskQueue);
        if (isNew && reconciled) logger.error({ taskQueue }, 'the engine has lost its schedule: looking for lost cases');
        if (isNew || !reconciled) await reconcileAtStart(client, taskQueue);
      });
      reconciled = true;
    } catch (error) {
      logger.warn({ err: error }, 'the reconciliation could not be scheduled');
    }
    await setTimeout(reconciled ? everyMs : RETRY_MS, undefined, { signal: stopping, ref: false }).catch(() => {});
  }
}

/** Creates the nightly reconciliation, or brings it up to date. Returns whether it is new. */
async function ensureReconciliation(client: Client, taskQueue: string): Promise<boolean> {
  const { scheduleId, action, spec, policies } = nightly(taskQueue);
  if (await createIfGone(client, taskQueue)) return true;
  await client.schedule.getHandle(scheduleId).update((previous) => ({ ...previous, action, spec, policies: { ...previous.policies, ...policies } }));
  return false;
}

async function createIfGone(client: Client, taskQueue: string): Promise<boolean> {
  try {
    await client.schedule.create(nightly(taskQueue));
    return true;
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) return false;
    throw error;
  }
}

/** Looks for cases whose workflow is missing, and asks those changed last for their state: a lost engine is rebuilt when its first worker starts. */
async function reconcileAtStart(client: Client, taskQueue: string): Promise<void> {
  await client.workflow.start(RECONCILIATION_WORKFLOW, {
    workflowId: `reconciliation-start-${taskQueue}`,
    taskQueue,
    args: [{ deep: false, graceMs: START_GRACE_MS } satisfies ReconciliationInput],
    // One that was interrupted with its worker would wait for its heartbeat to be missed: this one does the same, now.
    workflowIdConflictPolicy: 'TERMINATE_EXISTING',
    staticSummary: 'Riconciliazione all’avvio',
  });
}

/** A workflow may differ from its log for the time its last task is tried again after a worker's death. */
const START_GRACE_MS = 8_000;

function nightly(taskQueue: string): ScheduleOptions<ScheduleOptionsAction> {
  const scheduleId = `reconciliation-${taskQueue}`;
  return {
    scheduleId,
    spec: { calendars: [{ hour: 2, minute: 30 }], timezone: 'Europe/Rome' },
    policies: { overlap: 'SKIP', catchupWindow: '6h' },
    action: {
      type: 'startWorkflow',
      workflowType: RECONCILIATION_WORKFLOW,
      workflowId: scheduleId,
      taskQueue,
      args: [{ deep: true } satisfies ReconciliationInput],
      staticSummary: 'Riconciliazione notturna',
    },
  };
}
