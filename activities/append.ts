/** The one write of a case: its revision, rows and messages in one transaction, as a local activity of the case's workflow. */
import { activityInfo, ApplicationFailure, log } from '@temporalio/activity';
import type { CaseEvent, EventActor, Revision } from '../domain/case/events.ts';
import type { CaseRow, ClockRow, CommandAnswer } from '../domain/case/projection.ts';

/** Everything one command changes. */
export interface AppendRequest {
  readonly caseId: string;
  readonly episode: number;
  /** The revision to be written: one more than the workflow has applied. */
  readonly revision: number;
  readonly commandId: string;
  readonly command: string;
  readonly actor: EventActor;
  readonly fingerprint: string | null;
  readonly at: number;
  readonly events: readonly CaseEvent[];
  readonly answer: CommandAnswer;
  readonly row: CaseRow;
  readonly changedClocks: readonly ClockRow[];
  readonly removedClocks: readonly { readonly episode: number; readonly clockId: string }[];
}

/** What stands in the log now. */
export interface AppendResult {
  /** At the revision asked for; at an earlier one when this command id was already stored there. */
  readonly stored: Revision & { readonly answer: CommandAnswer };
  /** The stored command is the one asked for. */
  readonly ours: boolean;
}

/** The log as the activity needs it. `append` throws an error whose `type` is `log_behind` when the revision before is missing. */
export interface CaseLog {
  append(request: AppendRequest): Promise<AppendResult>;
}

/** Asks for a case to be started again from its folded state, and records why. */
export interface Recovery {
  request(caseId: string, episode: number, revision: number, reason: 'log_behind' | 'internal_error', details: object): Promise<void>;
}

/** What the workflow gets back. The answer is left out where folding the events gives it: histories stay small. */
export interface Appended {
  readonly stored: Revision;
  readonly ours: boolean;
  readonly answer: CommandAnswer | null;
}

const MANY_ATTEMPTS = 5;

/** Activities that write the log. */
export function createAppendActivities(deps: { readonly caseLog: CaseLog; readonly recovery: Recovery }) {
  return {
    async append(request: AppendRequest): Promise<Appended> {
      const { attempt } = activityInfo();
      if (attempt > MANY_ATTEMPTS) log.warn('append keeps failing', { caseId: request.caseId, revision: request.revision, attempt });
      try {
        const { stored, ours } = await deps.caseLog.append(request);
        const { answer, ...revision } = stored;
        return { stored: revision, ours, answer: stored.revision < request.revision ? answer : null };
      } catch (error) {
        if (!isLogBehind(error)) throw error;
        const { caseId, episode, revision } = request;
        await deps.recovery.request(caseId, episode, revision, 'log_behind', { logRevision: error.logRevision });
        throw ApplicationFailure.nonRetryable('The log stands behind the workflow', 'log_behind', { caseId, revision, logRevision: error.logRevision });
      }
    },
  };
}

export type AppendActivities = ReturnType<typeof createAppendActivities>;

function isLogBehind(error: unknown): error is Error & { readonly logRevision: number } {
  return error instanceof Error && 'type' in error && error.type === 'log_behind' && 'logRevision' in error;
}
