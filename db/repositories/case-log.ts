/** The event log: what was appended, and a case as it stands. */
import type { Knex } from 'knex';
import type { CaseScope } from '../../domain/access/scope.ts';
import type { CaseRow, CommandAnswer } from '../../domain/case/projection.ts';
import { createAppend, type Append } from './append.ts';
import { caseRowOf, type DatabaseRow } from './columns.ts';
import type { RulebookRepository } from './rulebooks.ts';
import { SCOPE_CONDITION, scopeBindings } from './scope.ts';
import { attachRulebooks, REVISION_JSON, type LoggedRevision, type RevisionJson } from './stored-events.ts';

/** The answer a command once got, and on which case: a key may have been used elsewhere. */
export interface AnsweredCommand {
  readonly caseId: string;
  readonly episode: number;
  readonly revision: number;
  readonly fingerprint: string | null;
  readonly answer: CommandAnswer;
}

export interface LoadedCase {
  readonly row: CaseRow;
  /** Rulebooks put back: ready to be folded. */
  readonly revisions: readonly LoggedRevision[];
  /** Set when the command asked about is already in the log, of this case or of another. */
  readonly command: AnsweredCommand | null;
}

export interface CaseLogRepository {
  readonly append: Append;
  /** All revisions in order; empty for an unknown case. */
  loadRevisions(caseId: string, trx?: Knex): Promise<readonly LoggedRevision[]>;
  /** Number of the last revision; 0 for an unknown case. */
  lastRevision(caseId: string): Promise<number>;
  /** A case within a scope, or null: one round trip, one more when a rulebook is not remembered. */
  loadCase(caseId: string, scope: CaseScope, options?: { readonly commandId?: string; readonly trx?: Knex }): Promise<LoadedCase | null>;
  /** The last answers to people, oldest first: what a workflow that starts must know of. */
  recentAnswers(
    caseId: string,
    limit: number,
    trx?: Knex,
  ): Promise<readonly (readonly [commandId: string, answer: CommandAnswer, fingerprint: string | null])[]>;
  /** The answer of one command, whatever case it was for; null when nobody ever gave it. */
  findCommand(commandId: string): Promise<AnsweredCommand | null>;
}

export function createCaseLogRepository(knex: Knex, rulebooks: RulebookRepository): CaseLogRepository {
  return {
    append: createAppend(knex, rulebooks),

    async loadRevisions(caseId, trx = knex) {
      const { rows } = await trx.raw<{ rows: { revision: RevisionJson }[] }>(REVISIONS, [caseId]);
      return attachRulebooks(
        rows.map(({ revision }) => revision),
        rulebooks,
        trx,
      );
    },

    async lastRevision(caseId) {
      const last = await knex('case_revision').where('case_id', caseId).max<{ max: number | null }[]>('revision');
      return last[0]?.max ?? 0;
    },

    async loadCase(caseId, scope, { commandId, trx = knex } = {}) {
      if (scope.kind === 'none') return null;
      const bindings = [commandId ?? null, caseId, ...scopeBindings(scope)];
      const { rows } = await trx.raw<{ rows: LoadedRow[] }>(CASE, bindings as Knex.RawBinding[]).options({ name: 'load-case' });
      const [row] = rows;
      if (row === undefined) return null;
      return { row: caseRowOf(row), revisions: await attachRulebooks(row.revisions, rulebooks, trx), command: row.answered };
    },

    async recentAnswers(caseId, limit, trx = knex) {
      const rows = await trx<{ case_id: string; command_id: string; answer: CommandAnswer; revision: number; fingerprint: string | null }>('case_revision')
        .where('case_id', caseId)
        .whereNotNull('fingerprint')
        .orderBy('revision', 'desc')
        .limit(limit)
        .select('command_id', 'answer', 'fingerprint');
      return rows.reverse().map(({ command_id, answer, fingerprint }) => [command_id, answer, fingerprint] as const);
    },

    async findCommand(commandId) {
      const { rows } = await knex.raw<{ rows: { answered: AnsweredCommand }[] }>(COMMAND, [commandId]);
      return rows[0]?.answered ?? null;
    },
  };
}

type LoadedRow = DatabaseRow & { readonly revisions: readonly RevisionJson[]; readonly answered: AnsweredCommand | null };

const ANSWERED = `json_build_object('caseId', a.case_id, 'episode', a.episode, 'revision', a.revision, 'fingerprint', a.fingerprint, 'answer', a.answer)`;

const COMMAND = `SELECT ${ANSWERED} AS answered FROM case_revision a WHERE a.command_id = ? AND a.fingerprint IS NOT NULL LIMIT 1`;

const REVISIONS = `SELECT ${REVISION_JSON} AS revision FROM case_revision r WHERE r.case_id = ? ORDER BY r.revision`;

const CASE = `SELECT c.*,
  (SELECT coalesce(json_agg(${REVISION_JSON} ORDER BY r.revision), '[]') FROM case_revision r WHERE r.case_id = c.case_id) AS revisions,
  (SELECT ${ANSWERED} FROM case_revision a
   WHERE a.command_id = ?::text AND a.fingerprint IS NOT NULL ORDER BY a.case_id <> c.case_id LIMIT 1) AS answered
  FROM escalation_case c WHERE c.case_id = ?::uuid AND ${SCOPE_CONDITION}`;
