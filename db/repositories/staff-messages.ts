/** Alerts shown inside the product to those they are for. */
import type { Knex } from 'knex';
import type { CaseScope } from '../../domain/access/scope.ts';
import type { Audience, Territory } from '../../domain/sla/policy.ts';
import { timestamp } from './columns.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { SCOPE_CONDITION, scopeBindings } from './scope.ts';

export interface StaffMessage {
  /** `<caseId>:<episode>:alert-<n>`, see `alertKey`: the same whoever tells it. */
  readonly key: string;
  readonly caseId: string;
  readonly municipio: Territory | null;
  readonly audience: readonly Audience[];
  readonly alert: number;
  readonly clockId: string;
  readonly createdAt: number;
  readonly readAt: number | null;
}

export interface StaffMessageQuery {
  readonly scope: CaseScope;
  /** Audiences the reader belongs to, besides that of the cases they own. */
  readonly audience: readonly Audience[];
  /** The reader: messages to the owner are for whoever owns the case now. */
  readonly reader: string;
  readonly unreadOnly?: boolean;
  readonly cursor?: string | null;
  /** @default 50, at most 100 */
  readonly limit?: number;
}

export interface StaffMessageRepository {
  /** Returns false when it had been told before. */
  insert(message: Omit<StaffMessage, 'readAt'>, trx?: Knex): Promise<boolean>;
  /** Newest first. Throws `CursorInvalid`. */
  list(query: StaffMessageQuery, trx?: Knex): Promise<{ readonly messages: readonly StaffMessage[]; readonly next: string | null }>;
  /** Returns false when the reader has no such message. */
  markRead(key: string, reader: Pick<StaffMessageQuery, 'scope' | 'audience' | 'reader'>, asOf: number, trx?: Knex): Promise<boolean>;
}

const COLUMNS = `m.key, m.case_id AS "caseId", m.municipio, m.audience, m.alert, m.clock_id AS "clockId", m.created_at AS "createdAt", m.read_at AS "readAt"`;
const FOR_READER = `((m.audience && ?::text[] AND ${SCOPE_CONDITION}) OR ('owner' = ANY(m.audience) AND c.owner = ?))`;

export function createStaffMessageRepository(knex: Knex): StaffMessageRepository {
  return {
    async insert({ key, caseId, municipio, audience, alert, clockId, createdAt }, trx = knex) {
      const { rows } = await trx.raw<{ rows: unknown[] }>(INSERT, [
        key,
        caseId,
        municipio,
        audience,
        alert,
        clockId,
        timestamp(createdAt),
      ] as Knex.RawBinding[]);
      return rows.length > 0;
    },

    async list(query, trx = knex) {
      const limit = Math.min(Math.max(1, query.limit ?? 50), 100);
      const [before, beforeKey] = query.cursor ? decodeCursor('messages', query.cursor, ['instant', 'text']) : [null, ''];
      const bindings = [...readerBindings(query), query.unreadOnly ?? false, typeof before === 'number' ? timestamp(before) : 'infinity', beforeKey, limit + 1];
      const { rows } = await trx.raw<{ rows: StaffMessage[] }>(LIST, bindings as Knex.RawBinding[]);
      const messages = rows.slice(0, limit);
      const last = messages[messages.length - 1];
      return { messages, next: rows.length > limit && last !== undefined ? encodeCursor('messages', [last.createdAt, last.key]) : null };
    },

    async markRead(key, reader, asOf, trx = knex) {
      const { rows } = await trx.raw<{ rows: unknown[] }>(MARK_READ, [timestamp(asOf), key, ...readerBindings(reader)] as Knex.RawBinding[]);
      return rows.length > 0;
    },
  };
}

/** The values of `FOR_READER`; `owner` goes by the case's owner, never by scope. */
function readerBindings({ audience, scope, reader }: Pick<StaffMessageQuery, 'scope' | 'audience' | 'reader'>): readonly unknown[] {
  return [audience.filter((one) => one !== 'owner'), ...scopeBindings(scope), reader];
}

const INSERT = `INSERT INTO staff_message (key, case_id, municipio, audience, alert, clock_id, created_at)
  VALUES (?, ?, ?, ?::text[], ?, ?, ?) ON CONFLICT (key) DO NOTHING RETURNING 1`;

const LIST = `SELECT ${COLUMNS} FROM staff_message m JOIN escalation_case c ON c.case_id = m.case_id
  WHERE ${FOR_READER} AND (NOT ?::boolean OR m.read_at IS NULL) AND (m.created_at, m.key) < (?::timestamptz, ?)
  ORDER BY m.created_at DESC, m.key DESC LIMIT ?`;

const MARK_READ = `UPDATE staff_message m SET read_at = coalesce(m.read_at, ?) FROM escalation_case c
  WHERE m.key = ? AND c.case_id = m.case_id AND ${FOR_READER} RETURNING 1`;
