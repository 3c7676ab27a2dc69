/** How a case's workflow is started, the same for everyone who starts one: the API, the relay and the reconciler. Imported by value outside workflows/. */
import type { CaseState } from '../../domain/case/state.ts';
import type { Answered, CaseWorkflowInput } from './messages.ts';

/**
 * Answers a run begins with. The log answers every older repeat; these are for commands on their way while a run ends and the next begins. An answer of a case
 * long neglected has many clocks, and the whole input must stay far below the engine's 2 MB.
 */
export const ANSWERS_CARRIED = 5;

/** One workflow per episode. */
export function caseWorkflowId(caseId: string, episode: number): string {
  return `case-${caseId}-${episode}`;
}

/** The case and episode a workflow's id names; null for a workflow that is not a case's. */
export function parseCaseWorkflowId(workflowId: string): { readonly caseId: string; readonly episode: number } | null {
  const match = /^case-([0-9a-f-]{36})-(\d+)$/.exec(workflowId);
  return match === null ? null : { caseId: match[1]!, episode: Number(match[2]) };
}

/** Options of `client.workflow.start(CASE_WORKFLOW, ...)`. */
export function caseStartOptions(state: CaseState, taskQueue: string, answered: readonly Answered[] = []) {
  const { caseId, episode } = state;
  const input: CaseWorkflowInput = { caseId, episode, state, answered };
  return {
    workflowId: caseWorkflowId(caseId, episode),
    taskQueue,
    args: [input] as [CaseWorkflowInput],
    // A run that failed, was cancelled or terminated may start again; one that completed never does.
    workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY' as const,
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    // After a worker's death the task in flight waits this long; the default makes it 10 s.
    workflowTaskTimeout: '5s' as const,
    staticSummary: `Caso ${caseId}, episodio ${episode}`,
  };
}
