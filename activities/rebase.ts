/** Activities of a batch of rebases: each goes on from what Postgres says is pending. */
import { activityInfo, heartbeat, log } from '@temporalio/activity';
import type { IncidentRepository } from '../db/repositories/incidents.ts';
import type { CaseResult, RebaseProgressRepository } from '../db/repositories/rebase-progress.ts';
import type { RebaseBatch, RebaseRepository } from '../db/repositories/rebases.ts';
import type { RebaseReport } from '../workflows/rebase/messages.ts';
import { rebaseCase, type RebaseCaseDeps } from './rebase-case.ts';

export interface RebaseDeps extends RebaseCaseDeps {
  readonly batches: Pick<RebaseRepository, 'find'>;
  readonly progress: RebaseProgressRepository;
  readonly incidents: Pick<IncidentRepository, 'record'>;
}

const PLANNED_AT_ONCE = 2_000;
/** Cases in hand together: people's commands go through the same worker. */
export const REBASED_AT_ONCE = 4;
const BEAT_MS = 3_000;

export interface RebasePage {
  readonly batchId: string;
  /** The last case already done; null at the beginning. */
  readonly after: string | null;
  readonly limit: number;
}

export function createRebaseActivities(deps: RebaseDeps) {
  const { batches, progress, now } = deps;
  return {
    /** Writes down the cases of a batch. One that is over already is left alone. */
    async planRebase({ batchId }: { readonly batchId: string }): Promise<void> {
      const batch = await progress.begin(batchId, now());
      if (batch === null || batch.total !== null) return;
      let after = (activityInfo().heartbeatDetails as string | undefined) ?? null;
      for (;;) {
        const last = await progress.planPage(batchId, batch.filter, after, PLANNED_AT_ONCE);
        if (last === null) break;
        after = last;
        heartbeat(after);
      }
      await progress.planned(batchId);
    },

    /** Does the next cases; `next` is null when none are left, or nobody wants them done any more. */
    async rebasePage({ batchId, after, limit }: RebasePage): Promise<{ readonly next: string | null }> {
      const batch = await batches.find(batchId);
      if (batch === null || batch.finishedAt !== null) return { next: null };
      // The batch may be the consequence of a publication this process has not seen yet.
      deps.rulebooks.refresh();
      const page = await progress.pending(batchId, after, limit);
      // A case that does not answer may take a minute: what beats is the process.
      const beating = setInterval(heartbeat, BEAT_MS);
      try {
        for (let index = 0; index < page.length; index += REBASED_AT_ONCE) {
          if (await progress.isCancelAsked(batchId)) return { next: null };
          const results = await Promise.all(page.slice(index, index + REBASED_AT_ONCE).map((caseId) => resultOf(deps, batch, caseId)));
          await progress.record(batchId, results);
        }
      } finally {
        clearInterval(beating);
      }
      return { next: page.length < limit ? null : page[page.length - 1]! };
    },

    async finishRebase({ batchId }: { readonly batchId: string }): Promise<RebaseReport> {
      const { status, total, moved, unchanged, failed, reason, dryRun } = await progress.finish(batchId, now());
      if (failed > 0 && !dryRun) await deps.incidents.record({ kind: 'rebase_incomplete', caseId: null, details: { batchId, reason, failed }, at: now() });
      return { status: status === 'cancelled' ? 'cancelled' : 'done', total: total ?? 0, moved, unchanged, failed };
    },
  };
}

export type RebaseActivities = ReturnType<typeof createRebaseActivities>;

/** A case that cannot even be folded is a failure of its own; a database that is away is the page's. */
async function resultOf(deps: RebaseDeps, batch: RebaseBatch, caseId: string): Promise<CaseResult> {
  try {
    return await rebaseCase(deps, batch, caseId);
  } catch (error) {
    if (isDatabaseFault(error)) throw error;
    log.error('a case could not be rebased', { caseId, batchId: batch.batchId, error: error instanceof Error ? error.stack : 'unknown' });
    return { caseId, outcome: 'failed', reason: 'internal_error', moved: [] };
  }
}

/** Errors of the driver carry a code; those of its pool a name or a sentence. */
function isDatabaseFault(error: unknown): boolean {
  const { code, name, message } = error as { readonly code?: unknown; readonly name?: string; readonly message?: string };
  return typeof code === 'string' || name === 'KnexTimeoutError' || /Connection terminated|timeout expired/.test(message ?? '');
}
