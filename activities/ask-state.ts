/** What a case's workflow believes, asked in a way that leaves no trace and spoils nothing: see `REPORT_STATE`. */
import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { CaseState } from '../domain/case/state.ts';
import { REPORT_STATE, STATE_REPORTED } from '../workflows/case/messages.ts';

/** Set a deadline round it: without a worker there is no answer. Throws what the client throws where there is none. */
export async function askState(handle: WorkflowHandle): Promise<CaseState> {
  try {
    await handle.executeUpdate<undefined, []>(REPORT_STATE);
  } catch (error) {
    const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
    if (cause instanceof ApplicationFailure && cause.type === STATE_REPORTED) return (cause.details ?? [])[0] as CaseState;
    throw error;
  }
  throw new Error(`${REPORT_STATE} was accepted`);
}
