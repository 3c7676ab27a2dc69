/** Begins to bring a message to people outside the product. */
import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { NOTIFICATION_WORKFLOW, notificationWorkflowId, type NotificationInput } from '../../workflows/notifications/messages.ts';

const CALL_MS = 10_000;

/** Begins once for each message, however often it is asked. */
export type BeginNotification = (input: NotificationInput) => Promise<void>;

/** For an installation that tells people inside the product only. */
export const INSIDE_ONLY: BeginNotification = () => Promise.resolve();

export function createBeginNotification(client: Client, taskQueue: string): BeginNotification {
  return async (input) => {
    try {
      await client.withDeadline(Date.now() + CALL_MS, () =>
        client.workflow.start(NOTIFICATION_WORKFLOW, {
          workflowId: notificationWorkflowId(input.key),
          taskQueue,
          args: [input],
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          workflowIdConflictPolicy: 'USE_EXISTING',
          staticSummary: 'Avvisi al personale',
        }),
      );
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  };
}
