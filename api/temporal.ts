/**
 * The case engine as the API sees it. The contract:
 * 1. Every call has a deadline and no retries of the SDK: a server that is down is known at once, not after ten attempts.
 * 2. A command ends in one of five ways: answered; refused; pending (it may have reached the server: the same key brings the answer); unavailable (it surely
 *    did not); missing (no such run: it has to be started from the log first).
 * 3. Nothing here throws for what the engine may do; what is thrown is a fault of ours.
 */
import {
  Client,
  Connection,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  isGrpcServiceError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import type { CommandAnswer } from '../domain/case/projection.ts';
import { REJECTION_CODES, type Rejection } from '../domain/case/rejection.ts';
import type { CaseState } from '../domain/case/state.ts';
import { CASE_WORKFLOW, type Answered, type CommandEnvelope, type EngineFailure } from '../workflows/case/messages.ts';
import { caseStartOptions, caseWorkflowId } from '../workflows/case/start-options.ts';

export type CommandOutcome =
  | { readonly kind: 'answered'; readonly answer: CommandAnswer }
  /** `revision`: the one the workflow stood at. */
  | { readonly kind: 'refused'; readonly rejection: Rejection; readonly revision: number }
  | { readonly kind: 'pending' }
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'missing' }
  /** The key was used for another request that is still on its way, or just answered. */
  | { readonly kind: 'key_reused' }
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
  readonly taskQueue: string;
  readonly commandDeadlineMs: number;
  readonly startDeadlineMs: number;
}

const REACHABLE_CACHE_MS = 1_000;
const REACHABLE_DEADLINE_MS = 1_000;

/** Connects lazily: the API starts while Temporal is down. */
export function createCaseEngine({ connect, taskQueue, commandDeadlineMs, startDeadlineMs }: CaseEngineOptions): CaseEngine {
  const connection = Connection.lazy({
    ...connect.connectionOptions,
    interceptors: [],
    // The default grows to two minutes: after an outage commands would be refused long after the server is back.
    channelArgs: { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 1_000 },
  });
  const client = new Client({ connection, ...(connect.namespace === undefined ? {} : { namespace: connect.namespace }) });
  return {
    async execute(caseId, episode, envelope) {
      const handle = client.workflow.getHandle(caseWorkflowId(caseId, episode));
      const options = { args: [envelope] as [CommandEnvelope], updateId: updateIdOf(envelope) };
      try {
        const sent = () => handle.executeUpdate<CommandAnswer, [CommandEnvelope]>(envelope.command.type, options);
        return { kind: 'answered', answer: await connection.withDeadline(Date.now() + commandDeadlineMs, sent) };
      } catch (error) {
        return outcomeOf(error);
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

/** The payload is part of it: the server would answer a second payload under the same id with the first one's outcome. */
function updateIdOf({ commandId, fingerprint }: CommandEnvelope): string {
  return fingerprint === null ? commandId : `${commandId}:${fingerprint.slice(0, 16)}`;
}

function outcomeOf(error: unknown): CommandOutcome {
  if (error instanceof WorkflowUpdateFailedError) return refusalOf(error);
  if (error instanceof WorkflowNotFoundError) return { kind: 'missing' };
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return { kind: wasSent(detailsOf(error.cause)) ? 'pending' : 'unavailable' };
  if (error instanceof ServiceError && isGrpcServiceError(error.cause)) {
    return { kind: brokeOff(detailsOf(error.cause)) ? 'pending' : 'unavailable' };
  }
  throw error;
}

function refusalOf(error: WorkflowUpdateFailedError): CommandOutcome {
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure)) return { kind: 'failed', type: cause?.name ?? 'unknown' };
  // The run that found itself ahead of the log has ended and is started again: the command was not done.
  if (cause.type === 'log_behind') return { kind: 'unavailable' };
  // The run was ended while the command was on its way: whether it was written, the log will say to the same key.
  if (cause.type === 'AcceptedUpdateCompletedWorkflow') return { kind: 'pending' };
  if (cause.type === ('key_reused' satisfies EngineFailure)) return { kind: 'key_reused' };
  const [rejection, revision] = (cause.details ?? []) as [Rejection?, number?];
  const known = REJECTION_CODES.some((code) => code === cause.type);
  return known && rejection !== undefined && revision !== undefined ? { kind: 'refused', rejection, revision } : { kind: 'failed', type: cause.type ?? 'unknown' };
}

function detailsOf(cause: unknown): string {
  return isGrpcServiceError(cause) ? cause.details : '';
}

/** A deadline that passed before a connection was picked names no remote address: nothing left this machine. */
function wasSent(details: string): boolean {
  return !/^Deadline exceeded/.test(details) || /remote_addr=/.test(details);
}

/** The stream was cut after it was opened: the server may have the command. A refused connection never opened one. */
function brokeOff(details: string): boolean {
  return !/No connection established|name resolution/i.test(details) && /ECONNRESET|EPIPE|dropped|RST_STREAM|GOAWAY|socket|closed/i.test(details);
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
