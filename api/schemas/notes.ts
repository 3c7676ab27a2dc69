/** Notes on a case and the restricted compartment of its household. */
import { Type, type Static } from 'typebox';
import { CLOSED, Code, Instant, Nullable, Uuid } from './common.ts';

const NOTE_KINDS = ['opening', 'note', 'handover', 'closure'] as const;
const LEVELS = ['first', 'second'] as const;
const RESTRICTED_KINDS = ['refuge_address', 'court_order', 'criminal_data'] as const;

const Text = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '^[^\\p{Cs}\\0]*[^\\p{Cs}\\0\\s][^\\p{Cs}\\0]*$' });
const NOTE_CHARACTERS = 10_000;
const RESTRICTED_CHARACTERS = 4_000;

export const NoteParams = Type.Object({ caseId: Uuid, noteId: Uuid });
export const RecordParams = Type.Object({ caseId: Uuid, recordId: Uuid });

export const NoteBody = Type.Object(
  {
    text: Text(NOTE_CHARACTERS),
    kind: Type.Optional(Type.Enum(['note', 'handover', 'closure'], { description: '`note` unless told; the others are summaries, of the second level' })),
    level: Type.Optional(Type.Enum([...LEVELS], { description: 'Who may read it; the writer’s own unless told. Only the second level writes for the second' })),
  },
  CLOSED,
);
export const NoteChange = Type.Object({ text: Text(NOTE_CHARACTERS) }, CLOSED);

export const NoteView = Type.Object(
  {
    noteId: Type.String(),
    etag: Type.String({ description: 'For `If-Match`: of this note' }),
    kind: Code(NOTE_KINDS),
    level: Code(LEVELS),
    author: Type.String(),
    at: Instant,
    correctedAt: Nullable(Instant),
    text: Type.String(),
  },
  { $id: 'Note', description: 'A note as it reads now' },
);
export type NoteViewBody = Static<typeof NoteView>;

/** What writing answers: kept for a repeated key, so without the text. */
export const NoteWritten = Type.Omit(NoteView, ['text'], { $id: 'NoteWritten', description: 'A note that was written' });
export type NoteWrittenBody = Static<typeof NoteWritten>;

export const RestrictedBody = Type.Object({ kind: Code(RESTRICTED_KINDS), text: Text(RESTRICTED_CHARACTERS) }, CLOSED);
export const RestrictedChange = Type.Object({ text: Text(RESTRICTED_CHARACTERS) }, CLOSED);

export const RestrictedView = Type.Object(
  {
    recordId: Type.String(),
    etag: Type.String({ description: 'For `If-Match`: of this record' }),
    kind: Code(RESTRICTED_KINDS),
    author: Type.String({ description: 'Of this version' }),
    at: Instant,
    text: Type.String(),
  },
  { $id: 'RestrictedRecord', description: 'Where a refuge is, or what falls under article 10 of the GDPR' },
);
export type RestrictedViewBody = Static<typeof RestrictedView>;

export const RestrictedWritten = Type.Omit(RestrictedView, ['text', 'kind'], { $id: 'RestrictedRecordWritten', description: 'A record that was written' });
export type RestrictedWrittenBody = Static<typeof RestrictedWritten>;
