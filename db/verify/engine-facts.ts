/**
 * What the database says about the engine beside it: which episodes are open, which openings were answered, what waits in the outbox.
 * Whole tables are walked in batches by key, so that memory stays the same however many cases there are.
 */
import type { Knex } from 'knex';
import { timestamp } from '../repositories/columns.ts';

/** An open episode as its case row says. */
export interface OpenEpisode {
  readonly caseId: string;
  readonly episode: number;
  readonly revision: number;
  /** A start asked for recently still waits in the outbox. */
  readonly startPending: boolean;
}

/** What the row of a case says about one of its episodes, for a workflow that runs. */
export interface EpisodeFact {
  readonly caseId: string;
  readonly episode: number;
  readonly open: boolean;
  readonly closedAt: number | null;
}

/** Where the record of openings and the log disagree. */
export interface OpeningMismatch {
  readonly caseId: string | null;
  readonly commandId: string;
  readonly kind: 'answered_not_logged' | 'logged_not_answered' | 'logged_without_row';
}

export interface StuckEffect {
  readonly key: string;
  readonly attempts: number;
  readonly createdAt: number;
  readonly lastError: string | null;
}

export interface OpeningCounts {
  readonly answered: number;
  readonly cases: number;
}

export interface EngineFacts {
  /** Open episodes in the order of case ids; a start asked for since `pendingSince` counts as on its way. */
  openEpisodes(options: { readonly pendingSince: number; readonly batch?: number }): AsyncGenerator<readonly OpenEpisode[]>;
  /** The rows of these cases as they are now. */
  episodes(caseIds: readonly string[]): Promise<ReadonlyMap<string, EpisodeFact>>;
  openingCounts(): Promise<OpeningCounts>;
  /** Keys are forgotten after a while: openings from before `keysSince` need none. */
  openingMismatches(options: { readonly keysSince: number; readonly limit: number }): Promise<readonly OpeningMismatch[]>;
  outboxPending(): Promise<number>;
  /** Effects asked for before an instant and not carried out. */
  stuckEffects(options: { readonly before: number; readonly limit: number }): Promise<readonly StuckEffect[]>;
  /** The episodes whose cases were opened last, closed ones too. */
  newestEpisodes(limit: number): Promise<readonly Pick<OpenEpisode, 'caseId' | 'episode'>[]>;
}

const BATCH = 500;

export function createEngineFacts(knex: Knex): EngineFacts {
  const rows = async <Row>(sql: string, bindings: readonly Knex.RawBinding[]): Promise<readonly Row[]> => (await knex.raw<{ rows: Row[] }>(sql, bindings)).rows;
  return {
    async *openEpisodes({ pendingSince, batch = BATCH }) {
      let after = '00000000-0000-0000-0000-000000000000';
      for (;;) {
        const found = await rows<OpenEpisode>(OPEN_EPISODES, [timestamp(pendingSince), after, batch]);
        const last = found[found.length - 1];
        if (last === undefined) return;
        yield found;
        after = last.caseId;
      }
    },
    async episodes(caseIds) {
      const found = await rows<EpisodeFact>(EPISODES, [caseIds as string[]]);
      return new Map(found.map((fact) => [fact.caseId, fact]));
    },
    openingCounts: async () => (await rows<OpeningCounts>(OPENING_COUNTS, []))[0]!,
    openingMismatches: ({ keysSince, limit }) => rows(OPENING_MISMATCHES, [timestamp(keysSince), limit]),
    outboxPending: async () => (await rows<{ pending: number }>('SELECT count(*) AS pending FROM outbox WHERE done_at IS NULL', []))[0]!.pending,
    stuckEffects: ({ before, limit }) => rows(STUCK_EFFECTS, [timestamp(before), limit]),
    newestEpisodes: (limit) => rows(NEWEST_EPISODES, [limit]),
  };
}

const OPEN_EPISODES = `SELECT c.case_id AS "caseId", c.episode, c.revision,
  EXISTS (SELECT 1 FROM outbox o WHERE o.case_id = c.case_id AND o.done_at IS NULL AND o.created_at > ?) AS "startPending"
  FROM escalation_case c WHERE c.status <> 'closed' AND c.case_id > ?::uuid ORDER BY c.case_id LIMIT ?`;

const EPISODES = `SELECT c.case_id AS "caseId", c.episode, c.status <> 'closed' AS open, c.closed_at AS "closedAt"
  FROM escalation_case c WHERE c.case_id = ANY(?::uuid[])`;

// An opening is answered 2xx exactly when its key was written with revision 1 of a case.
const OPENING_COUNTS = `SELECT
  (SELECT count(*) FROM idempotency i JOIN case_revision r ON r.case_id = i.case_id AND r.command_id = i.command_id AND r.revision = 1
   WHERE i.status BETWEEN 200 AND 299) AS answered,
  (SELECT count(*) FROM case_revision r WHERE r.revision = 1) AS cases`;

const OPENING_MISMATCHES = `
  SELECT i.case_id AS "caseId", i.command_id AS "commandId", 'answered_not_logged' AS kind
  FROM idempotency i
  WHERE i.status BETWEEN 200 AND 299 AND i.case_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM case_revision r WHERE r.case_id = i.case_id AND r.revision = 1)
  UNION ALL
  SELECT r.case_id, r.command_id, 'logged_not_answered'
  FROM case_revision r
  WHERE r.revision = 1 AND r.command = 'open' AND r.recorded_at > ?
    AND NOT EXISTS (SELECT 1 FROM idempotency i WHERE i.command_id = r.command_id AND i.case_id = r.case_id AND i.status BETWEEN 200 AND 299)
  UNION ALL
  SELECT r.case_id, r.command_id, 'logged_without_row'
  FROM case_revision r
  WHERE r.revision = 1 AND NOT EXISTS (SELECT 1 FROM escalation_case c WHERE c.case_id = r.case_id)
  LIMIT ?`;

const STUCK_EFFECTS = `SELECT o.key, o.attempts, o.created_at AS "createdAt", o.last_error AS "lastError"
  FROM outbox o WHERE o.done_at IS NULL AND o.created_at <= ? ORDER BY o.created_at LIMIT ?`;

const NEWEST_EPISODES = `SELECT c.case_id AS "caseId", c.episode FROM escalation_case c ORDER BY c.opened_at DESC, c.case_id LIMIT ?`;
