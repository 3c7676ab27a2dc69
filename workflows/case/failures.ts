/**
 * What a command's failure becomes. The contract:
 * 1. Only a `TemporalFailure` rejects an update; any other error thrown in a handler fails the workflow task, which is retried for ever: a stuck case.
 * 2. So every unexpected error becomes `internal_error` here, except breaches of determinism: those must stop the task until the code is put right.
 * 3. Temporal's own failures and cancellations pass as they are.
 */
import { ActivityFailure, ApplicationFailure, DeterminismViolationError, log, TemporalFailure } from '@temporalio/workflow';
import type { Rejection } from '../../domain/case/rejection.ts';
import type { EngineFailure } from './messages.ts';

/** A refusal of the domain: its code is the failure's type, the whole of it the first detail, the revision it was decided on the second. */
export function rejected(rejection: Rejection, revision: number): ApplicationFailure {
  return ApplicationFailure.nonRetryable(`${rejection.command}: ${rejection.code}`, rejection.code, rejection, revision);
}

export function engineFailure(type: EngineFailure, message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type);
}

/** An error that may leave a handler. */
export function asFailure(error: unknown): unknown {
  if (error instanceof TemporalFailure || error instanceof DeterminismViolationError) return error;
  log.error('unexpected error in a command', { error: error instanceof Error ? error.stack : String(error) });
  return engineFailure('internal_error', 'Unexpected error; the command did nothing');
}

/** The failure that ends the run, when `append` found the log behind the workflow. */
export function logBehind(error: unknown): ApplicationFailure | null {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure && cause.type === ('log_behind' satisfies EngineFailure) ? cause : null;
}
