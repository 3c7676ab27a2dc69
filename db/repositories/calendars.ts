/**
 * Calendars and their versions. At most one draft a calendar; what was published is only ever retired (a trigger sees to it).
 * A version is in force from `validFrom` until a later one is, or until it is retired; then the one before it counts again.
 */
import type { Knex } from 'knex';
import type { CalendarDefinition } from '../../domain/sla/calendar-definition.ts';
import { timestamp } from './columns.ts';
import { VERSION_COLUMNS, type Act, type VersionHead } from './versions.ts';

/** A version without what it says. */
export interface CalendarVersionHead extends VersionHead {
  readonly calendarId: string;
  /** Of the content. */
  readonly hash: string;
}

export interface CalendarVersion extends CalendarVersionHead {
  readonly definition: CalendarDefinition;
}

/** What is in force of one calendar. */
export interface CalendarInForce {
  readonly calendarId: string;
  readonly version: number;
  readonly hash: string;
}

export interface CalendarRepository {
  /** Every version of every calendar, or of one, newest first. */
  heads(calendarId?: string, trx?: Knex): Promise<readonly CalendarVersionHead[]>;
  find(calendarId: string, version: number | 'draft', trx?: Knex): Promise<CalendarVersion | null>;
  /** One version of each calendar in force at an instant, by id. */
  inForce(at: number, trx?: Knex): Promise<readonly CalendarInForce[]>;
  /** What these versions say, by `<id>@<version>`. */
  definitions(wanted: readonly Pick<CalendarInForce, 'calendarId' | 'version'>[], trx?: Knex): Promise<ReadonlyMap<string, CalendarDefinition>>;
  /** Every draft. */
  drafts(trx?: Knex): Promise<readonly CalendarDefinition[]>;
  /** Instants after `at` from which something published becomes the version in force. */
  changesAfter(at: number, trx?: Knex): Promise<readonly number[]>;
  /** Writes or overwrites the draft. Null when the calendar was saved since `ifEdit`. */
  saveDraft(definition: CalendarDefinition, act: Act & { readonly ifEdit: readonly number[] | null }, trx?: Knex): Promise<CalendarVersion | null>;
  /** Returns false when there is none. */
  discardDraft(calendarId: string, trx?: Knex): Promise<boolean>;
  /** The draft as a version in force from `validFrom`. Null when there is none. */
  publishDraft(calendarId: string, act: Act & { readonly validFrom: number }, trx?: Knex): Promise<CalendarVersion | null>;
  /** Null unless it is published. */
  retire(calendarId: string, version: number, act: Act, trx?: Knex): Promise<CalendarVersion | null>;
  /** Whoever changes calendars does it one after another: each change is checked against all others. Within a transaction. */
  lock(trx: Knex): Promise<void>;
}

/** Any number, the same for every process of the product. */
const CALENDAR_LOCK = 202_021;

const HEAD = `calendar_id AS "calendarId", hash, ${VERSION_COLUMNS}`;

export function createCalendarRepository(knex: Knex): CalendarRepository {
  return {
    async heads(calendarId, trx = knex) {
      const { rows } = await trx.raw<{ rows: CalendarVersionHead[] }>(HEADS, [calendarId ?? null, calendarId ?? null] as Knex.RawBinding[]);
      return rows;
    },
    async find(calendarId, version, trx = knex) {
      const named = version === 'draft' ? null : version;
      const { rows } = await trx.raw<{ rows: CalendarVersion[] }>(FIND, [calendarId, named, named] as Knex.RawBinding[]);
      return rows[0] ?? null;
    },
    async inForce(at, trx = knex) {
      return (await trx.raw<{ rows: CalendarInForce[] }>(IN_FORCE, [timestamp(at), timestamp(at)])).rows;
    },
    async definitions(wanted, trx = knex) {
      if (wanted.length === 0) return new Map();
      const { rows } = await trx.raw<{ rows: CalendarVersion[] }>(DEFINITIONS, [JSON.stringify(wanted)]);
      return new Map(rows.map(({ calendarId, version, definition }) => [`${calendarId}@${version}`, definition]));
    },
    async drafts(trx = knex) {
      const { rows } = await trx.raw<{ rows: Pick<CalendarVersion, 'definition'>[] }>(DRAFTS);
      return rows.map(({ definition }) => definition);
    },
    async changesAfter(at, trx = knex) {
      const { rows } = await trx.raw<{ rows: { at: number }[] }>(CHANGES, [timestamp(at)]);
      return rows.map((row) => row.at);
    },
    ...changing(knex),
  };
}

function changing(knex: Knex): Pick<CalendarRepository, 'saveDraft' | 'discardDraft' | 'publishDraft' | 'retire' | 'lock'> {
  const one = async (trx: Knex, sql: string, bindings: readonly unknown[]): Promise<CalendarVersion | null> =>
    (await trx.raw<{ rows: CalendarVersion[] }>(sql, bindings as Knex.RawBinding[])).rows[0] ?? null;
  return {
    saveDraft: (definition, { by, at, ifEdit }, trx = knex) =>
      one(trx, SAVE, [definition.id, definition.id, JSON.stringify(definition), by, timestamp(at), by, timestamp(at), ifEdit, ifEdit]),
    async discardDraft(calendarId, trx = knex) {
      return (await trx.raw<{ rows: unknown[] }>(DISCARD, [calendarId])).rows.length > 0;
    },
    publishDraft: (calendarId, { by, at, validFrom }, trx = knex) => one(trx, PUBLISH, [timestamp(validFrom), by, timestamp(at), calendarId]),
    retire: (calendarId, version, { by, at }, trx = knex) => one(trx, RETIRE, [by, timestamp(at), calendarId, version]),
    async lock(trx) {
      await trx.raw('SELECT pg_advisory_xact_lock(?)', [CALENDAR_LOCK]);
    },
  };
}

const HEADS = `SELECT ${HEAD} FROM calendar_version WHERE ?::text IS NULL OR calendar_id = ?::text ORDER BY calendar_id, version DESC`;
const FIND = `SELECT ${HEAD}, definition FROM calendar_version
  WHERE calendar_id = ? AND CASE WHEN ?::integer IS NULL THEN status = 'draft' ELSE version = ?::integer END`;
const IN_FORCE = `SELECT DISTINCT ON (calendar_id) calendar_id AS "calendarId", version, hash FROM calendar_version
  WHERE status <> 'draft' AND valid_from <= ? AND (retired_at IS NULL OR retired_at > ?)
  ORDER BY calendar_id, valid_from DESC, version DESC`;
const DEFINITIONS = `SELECT v.calendar_id AS "calendarId", v.version, v.definition FROM calendar_version v
  JOIN jsonb_to_recordset(?::jsonb) AS wanted("calendarId" text, version integer) ON wanted."calendarId" = v.calendar_id AND wanted.version = v.version`;
const DRAFTS = `SELECT definition FROM calendar_version WHERE status = 'draft' ORDER BY calendar_id`;
const CHANGES = `SELECT DISTINCT valid_from AS at FROM calendar_version WHERE status = 'published' AND valid_from > ? ORDER BY 1`;

// Each save has a number of its own: two people who read the same draft cannot both write over it.
const SAVE = `WITH known AS (SELECT coalesce(max(version), 0) AS version, coalesce(max(edit), 0) AS edit FROM calendar_version WHERE calendar_id = ?)
  INSERT INTO calendar_version AS v (calendar_id, version, status, definition, created_by, created_at, changed_by, changed_at)
  SELECT ?::text, known.version + 1, 'draft', ?::jsonb, ?::text, ?::timestamptz, ?::text, ?::timestamptz
  FROM known WHERE ?::integer[] IS NULL OR known.edit = ANY (?::integer[])
  ON CONFLICT (calendar_id) WHERE status = 'draft'
  DO UPDATE SET definition = excluded.definition, edit = excluded.edit, changed_by = excluded.changed_by, changed_at = excluded.changed_at
  RETURNING ${HEAD}, definition`;
const DISCARD = `DELETE FROM calendar_version WHERE calendar_id = ? AND status = 'draft' RETURNING 1`;
const PUBLISH = `UPDATE calendar_version SET status = 'published', valid_from = ?, published_by = ?, published_at = ?
  WHERE calendar_id = ? AND status = 'draft' RETURNING ${HEAD}, definition`;
const RETIRE = `UPDATE calendar_version SET status = 'retired', retired_by = ?, retired_at = ?
  WHERE calendar_id = ? AND version = ? AND status = 'published' RETURNING ${HEAD}, definition`;
