/** Starts a case's workflow from its log, whoever asks: opening, reopening and recovery are one path. */
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { CaseLogRepository } from '../db/repositories/case-log.ts';
import type { IncidentRepository } from '../db/repositories/incidents.ts';
import { fold } from '../domain/case/evolve.ts';
import { isOpen, type CaseState } from '../domain/case/state.ts';
import { CASE_WORKFLOW } from '../workflows/case/messages.ts';
import { ANSWERS_CARRIED, caseStartOptions, caseWorkflowId } from '../workflows/case/start-options.ts';

/** What became of it. `waiting`: the run that asked for a successor has not ended yet. */
export type StartOutcome = 'running' | 'closed' | 'unknown' | 'waiting';

const DEADLINE_MS = 5_000;
/** A start asks the engine three times at most: whether the run before has ended, to start, and to start after a completion. The log's own time comes on top. */
export const LONGEST_START_MS = 3 * DEADLINE_MS;

export interface StartCaseDeps {
  readonly client: Client;
  readonly caseLog: Pick<CaseLogRepository, 'loadRevisions' | 'recentAnswers'>;
  readonly incidents: Pick<IncidentRepository, 'record'>;
  readonly taskQueue: string;
  readonly now: () => number;
}

export interface CaseStarter {
  /** Does nothing when the case is closed or its workflow runs. `endingRunId` is a run that must have ended before. */
  start(caseId: string, endingRunId?: string): Promise<StartOutcome>;
}

export function createCaseStarter(deps: StartCaseDeps): CaseStarter {
  const { client } = deps;
  const within = <T>(call: () => Promise<T>): Promise<T> => client.withDeadline(Date.now() + DEADLINE_MS, call);

  async function load(caseId: string): Promise<CaseState | null> {
    return fold(await deps.caseLog.loadRevisions(caseId));
  }

  async function startFrom(state: CaseState, change: object = {}): Promise<void> {
    const answered = await deps.caseLog.recentAnswers(state.caseId, ANSWERS_CARRIED);
    await within(() => client.workflow.start(CASE_WORKFLOW, { ...caseStartOptions(state, deps.taskQueue, answered), ...change }));
  }

  /** A completed workflow of a case that is open: the log was restored from a backup older than the closure. */
  async function startAfterCompletion(caseId: string): Promise<StartOutcome> {
    const state = await load(caseId);
    if (state === null || !isOpen(state)) return 'closed';
    await deps.incidents.record({ kind: 'closure_lost', caseId, details: { episode: state.episode, revision: state.revision }, at: deps.now() });
    await startFrom(state, { workflowIdReusePolicy: 'ALLOW_DUPLICATE' });
    return 'running';
  }

  return {
    async start(caseId, endingRunId) {
      const state = await load(caseId);
      if (state === null) return 'unknown';
      if (!isOpen(state)) return 'closed';
      if (endingRunId !== undefined && (await within(() => isRunning(client, caseWorkflowId(caseId, state.episode), endingRunId)))) return 'waiting';
      try {
        await startFrom(state);
        return 'running';
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        return startAfterCompletion(caseId);
      }
    },
  };
}

async function isRunning(client: Client, workflowId: string, runId: string): Promise<boolean> {
  try {
    return (await client.workflow.getHandle(workflowId, runId).describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
