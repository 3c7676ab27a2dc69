/**
 * The case engine as the API sees it. The contract:
 * 1. Every call has a deadline and no retries of the SDK: a server that is down is known at once, not after ten attempts.
 * 2. A command ends in one of five ways: answered; refused; pending (it may have reached the server: the same key brings the answer); unavailable (it surely
 *    did not, see `unsent.ts`); missing (no such run: it has to be started from the log first).
 * 3. Nothing here throws for what the engine may do; what is thrown is a fault of ours.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  Client,
  Connection,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  isGrpcServiceError,
  type ConnectionOptions,
} from '@temporalio/client';
import { ApplicationFailure, type DataConverter } from '@temporalio/common';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import type { CommandAnswer } from '../domain/case/projection.ts';
import { REJECTION_CODES, type Rejection } from '../domain/case/rejection.ts';
import type { CaseState } from '../domain/case/state.ts';
import { CASE_WORKFLOW, type Answered, type CommandEnvelope, type EngineFailure } from '../workflows/case/messages.ts';
import { caseStartOptions, caseWorkflowId } from '../workflows/case/start-options.ts';
import { surelyUnsent } from './unsent.ts';

export type CommandOutcome =
  | { readonly kind: 'answered'; readonly answer: CommandAnswer }
  /** `revision`: the one the workflow stood at. */
  | { readonly kind: 'refused'; readonly rejection: Rejection; readonly revision: number }
  | { readonly kind: 'pending' }
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'missing' }
  /** The key was used for another request that is still on its way, or just answered. */
  | { readonly kind: 'key_reused' }
  /** The case went out of the person's reach while the command was on its way. */
  | { readonly kind: 'out_of_reach' }
  /** A fault of the engine's own code; the command did nothing. */
  | { readonly kind: 'failed'; readonly type: string };

export type StartOutcome = 'started' | 'unavailable';

export interface CaseEngine {
  /** Sends a command to the run of its case. */
  execute(caseId: string, episode: number, envelope: CommandEnvelope): Promise<CommandOutcome>;
  /** Starts the run of an episode from its folded state, or finds it running. */
  start(state: CaseState, answered: readonly Answered[]): Promise<StartOutcome>;
  /** Whether the server answers; asked at most once a second. */
  isReachable(): Promise<boolean>;
  close(): Promise<void>;
}

export interface CaseEngineOptions {
  readonly connect: ClientConnectConfig;
  /** How payloads are sealed, as the workers do. @default not at all */
  readonly dataConverter?: DataConverter;
  readonly taskQueue: string;
  readonly commandDeadlineMs: number;
  readonly startDeadlineMs: number;
}

/** The default grows to two minutes: after an outage commands would be refused long after the server is back. */
const CHANNEL = { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 1_000 };
const REACHABLE_CACHE_MS = 1_000;
const REACHABLE_DEADLINE_MS = 1_000;

/** Connects lazily: the API starts while Temporal is down. */
export function createCaseEngine({ connect, dataConverter, taskQueue, commandDeadlineMs, startDeadlineMs }: CaseEngineOptions): CaseEngine {
  const counted: RequestCount = new AsyncLocalStorage();
  const connection = Connection.lazy({ ...connect.connectionOptions, interceptors: [countRequests(counted)], channelArgs: CHANNEL });
  const { namespace } = connect;
  const client = new Client({ connection, ...(namespace === undefined ? {} : { namespace }), ...(dataConverter === undefined ? {} : { dataConverter }) });
  return {
    async execute(caseId, episode, envelope) {
      const handle = client.workflow.getHandle(caseWorkflowId(caseId, episode));
      const options = { args: [envelope] as [CommandEnvelope], updateId: updateIdOf(envelope) };
      const count = { requests: 0 };
      try {
        const send = () => handle.executeUpdate<CommandAnswer, [CommandEnvelope]>(envelope.command.type, options);
        const answer = await counted.run(count, () => connection.withDeadline(Date.now() + commandDeadlineMs, send));
        return { kind: 'answered', answer };
      } catch (error) {
        return outcomeOf(error, count.requests);
      }
    },

    async start(state, answered) {
      const options = caseStartOptions(state, taskQueue, answered);
      try {
        await connection.withDeadline(Date.now() + startDeadlineMs, () => client.workflow.start(CASE_WORKFLOW, options));
        return 'started';
      } catch (error) {
        if (error instanceof ServiceError || isGrpcServiceError(error) || error instanceof WorkflowExecutionAlreadyStartedError) return 'unavailable';
        throw error;
      }
    },

    isReachable: cached(REACHABLE_CACHE_MS, async () => {
      try {
        await connection.withDeadline(Date.now() + REACHABLE_DEADLINE_MS, () => connection.workflowService.getSystemInfo({}));
        return true;
      } catch {
        return false;
      }
    }),

    close: () => connection.close(),
  };
}

type RequestCount = AsyncLocalStorage<{ requests: number }>;
type GrpcInterceptor = NonNullable<ConnectionOptions['interceptors']>[number];

/** One command may take several requests: the SDK asks again for an answer that was not there yet. */
function countRequests(counted: RequestCount): GrpcInterceptor {
  return (options, nextCall) => {
    const count = counted.getStore();
    if (count !== undefined) count.requests++;
    return nextCall(options) as ReturnType<GrpcInterceptor>;
  };
}

/** The payload is part of it: the server would answer a second payload under the same id with the first one's outcome. */
function updateIdOf({ commandId, fingerprint }: CommandEnvelope): string {
  return fingerprint === null ? commandId : `${commandId}:${fingerprint.slice(0, 16)}`;
}

/** `requests`: how many the command took so far; a failure of the second or later is one of a command that the server knows. */
function outcomeOf(error: unknown, requests: number): CommandOutcome {
  if (error instanceof WorkflowUpdateFailedError) return refusalOf(error);
  if (error instanceof WorkflowNotFoundError) return { kind: 'missing' };
  const broken = error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || (error instanceof ServiceError && isGrpcServiceError(error.cause));
  if (!broken) throw error;
  return { kind: requests <= 1 && isGrpcServiceError(error.cause) && surelyUnsent(error.cause) ? 'unavailable' : 'pending' };
}

function refusalOf(error: WorkflowUpdateFailedError): CommandOutcome {
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure)) return { kind: 'failed', type: cause?.name ?? 'unknown' };
  // The run that found itself ahead of the log has ended and is started again: the command was not done.
  if (cause.type === 'log_behind') return { kind: 'unavailable' };
  // The run was ended while the command was on its way: whether it was written, the log will say to the same key.
  if (cause.type === 'AcceptedUpdateCompletedWorkflow') return { kind: 'pending' };
  if (cause.type === ('key_reused' satisfies EngineFailure)) return { kind: 'key_reused' };
  if (cause.type === ('out_of_reach' satisfies EngineFailure)) return { kind: 'out_of_reach' };
  const [rejection, revision] = (cause.details ?? []) as [Rejection?, number?];
  const known = REJECTION_CODES.some((code) => code === cause.type);
  return known && rejection !== undefined && revision !== undefined
    ? { kind: 'refused', rejection, revision }
    : { kind: 'failed', type: cause.type ?? 'unknown' };
}

function cached(forMs: number, ask: () => Promise<boolean>): () => Promise<boolean> {
  let askedAt = Number.NEGATIVE_INFINITY;
  let answer = Promise.resolve(false);
  return () => {
    const now = performance.now();
    if (now - askedAt >= forMs) {
      askedAt = now;
      answer = ask();
    }
    return answer;
  };
}
