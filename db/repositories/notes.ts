/** Notes on cases, sealed: the texts, never who wrote them and when. A correction adds a version. */
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { HouseholdKey } from '../protection/household-keys.ts';
import { timestamp } from './columns.ts';
import type { Doing, HouseholdKeys } from './household-keys.ts';

export const NOTE_KINDS = ['opening', 'note', 'handover', 'closure'] as const;
/** Notes of the last two kinds are summaries of what they are named after; `opening` is what the call was about. */
export type NoteKind = (typeof NOTE_KINDS)[number];

/** Who may read it: everybody at work on the case, or the second level alone. */
export type NoteLevel = 'first' | 'second';

export interface Note {
  readonly noteId: string;
  readonly version: number;
  readonly kind: NoteKind;
  readonly level: NoteLevel;
  readonly author: string;
  /** When it was first written. */
  readonly at: number;
  /** When this version was. */
  readonly correctedAt: number | null;
  readonly text: string;
}

export interface NewNote {
  readonly caseId: string;
  readonly householdId: string;
  readonly kind: NoteKind;
  readonly level: NoteLevel;
  readonly text: string;
}

export interface NoteRepository {
  /** The latest version of each, in the order they were written. Throws `HouseholdErased`. */
  list(of: { readonly caseId: string; readonly householdId: string; readonly levels: readonly NoteLevel[] }, trx?: Knex): Promise<readonly Note[]>;
  /** Throws `HouseholdErased`. */
  add(note: NewNote, doing: Doing, trx: Knex): Promise<Note>;
  /** The latest version, held for a correction; null for none of these levels on that case. Throws `HouseholdErased`. */
  find(
    of: { readonly noteId: string; readonly caseId: string; readonly householdId: string; readonly levels: readonly NoteLevel[] },
    trx: Knex,
  ): Promise<Note | null>;
  /** Writes another version. Throws `HouseholdErased`. */
  correct(note: Note, of: { readonly caseId: string; readonly householdId: string; readonly text: string }, doing: Doing, trx: Knex): Promise<Note>;
}

interface NoteRow {
  readonly note_id: string;
  readonly version: number;
  readonly kind: NoteKind;
  readonly level: NoteLevel;
  readonly author: string;
  readonly at: number;
  readonly first_at: number;
  readonly sealed: Buffer;
}

export function createNoteRepository(knex: Knex, keys: HouseholdKeys): NoteRepository {
  async function read(sql: string, bindings: readonly unknown[], householdId: string, trx: Knex): Promise<readonly Note[]> {
    const { rows } = await trx.raw<{ rows: NoteRow[] }>(sql, bindings as Knex.RawBinding[]);
    if (rows.length === 0) return [];
    const key = await keys.find(householdId, trx);
    return key === null ? [] : rows.map((row) => noteOf(row, key));
  }

  async function insert(note: Note, { caseId, householdId }: { caseId: string; householdId: string }, doing: Doing, trx: Knex): Promise<void> {
    const key = await keys.ensure(householdId, doing, trx);
    const { noteId, version, kind, level, author, text } = note;
    const sealed = key.seal(notePlace(noteId, version), { text });
    await trx.raw(INSERT, [noteId, version, householdId, caseId, kind, level, author, timestamp(doing.at), sealed]);
  }

  return {
    list: ({ caseId, householdId, levels }, trx = knex) => read(`SELECT * FROM (${LATEST}) n ORDER BY first_at, note_id`, [caseId, levels], householdId, trx),

    async add({ caseId, householdId, kind, level, text }, doing, trx) {
      const note = { noteId: randomUUID(), version: 1, kind, level, author: doing.by, at: doing.at, correctedAt: null, text };
      await insert(note, { caseId, householdId }, doing, trx);
      return note;
    },

    async find({ noteId, caseId, householdId, levels }, trx) {
      // Two corrections at once: the second waits for the first, and then finds its tag changed.
      await trx.raw('SELECT 1 FROM note WHERE note_id = ? AND version = 1 FOR UPDATE', [noteId]);
      return (await read(`SELECT * FROM (${LATEST}) n WHERE note_id = ?`, [caseId, levels, noteId], householdId, trx))[0] ?? null;
    },

    async correct(note, { text, ...of }, doing, trx) {
      const next = { ...note, version: note.version + 1, correctedAt: doing.at, text };
      await insert(next, of, doing, trx);
      return next;
    },
  };
}

function notePlace(noteId: string, version: number): { readonly table: string; readonly row: string } {
  return { table: 'note', row: `${noteId}:${version}` };
}

function noteOf({ note_id: noteId, version, kind, level, author, at, first_at: firstAt, sealed }: NoteRow, key: HouseholdKey): Note {
  const { text } = key.open<{ text: string }>(notePlace(noteId, version), sealed);
  return { noteId, version, kind, level, author, at: firstAt, correctedAt: version === 1 ? null : at, text };
}

const LATEST = `SELECT DISTINCT ON (note_id) note_id, version, kind, level, author, at, min(at) OVER (PARTITION BY note_id) AS first_at, sealed
  FROM note WHERE case_id = ?::uuid AND level = ANY(?::text[]) ORDER BY note_id, version DESC`;

const INSERT = 'INSERT INTO note (note_id, version, household_id, case_id, kind, level, author, at, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)';
