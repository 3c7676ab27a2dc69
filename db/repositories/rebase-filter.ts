/** The filter of a batch of rebases as SQL. */
import type { RebaseFilter } from './rebases.ts';

// The rulebook in force is named by the last event that pinned one.
const PINNED = `(SELECT e.data -> 'rulebook' ->> '$rulebook' FROM case_event e
  WHERE e.case_id = c.case_id AND e.type IN ('opened', 'reopened', 'rebased') ORDER BY e.revision DESC, e.seq DESC LIMIT 1)`;
const EXPIRING = `SELECT r.hash FROM rulebook r WHERE EXISTS (
  SELECT 1 FROM jsonb_each(r.body -> 'calendars') AS k WHERE (k.value ->> 'until')::numeric < f.horizon_before)`;

/** Open cases `c` a filter `f` admits; the values of `filterBindings`. */
export const MATCHING = `FROM escalation_case c, (SELECT ?::text[] AS policies, ?::text[] AS territories, ?::text[] AS needs, ?::text[] AS urgencies, ?::numeric AS horizon_before) f
  WHERE c.status <> 'closed' AND (f.policies IS NULL OR c.policy = ANY (f.policies))
    AND (f.territories IS NULL OR coalesce(c.municipio, 'CENTRAL') = ANY (f.territories)) AND (f.needs IS NULL OR c.primary_need = ANY (f.needs))
    AND (f.urgencies IS NULL OR c.urgency = ANY (f.urgencies)) AND (f.horizon_before IS NULL OR ${PINNED} IN (${EXPIRING}))`;

export function filterBindings({ policies, territories, needs, urgencies, horizonBefore }: RebaseFilter): readonly unknown[] {
  return [policies ?? null, territories ?? null, needs ?? null, urgencies ?? null, horizonBefore ?? null];
}
