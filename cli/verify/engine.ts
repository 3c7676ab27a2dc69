/** Temporal as `verify` looks at it: what runs, in which state, held up by what. Every call has a deadline; nothing here changes anything. */
import { isGrpcServiceError, WorkflowNotFoundError, type Client, type WorkflowExecutionStatusName } from '@temporalio/client';
import { askState } from '../../activities/ask-state.ts';
import type { EngineFacts } from '../../db/verify/engine-facts.ts';
import type { CaseState } from '../../domain/case/state.ts';

/** A workflow as the server describes it. */
export interface WorkflowFact {
  readonly workflowId: string;
  readonly runId: string;
  readonly status: WorkflowExecutionStatusName;
  /** Something the workflow itself waits for: an effect being tried again. */
  readonly pendingActivities: number;
  /** The workflow task not yet completed. */
  readonly task: { readonly attempt: number; readonly since: number } | null;
}

/** What an invariant about the engine is checked with. */
export interface EngineCheckDeps {
  readonly facts: EngineFacts;
  readonly engine: Engine;
  readonly now: () => number;
  /** What was due or asked for so recently is on its way. */
  readonly inFlightMs: number;
}

export interface RecordedHistory {
  readonly workflowId: string;
  readonly history: unknown;
}

export interface Engine {
  /** Null where no such workflow is known. */
  describe(workflowId: string): Promise<WorkflowFact | null>;
  /** Ids of what runs now, a page at a time. The list trails behind by up to seconds: ask `describe` before believing it. */
  running(): AsyncGenerator<readonly string[]>;
  /** The state a workflow holds; null where none runs. Throws where it cannot answer. */
  stateOf(workflowId: string): Promise<CaseState | null>;
  /** Null where the server no longer keeps it. */
  history(workflowId: string): Promise<RecordedHistory | null>;
}

const CALL_MS = 10_000;
const PAGE = 500;
const GRPC_NOT_FOUND = 5;

export function createEngine(client: Client): Engine {
  const within = <T>(call: () => Promise<T>): Promise<T> => client.withDeadline(Date.now() + CALL_MS, call);
  const known = async <T>(call: () => Promise<T>): Promise<T | null> => {
    try {
      return await within(call);
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  };

  return {
    describe: (workflowId) =>
      known(async () => {
        const { runId, status, raw } = await client.workflow.getHandle(workflowId).describe();
        const task = raw.pendingWorkflowTask;
        const since = instantOf(task?.originalScheduledTime ?? task?.scheduledTime);
        return {
          workflowId,
          runId,
          status: status.name,
          pendingActivities: raw.pendingActivities?.length ?? 0,
          task: task === null || task === undefined ? null : { attempt: task.attempt ?? 1, since },
        };
      }),

    async *running() {
      let page: string[] = [];
      for await (const { workflowId } of client.workflow.list({ query: 'ExecutionStatus = "Running"', pageSize: PAGE })) {
        page.push(workflowId);
        if (page.length < PAGE) continue;
        yield page;
        page = [];
      }
      if (page.length > 0) yield page;
    },

    stateOf: (workflowId) => known(() => askState(client.workflow.getHandle(workflowId))),

    history: (workflowId) => known(async () => ({ workflowId, history: await client.workflow.getHandle(workflowId).fetchHistory() })),
  };
}

/** `fetchHistory` lets the bare gRPC error through (1.24). */
function isNotFound(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError || (isGrpcServiceError(error) && Number(error.code) === GRPC_NOT_FOUND);
}

type ProtoInstant = { readonly seconds?: unknown; readonly nanos?: number | null };

function instantOf(instant: ProtoInstant | null | undefined): number {
  return Number(instant?.seconds ?? 0) * 1_000 + Math.floor((instant?.nanos ?? 0) / 1_000_000);
}
