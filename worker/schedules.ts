/** What the engine does by itself at fixed times. */
import { ScheduleAlreadyRunning, type Client, type ScheduleOptions, type ScheduleOptionsAction } from '@temporalio/client';
import { RECONCILIATION_WORKFLOW, type ReconciliationInput } from '../workflows/reconciliation/messages.ts';

/** Creates the nightly reconciliation, or brings it up to date: every worker does so at its start. */
export async function ensureReconciliation(client: Client, taskQueue: string): Promise<void> {
  const scheduleId = `reconciliation-${taskQueue}`;
  const options = nightly(scheduleId, taskQueue);
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const { action, spec, policies } = options;
    await client.schedule.getHandle(scheduleId).update((previous) => ({ ...previous, action, spec, policies: { ...previous.policies, ...policies } }));
  }
}

/** Looks for cases whose workflow is missing, without asking each for its state: a lost engine is rebuilt when its first worker starts. */
export async function reconcileAtStart(client: Client, taskQueue: string): Promise<void> {
  await client.workflow.start(RECONCILIATION_WORKFLOW, {
    workflowId: `reconciliation-start-${taskQueue}`,
    taskQueue,
    args: [{ deep: false } satisfies ReconciliationInput],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: 'Riconciliazione all’avvio',
  });
}

function nightly(scheduleId: string, taskQueue: string): ScheduleOptions<ScheduleOptionsAction> {
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
