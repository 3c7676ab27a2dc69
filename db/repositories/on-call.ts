/** The roster of who is on call. */
import type { Knex } from 'knex';
import type { Territory } from '../../domain/sla/policy.ts';
import { WHOLE_CITY, type OnCallShift } from '../../domain/staff/on-call.ts';
import { timestamp } from './columns.ts';

export interface ShiftQuery {
  /** Those of these territories; every one unless told. The city's are among them only when `*` is named. */
  readonly territories?: readonly Territory[];
  /** Shifts that have not ended by then. */
  readonly from: number;
  /** Shifts that have begun before then. */
  readonly to: number;
}

export interface OnCallRepository {
  /** By start. */
  list(query: ShiftQuery, trx?: Knex): Promise<readonly OnCallShift[]>;
  find(id: string, trx?: Knex): Promise<OnCallShift | null>;
  /** Adds a shift, or replaces it. Returns whether it is new. */
  put(shift: OnCallShift, by: string, at: number, trx?: Knex): Promise<boolean>;
  /** Takes a shift off the roster: one that has not begun is forgotten, one that has ends now. */
  end(id: string, by: string, at: number, trx?: Knex): Promise<void>;
  /** The territories a person is on call for at an instant. */
  territoriesOf(person: string, at: number, trx?: Knex): Promise<readonly Territory[]>;
  /** Ids of those on call for a territory at an instant. */
  peopleFor(territory: Territory, at: number, trx?: Knex): Promise<readonly string[]>;
}

type ShiftRow = Omit<OnCallShift, 'from' | 'to'> & { readonly starts_at: number; readonly ends_at: number };

const SELECT = 'SELECT id, territory, person, starts_at, ends_at, phone FROM on_call_shift';

const LIST = `${SELECT} WHERE ends_at > ? AND starts_at < ? AND (?::boolean OR territory = ANY(?::text[])) ORDER BY starts_at, territory, id`;
const FIND = `${SELECT} WHERE id = ?`;

export function createOnCallRepository(knex: Knex): OnCallRepository {
  return {
    async list({ territories, from, to }, trx = knex) {
      const bindings = [timestamp(from), timestamp(to), territories === undefined, territories ?? []] as Knex.RawBinding[];
      return (await trx.raw<{ rows: ShiftRow[] }>(LIST, bindings)).rows.map(shiftOf);
    },

    async find(id, trx = knex) {
      const { rows } = await trx.raw<{ rows: ShiftRow[] }>(FIND, [id]);
      return rows[0] === undefined ? null : shiftOf(rows[0]);
    },

    async put({ id, territory, person, from, to, phone }, by, at, trx = knex) {
      const bindings = [id, territory, person, timestamp(from), timestamp(to), phone, by, timestamp(at)];
      return (await trx.raw<{ rows: { is_new: boolean }[] }>(PUT, bindings)).rows[0]!.is_new;
    },

    async end(id, by, at, trx = knex) {
      const now = timestamp(at);
      await trx.raw('DELETE FROM on_call_shift WHERE id = ? AND starts_at >= ?', [id, now]);
      await trx.raw('UPDATE on_call_shift SET ends_at = ?, changed_by = ?, changed_at = ? WHERE id = ? AND ends_at > ?', [now, by, now, id, now]);
    },

    async territoriesOf(person, at, trx = knex) {
      const sql = 'SELECT DISTINCT territory FROM on_call_shift WHERE ends_at > ? AND starts_at <= ? AND person = ? ORDER BY territory';
      const { rows } = await trx.raw<{ rows: { territory: Territory }[] }>(sql, [timestamp(at), timestamp(at), person]);
      return rows.map(({ territory }) => territory);
    },

    async peopleFor(territory, at, trx = knex) {
      const sql = 'SELECT DISTINCT person FROM on_call_shift WHERE ends_at > ? AND starts_at <= ? AND territory IN (?, ?) ORDER BY person';
      const { rows } = await trx.raw<{ rows: { person: string }[] }>(sql, [timestamp(at), timestamp(at), territory, WHOLE_CITY]);
      return rows.map(({ person }) => person);
    },
  };
}

const PUT = `INSERT INTO on_call_shift (id, territory, person, starts_at, ends_at, phone, changed_by, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET territory = excluded.territory, person = excluded.person, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
    phone = excluded.phone, changed_by = excluded.changed_by, changed_at = excluded.changed_at
  RETURNING xmax = 0 AS is_new`;

function shiftOf({ starts_at, ends_at, ...row }: ShiftRow): OnCallShift {
  return { ...row, from: starts_at, to: ends_at };
}
