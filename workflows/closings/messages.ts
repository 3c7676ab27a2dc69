/** What travels to and from the workflow of the closings. Codes and instants only. */
import type { Territory } from '../../domain/sla/policy.ts';

export interface ClosingsInput {
  /** Lists up to this instant are made. @default the workflow's start */
  readonly after?: number;
  /** Continue as new after so many turns instead of when the server suggests it. For tests. @default none */
  readonly continueAfter?: number;
}

/** Territories that close at one instant. */
export interface Closings {
  /** When their lists are to be made: half an hour before. */
  readonly listAt: number;
  readonly closesAt: number;
  readonly territories: readonly Territory[];
}

export const CLOSINGS_WORKFLOW = 'closingsWorkflow';

/** One for an installation. */
export function closingsWorkflowId(taskQueue: string): string {
  return `closings-${taskQueue}`;
}
