/** The staff directory. */
import type { Knex } from 'knex';
import type { Role } from '../../domain/case/codes.ts';
import type { Territory } from '../../domain/sla/policy.ts';
import type { Language } from '../../domain/language.ts';
import type { Channel, StaffMember } from '../../domain/staff/staff.ts';
import { timestamp } from './columns.ts';

export interface StaffRepository {
  /** By id; all of it: a city has some hundreds of social workers. */
  list(trx?: Knex): Promise<readonly StaffMember[]>;
  find(id: string, trx?: Knex): Promise<StaffMember | null>;
  /** Adds somebody, or replaces what is known of them. Returns whether they are new. */
  put(member: StaffMember, by: string, at: number, trx?: Knex): Promise<boolean>;
  /** Adds those of whom nothing is known yet. */
  addMissing(members: readonly StaffMember[], by: string, at: number, trx?: Knex): Promise<void>;
}

interface StaffRow {
  readonly id: string;
  readonly roles: readonly Role[];
  readonly municipi: readonly Territory[];
  readonly mail: string | null;
  readonly language: Language;
  readonly active_until: number | null;
  readonly channels: readonly Channel[];
  readonly quiet_from: number | null;
  readonly quiet_to: number | null;
}

const COLUMNS = 'id, roles, municipi, mail, language, active_until, channels, quiet_from, quiet_to';

const LIST = `SELECT ${COLUMNS} FROM staff ORDER BY id`;
const FIND = `SELECT ${COLUMNS} FROM staff WHERE id = ?`;

export function createStaffRepository(knex: Knex): StaffRepository {
  return {
    async list(trx = knex) {
      return (await trx.raw<{ rows: StaffRow[] }>(LIST)).rows.map(memberOf);
    },

    async find(id, trx = knex) {
      const { rows } = await trx.raw<{ rows: StaffRow[] }>(FIND, [id]);
      return rows[0] === undefined ? null : memberOf(rows[0]);
    },

    async put(member, by, at, trx = knex) {
      const { rows } = await trx.raw<{ rows: { is_new: boolean }[] }>(PUT, bindingsOf(member, by, at));
      return rows[0]!.is_new;
    },

    async addMissing(members, by, at, trx = knex) {
      for (const member of members) await trx.raw(ADD, bindingsOf(member, by, at));
    },
  };
}

const INSERT = `INSERT INTO staff (${COLUMNS}, changed_by, changed_at)
  VALUES (?, ?::text[], ?::text[], ?, ?, ?, ?::text[], ?, ?, ?, ?)`;

const ADD = `${INSERT} ON CONFLICT (id) DO NOTHING`;

// A row just inserted has no transaction that locked it before.
const PUT = `${INSERT} ON CONFLICT (id) DO UPDATE SET roles = excluded.roles, municipi = excluded.municipi, mail = excluded.mail, language = excluded.language,
    active_until = excluded.active_until, channels = excluded.channels, quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to,
    changed_by = excluded.changed_by, changed_at = excluded.changed_at
  RETURNING xmax = 0 AS is_new`;

function bindingsOf(member: StaffMember, by: string, at: number): Knex.RawBinding[] {
  const { id, roles, municipi, mail, language, activeUntil, channels, quiet } = member;
  const until = activeUntil === null ? null : timestamp(activeUntil);
  return [id, roles, municipi, mail, language, until, channels, quiet?.from ?? null, quiet?.to ?? null, by, timestamp(at)] as Knex.RawBinding[];
}

function memberOf({ active_until, quiet_from, quiet_to, ...row }: StaffRow): StaffMember {
  return { ...row, activeUntil: active_until, quiet: quiet_from === null || quiet_to === null ? null : { from: quiet_from, to: quiet_to } };
}
