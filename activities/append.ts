/** The one write of a case: its revision, rows and messages in one transaction, as a local activity of the case's workflow. */
import { activityInfo, ApplicationFailure, log } from '@temporalio/activity';
import type { AppendRequest, AppendResult } from '../db/repositories/append.ts';
import { LogBehind } from '../db/repositories/append.ts';
import type { Revision } from '../domain/case/events.ts';
import type { CommandAnswer } from '../domain/case/projection.ts';
import { breachLags, type EngineMetrics } from './metrics.ts';
import type { Recovery } from './recovery.ts';

/** Everything one command changes. */
export type CaseAppend = Omit<AppendRequest, 'outbox' | 'key'>;

/** The log as the activity needs it. */
export interface CaseLog {
  append(request: CaseAppend): Promise<AppendResult>;
}

/**
 * What stands in the log now: at the revision asked for, ours or another's, or at an earlier one when this command id was stored there before.
 * The answer comes only with the latter; elsewhere folding the events gives it, and histories stay small.
 */
export interface Appended {
  readonly stored: Revision;
  readonly answer: CommandAnswer | null;
}

const MANY_ATTEMPTS = 5;

export interface AppendDeps {
  readonly caseLog: CaseLog;
  readonly recovery: Recovery;
  readonly metrics: EngineMetrics;
  readonly now: () => number;
}

/** Activities that write the log. */
export function createAppendActivities({ caseLog, recovery, metrics, now }: AppendDeps) {
  return {
    async append(request: CaseAppend): Promise<Appended> {
      const { attempt, workflowExecution } = activityInfo();
      if (attempt > MANY_ATTEMPTS) {
        metrics.appendDelayed();
        log.warn('append keeps failing', { caseId: request.caseId, revision: request.revision, attempt });
      }
      try {
        const { stored, ours } = await caseLog.append(request);
        if (ours && stored.revision === request.revision) breachLags(stored.events, now()).forEach(metrics.breachRecorded);
        return { stored: revisionOf(stored), answer: stored.revision < request.revision ? stored.answer : null };
      } catch (error) {
        if (!(error instanceof LogBehind)) throw error;
        const { caseId, episode, revision } = request;
        const runId = workflowExecution?.runId ?? '';
        await recovery.restart({ caseId, episode, revision, reason: 'log_behind', runId, details: { logRevision: error.logRevision } });
        throw ApplicationFailure.nonRetryable('The log stands behind the workflow', 'log_behind', { caseId, revision, logRevision: error.logRevision });
      }
    },
  };
}

export type AppendActivities = ReturnType<typeof createAppendActivities>;

/** Without what the repository knows besides. */
function revisionOf({ revision, commandId, command, actor, events }: AppendResult['stored']): Revision {
  return { revision, commandId, command, actor, events };
}
