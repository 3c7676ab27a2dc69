/** What travels to and from the workflow of a batch of rebases. Ids and figures only. */

export interface RebaseInput {
  readonly batchId: string;
  /** Every case is written down, and done up to this one: set by a run that continues another. */
  readonly after?: string;
  /** Cases of a page. @default 40 */
  readonly page?: number;
  /** Continue as new after so many pages instead of when the server suggests it. For tests. @default none */
  readonly continueAfter?: number;
}

/** How a batch ended. */
export interface RebaseReport {
  readonly status: 'done' | 'cancelled';
  readonly total: number;
  readonly moved: number;
  readonly unchanged: number;
  readonly failed: number;
}

export const REBASE_WORKFLOW = 'rebaseWorkflow';

/** One workflow a batch. */
export function rebaseWorkflowId(batchId: string): string {
  return `rebase-${batchId}`;
}
