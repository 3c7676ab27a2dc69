/** Open cases by what a policy looks at: for whoever must look at many of them before something is changed. */
import type { Knex } from 'knex';
import { filterBindings, MATCHING } from './rebase-filter.ts';
import { FIRST_UUID, type RebaseFilter } from './rebases.ts';

export interface OpenCaseRepository {
  count(filter: RebaseFilter): Promise<number>;
  /** In order of case id, which is random. */
  ids(filter: RebaseFilter, after: string | null, limit: number): Promise<readonly string[]>;
}

export function createOpenCaseRepository(knex: Knex): OpenCaseRepository {
  return {
    async count(filter) {
      const { rows } = await knex.raw<{ rows: { count: number }[] }>(COUNT, filterBindings(filter) as Knex.RawBinding[]);
      return rows[0]!.count;
    },
    async ids(filter, after, limit) {
      const { rows } = await knex.raw<{ rows: { caseId: string }[] }>(IDS, [...filterBindings(filter), after ?? FIRST_UUID, limit] as Knex.RawBinding[]);
      return rows.map(({ caseId }) => caseId);
    },
  };
}

const COUNT = `SELECT count(*) AS count ${MATCHING}`;
const IDS = `SELECT c.case_id AS "caseId" ${MATCHING} AND c.case_id > ?::uuid ORDER BY c.case_id LIMIT ?`;
