/** What a workflow costs the engine: the three figures of the budget. */
import type { WorkflowHandle } from '@temporalio/client';

export interface EngineCounts {
  readonly workflowTasks: number;
  readonly stateTransitions: number;
  readonly historyEvents: number;
  readonly historyBytes: number;
}

/** The budget of the lifecycle of five commands: open, claim, attempt, recordDecision, close. */
export const LIFECYCLE_BUDGET = { workflowTasks: 6, stateTransitions: 7, historyEvents: 38 } as const;

/** Counts a run that has ended. The time-skipping server does not report state transitions. */
export async function countRun(handle: WorkflowHandle): Promise<EngineCounts> {
  const { raw, historySize } = await handle.describe();
  const { events } = await handle.fetchHistory();
  return {
    workflowTasks: (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes).length,
    stateTransitions: Number(raw.workflowExecutionInfo?.stateTransitionCount ?? 0),
    historyEvents: (events ?? []).length,
    historyBytes: historySize ?? 0,
  };
}
