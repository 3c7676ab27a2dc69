/** What staff are told inside the product: alerts of cases, and lists before a closing. Each reader has read a message or not. */
import type { Knex } from 'knex';
import type { CaseScope } from '../../domain/access/scope.ts';
import type { Audience, Territory } from '../../domain/sla/policy.ts';
import { timestamp } from './columns.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { SCOPE_CONDITION, scopeBindings } from './scope.ts';

export const MESSAGE_KINDS = ['alert', 'handover_list'] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

export interface StaffMessage {
  /** `<caseId>:<episode>:alert-<n>`, see `alertKey`, or `handover:<municipio>:<closing>`: the same whoever tells it. */
  readonly key: string;
  readonly kind: MessageKind;
  /** Null for what is about a municipio. */
  readonly caseId: string | null;
  readonly municipio: Territory | null;
  readonly audience: readonly Audience[];
  readonly alert: number | null;
  readonly clockId: string | null;
  readonly createdAt: number;
  /** When the reader who asks read it. */
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
  find(key: string, trx?: Knex): Promise<Omit<StaffMessage, 'readAt'> | null>;
  /** Newest first. Throws `CursorInvalid`. */
  list(query: StaffMessageQuery, trx?: Knex): Promise<{ readonly messages: readonly StaffMessage[]; readonly next: string | null }>;
  /** Returns false when the reader has no such message. */
  markRead(key: string, reader: Pick<StaffMessageQuery, 'scope' | 'audience' | 'reader'>, asOf: number, trx?: Knex): Promise<boolean>;
}

const COLUMNS = `m.key, m.kind, m.case_id AS "caseId", m.municipio, m.audience, m.alert, m.clock_id AS "clockId", m.created_at AS "createdAt"`;
// What is about no case is for those of its municipio.
const FOR_READER = `((m.audience && ?::text[] AND CASE WHEN m.case_id IS NULL THEN ?::boolean OR m.municipio = ANY(?::text[]) ELSE ${SCOPE_CONDITION} END)
  OR ('owner' = ANY(m.audience) AND c.owner = ?))`;

export function createStaffMessageRepository(knex: Knex): StaffMessageRepository {
  return {
    async insert({ key, kind, caseId, municipio, audience, alert, clockId, createdAt }, trx = knex) {
      const bindings = [key, kind, caseId, municipio, audience, alert, clockId, timestamp(createdAt)] as Knex.RawBinding[];
      const { rows } = await trx.raw<{ rows: unknown[] }>(INSERT, bindings);
      return rows.length > 0;
    },

    async find(key, trx = knex) {
      const { rows } = await trx.raw<{ rows: Omit<StaffMessage, 'readAt'>[] }>(FIND, [key]);
      return rows[0] ?? null;
    },

    async list(query, trx = knex) {
      const limit = Math.min(Math.max(1, query.limit ?? 50), 100);
      const [before, beforeKey] = query.cursor ? decodeCursor('messages', query.cursor, ['instant', 'text']) : [null, ''];
      const bindings = [
        query.reader,
        ...readerBindings(query),
        query.unreadOnly ?? false,
        typeof before === 'number' ? timestamp(before) : 'infinity',
        beforeKey,
        limit + 1,
      ];
      const { rows } = await trx.raw<{ rows: StaffMessage[] }>(LIST, bindings as Knex.RawBinding[]);
      const messages = rows.slice(0, limit);
      const last = messages[messages.length - 1];
      return { messages, next: rows.length > limit && last !== undefined ? encodeCursor('messages', [last.createdAt, last.key]) : null };
    },

    async markRead(key, reader, asOf, trx = knex) {
      const bindings = [key, ...readerBindings(reader), reader.reader, timestamp(asOf)] as Knex.RawBinding[];
      const { rows } = await trx.raw<{ rows: { found: boolean }[] }>(MARK_READ, bindings);
      return rows[0]!.found;
    },
  };
}

/** The values of `FOR_READER`; `owner` goes by the case's owner, never by scope. */
function readerBindings({ audience, scope, reader }: Pick<StaffMessageQuery, 'scope' | 'audience' | 'reader'>): readonly unknown[] {
  const everywhere = [scope.kind === 'all', scope.kind === 'municipi' ? scope.municipi : []];
  return [audience.filter((one) => one !== 'owner'), ...everywhere, ...scopeBindings(scope), reader];
}

const INSERT = `INSERT INTO staff_message (key, kind, case_id, municipio, audience, alert, clock_id, created_at)
  VALUES (?, ?, ?, ?, ?::text[], ?, ?, ?) ON CONFLICT (key) DO NOTHING RETURNING 1`;

const FIND = `SELECT ${COLUMNS} FROM staff_message m WHERE m.key = ?`;

const LIST = `SELECT ${COLUMNS}, r.read_at AS "readAt" FROM staff_message m LEFT JOIN escalation_case c ON c.case_id = m.case_id
  LEFT JOIN staff_message_read r ON r.key = m.key AND r.reader = ?
  WHERE ${FOR_READER} AND (NOT ?::boolean OR r.read_at IS NULL) AND (m.created_at, m.key) < (?::timestamptz, ?)
  ORDER BY m.created_at DESC, m.key DESC LIMIT ?`;

const MARK_READ = `
WITH found AS (
  SELECT m.key FROM staff_message m LEFT JOIN escalation_case c ON c.case_id = m.case_id WHERE m.key = ? AND ${FOR_READER}
), marked AS (
  INSERT INTO staff_message_read (key, reader, read_at) SELECT key, ?, ?::timestamptz FROM found ON CONFLICT DO NOTHING
)
SELECT EXISTS (SELECT 1 FROM found) AS found`;
