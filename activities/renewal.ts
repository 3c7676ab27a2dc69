/** Calendars about to run out are replaced, by a batch of rebases that keeps each case's policy. */
import { log } from '@temporalio/activity';
import type { RebaseProgressRepository } from '../db/repositories/rebase-progress.ts';
import type { RebaseRepository } from '../db/repositories/rebases.ts';
import { SYSTEM } from '../domain/case/commands.ts';

export interface RenewalDeps {
  readonly batches: Pick<RebaseRepository, 'create'>;
  readonly progress: Pick<RebaseProgressRepository, 'isRenewing' | 'anyCase'>;
  readonly newId: () => string;
  readonly now: () => number;
}

/** A calendar with less than this ahead is replaced: no budget that is likely to be set reaches further. */
const RENEWED_BEFORE_MS = 180 * 86_400_000;

export function createRenewalActivities({ batches, progress, newId, now }: RenewalDeps) {
  return {
    /** Queues a renewal, unless one is under way or none is needed. */
    async queueRenewal(): Promise<{ readonly batchId: string | null }> {
      const filter = { horizonBefore: now() + RENEWED_BEFORE_MS };
      if ((await progress.isRenewing()) || !(await progress.anyCase(filter))) return { batchId: null };
      const about = { reason: 'horizon' as const, target: { to: 'calendars' as const }, filter, dryRun: false };
      const { batchId } = await batches.create({ batchId: newId(), ...about, createdBy: SYSTEM.id, createdAt: now(), notBefore: now() });
      log.info('calendars run out: a renewal is queued', { batchId });
      return { batchId };
    },
  };
}

export type RenewalActivities = ReturnType<typeof createRenewalActivities>;
