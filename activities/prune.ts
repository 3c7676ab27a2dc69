/**
 * Forgets what is no longer needed. The contract:
 * 1. Only what has outlived its retention: idempotency keys (the log answers for commands and openings older than that) and effects that were carried out.
 * 2. In batches, each a short statement of its own: nothing is held up by it, and what was done stays done when it is interrupted.
 */
import { heartbeat } from '@temporalio/activity';
import type { IdempotencyRepository } from '../db/repositories/idempotency.ts';
import type { OutboxRepository } from '../db/repositories/outbox.ts';
import type { PruneReport } from '../workflows/reconciliation/messages.ts';

/** How long things are kept, in days. */
export interface Retention {
  /** Idempotency keys, from the request on. */
  readonly keysDays: number;
  /** Effects, from when they were carried out. */
  readonly effectsDays: number;
}

export interface PruneDeps {
  readonly idempotency: Pick<IdempotencyRepository, 'prune'>;
  readonly outbox: Pick<OutboxRepository, 'pruneDone'>;
  readonly retention: Retention;
  readonly now: () => number;
  /** Rows a statement deletes at most. @default 1_000 */
  readonly batch?: number;
}

const DAY_MS = 86_400_000;

export function createPruneActivities({ idempotency, outbox, retention, now, batch = 1_000 }: PruneDeps) {
  async function all(prune: (limit: number) => Promise<number>): Promise<number> {
    for (let total = 0; ; ) {
      const pruned = await prune(batch);
      heartbeat();
      total += pruned;
      if (pruned < batch) return total;
    }
  }

  return {
    async pruneRecords(): Promise<PruneReport> {
      const at = now();
      return {
        keys: await all((limit) => idempotency.prune({ before: at - retention.keysDays * DAY_MS, limit })),
        effects: await all((limit) => outbox.pruneDone({ before: at - retention.effectsDays * DAY_MS, limit })),
      };
    },
  };
}

export type PruneActivities = ReturnType<typeof createPruneActivities>;
