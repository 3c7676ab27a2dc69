/** People's data as those who may see them are shown them. */
import type { StoredHousehold } from '../../db/repositories/households.ts';
import type { Note } from '../../db/repositories/notes.ts';
import type { FoundPerson } from '../../db/repositories/people-search.ts';
import type { RestrictedRecord } from '../../db/repositories/restricted-records.ts';
import type { HouseholdPerson } from '../../domain/people/household.ts';
import { toIso, toIsoOrNull } from '../instants.ts';
import type { NoteViewBody, NoteWrittenBody, RestrictedViewBody, RestrictedWrittenBody } from '../schemas/notes.ts';
import type { HouseholdViewBody, SearchViewBody } from '../schemas/people.ts';

/** The entity tag of what has versions of its own. */
export function versionTag(version: number): string {
  return `"${version}"`;
}

export function householdView({ householdId, household, version, changedAt, changedBy }: StoredHousehold): HouseholdViewBody {
  const { people, addresses, languages, dueDate = null, safeContact = null } = household;
  return {
    household: householdId,
    etag: versionTag(version),
    changedAt: toIsoOrNull(changedAt),
    changedBy,
    people: people.map(personView),
    addresses: [...addresses],
    languages: [...languages],
    dueDate,
    safeContact: safeContact === null ? null : { ...safeContact, channels: [...safeContact.channels] },
  };
}

function personView({ languages, phones, ...person }: HouseholdPerson): HouseholdViewBody['people'][number] {
  return { ...person, languages: [...languages], phones: [...phones] };
}

export function noteView({ text, ...note }: Note): NoteViewBody {
  return { ...noteWritten(note), text };
}

export function noteWritten({ noteId, version, kind, level, author, at, correctedAt }: Omit<Note, 'text'>): NoteWrittenBody {
  return { noteId, etag: versionTag(version), kind, level, author, at: toIso(at), correctedAt: toIsoOrNull(correctedAt) };
}

export function restrictedView({ kind, text, ...record }: RestrictedRecord): RestrictedViewBody {
  return { ...restrictedWritten(record), kind, text };
}

export function restrictedWritten({ recordId, version, author, at }: Omit<RestrictedRecord, 'kind' | 'text'>): RestrictedWrittenBody {
  return { recordId, etag: versionTag(version), author, at: toIso(at) };
}

export function foundView({ householdId, person, cases }: FoundPerson): SearchViewBody['items'][number] {
  const shown = cases.map((found) => ({ ...found, openedAt: toIso(found.openedAt), closedAt: toIsoOrNull(found.closedAt) }));
  return { household: householdId, person: personView(person), cases: shown };
}
