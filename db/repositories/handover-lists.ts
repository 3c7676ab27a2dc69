/** What is still open without a plan at closing: as it stands now, and as it stood before earlier closings. */
import type { Knex } from 'knex';
import { CENTRAL } from '../../domain/access/scope.ts';
import type { Territory } from '../../domain/sla/policy.ts';
import type { HandoverItem, HandoverList } from '../../domain/staff/handover-list.ts';
import { timestamp } from './columns.ts';

export interface HandoverListRepository {
  /** Red and yellow cases of a municipio to be handed over. `since`: a hand-over recorded before it no longer counts. Red first, then the nearest promise. */
  current(municipio: Territory, about: { readonly asOf: number; readonly since: number }, trx?: Knex): Promise<readonly HandoverItem[]>;
  /** Keeps a list, the first for a closing; returns the one that is kept. */
  store(list: HandoverList, trx?: Knex): Promise<HandoverList>;
  /** The list of a municipio made at an instant. */
  made(municipio: Territory, madeAt: number, trx?: Knex): Promise<HandoverList | null>;
  /** Of the closings before an instant, latest first. */
  stored(municipio: Territory, before: number, limit: number, trx?: Knex): Promise<readonly HandoverList[]>;
}

export function createHandoverListRepository(knex: Knex): HandoverListRepository {
  return {
    async current(municipio, { asOf, since }, trx = knex) {
      const bindings = [timestamp(asOf), timestamp(since), municipio, municipio === CENTRAL];
      return (await trx.raw<{ rows: HandoverItem[] }>(CURRENT, bindings)).rows;
    },

    async store({ municipio, closesAt, madeAt, items }, trx = knex) {
      const bindings = [municipio, timestamp(closesAt), timestamp(madeAt), JSON.stringify(items)];
      return (await trx.raw<{ rows: HandoverList[] }>(STORE, bindings)).rows[0]!;
    },

    async made(municipio, madeAt, trx = knex) {
      const { rows } = await trx.raw<{ rows: HandoverList[] }>(MADE, [municipio, timestamp(madeAt)]);
      return rows[0] ?? null;
    },

    async stored(municipio, before, limit, trx = knex) {
      return (await trx.raw<{ rows: HandoverList[] }>(STORED, [municipio, timestamp(before), limit])).rows;
    },
  };
}

const COLUMNS = 'municipio, closes_at AS "closesAt", made_at AS "madeAt", items';
const STORE = `INSERT INTO handover_list (municipio, closes_at, made_at, items) VALUES (?, ?, ?, ?::jsonb)
  ON CONFLICT (municipio, closes_at) DO UPDATE SET made_at = handover_list.made_at RETURNING ${COLUMNS}`;
const MADE = `SELECT ${COLUMNS} FROM handover_list WHERE municipio = ? AND made_at = ?`;
const STORED = `SELECT ${COLUMNS} FROM handover_list WHERE municipio = ? AND closes_at < ? ORDER BY closes_at DESC LIMIT ?`;

// A plan is a running promise made by a person and still to come, or waiting for the family. Cases without a municipio are the central team's.
const CURRENT = `
WITH asked AS (SELECT ?::timestamptz AS as_of, ?::timestamptz AS since),
listed AS (
  SELECT c.case_id, c.urgency, c.status, c.owner, c.nearest_due_at,
    array_remove(ARRAY[
      CASE WHEN c.paused_until IS NULL AND NOT EXISTS (
        SELECT 1 FROM case_clock k WHERE k.case_id = c.case_id AND k.episode = c.episode
          AND k.name IN ('callbackWindow', 'followUp') AND k.status = 'running' AND k.due_at > a.as_of
      ) THEN 'no_plan' END,
      CASE WHEN c.urgency = 'red' AND coalesce(c.night_handover_at, '-infinity') < a.since THEN 'no_night_handover' END
    ], NULL) AS reasons
  FROM escalation_case c, asked a
  WHERE c.status <> 'closed' AND c.urgency IN ('red', 'yellow') AND (c.municipio = ? OR (?::boolean AND c.municipio IS NULL))
)
SELECT case_id AS "caseId", urgency, status, owner, (extract(epoch FROM nearest_due_at) * 1000)::bigint AS "nearestDueAt", reasons
FROM listed WHERE cardinality(reasons) > 0
ORDER BY (urgency <> 'red'), nearest_due_at NULLS LAST, case_id`;
