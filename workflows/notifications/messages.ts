/** What travels to and from the workflow of a notification. Ids and codes only. */

export interface NotificationInput {
  /** Of the message that is to reach people. */
  readonly key: string;
  /** Of the case that is told when somebody cannot be reached; null for what is about no case. */
  readonly caseWorkflow: string | null;
  /** Give up after so many attempts. For tests. @default 150, about a day */
  readonly attempts?: number;
}

export interface NotificationReport {
  readonly delivered: number;
  readonly dropped: number;
  readonly failed: number;
}

export const NOTIFICATION_WORKFLOW = 'notificationWorkflow';

/** One workflow a message: however often it is told, people are told once. */
export function notificationWorkflowId(key: string): string {
  return `notification-${key}`;
}

/** Where messages leave from: mail servers that hang hold up nothing else. */
export function deliveryQueue(taskQueue: string): string {
  return `${taskQueue}-deliveries`;
}

/** Signal to a case: an effect of this name was given up. */
export const EFFECT_FAILED = 'effectFailed';
