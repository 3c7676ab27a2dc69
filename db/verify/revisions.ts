/** Invariant 5: revisions are 1..n without gaps, each with its events, and each command was taken once. In SQL: it must hold where nothing folds. */
import type { Knex } from 'knex';
import type { Violation } from './violation.ts';

export async function checkRevisions(trx: Knex, ids: readonly string[]): Promise<readonly Violation[]> {
  const { rows } = await trx.raw<{ rows: { caseId: string; what: string }[] }>(CHECK, [ids, ids, ids, ids] as unknown as Knex.RawBinding[]);
  return rows.map(({ caseId, what }) => ({ invariant: 5, caseId, what }));
}

const CHECK = `
SELECT case_id AS "caseId", 'revisions ' || min(revision) || ' to ' || max(revision) || ', but ' || count(*) || ' of them' AS what
FROM case_revision WHERE case_id = ANY (?::uuid[]) GROUP BY case_id HAVING min(revision) <> 1 OR max(revision) <> count(*)
UNION ALL
SELECT case_id, 'command ' || command_id || ' occurs ' || count(*) || ' times'
FROM case_revision WHERE case_id = ANY (?::uuid[]) GROUP BY case_id, command_id HAVING count(*) > 1
UNION ALL
SELECT r.case_id, 'revision ' || r.revision || ' has events numbered ' || coalesce(string_agg(e.seq::text, ', ' ORDER BY e.seq), 'not at all')
FROM case_revision r LEFT JOIN case_event e ON e.case_id = r.case_id AND e.revision = r.revision
WHERE r.case_id = ANY (?::uuid[]) GROUP BY r.case_id, r.revision HAVING count(e.seq) = 0 OR max(e.seq) <> count(e.seq) OR min(e.seq) <> 1
UNION ALL
SELECT DISTINCT e.case_id, 'events of revision ' || e.revision || ', which is not in the log'
FROM case_event e LEFT JOIN case_revision r ON r.case_id = e.case_id AND r.revision = e.revision
WHERE e.case_id = ANY (?::uuid[]) AND r.case_id IS NULL
ORDER BY 1, 2`;
