/** A clock as it is shown, and the explanation behind "why?". */
import { Type, type Static } from 'typebox';
import { ClockNameCode, Instant, Nullable } from './common.ts';

export const ClockView = Type.Object(
  {
    id: Type.String({ description: '`<name>-<ordinal>`, unique within an episode', examples: ['claim-1'] }),
    name: ClockNameCode,
    ordinal: Type.Integer(),
    episode: Type.Integer(),
    party: Type.String({ description: 'Whose promise it is' }),
    ref: Type.Integer({ description: 'Number of the attempt, step, alert, handover... it is about' }),
    status: Type.Enum(['running', 'met', 'ended']),
    startedAt: Instant,
    stoppedAt: Nullable(Instant),
    dueAt: Nullable(Instant),
    paused: Type.Boolean(),
    overdue: Type.Boolean({ description: 'Still running past its due instant at `asOf`' }),
    breach: Nullable(Type.Object({ dueAt: Instant, detectedAt: Instant, recordedLate: Type.Boolean() })),
    warnings: Type.Integer({ description: 'Warnings given so far' }),
  },
  { $id: 'Clock' },
);
export type ClockViewBody = Static<typeof ClockView>;

export const ClockSegment = Type.Object(
  {
    from: Instant,
    to: Instant,
    kind: Type.Enum(['open', 'closed', 'holiday', 'paused']),
    countedMs: Type.Integer(),
    label: Type.Optional(Type.String()),
    reason: Type.Optional(Type.String({ description: 'Of a pause' })),
    by: Type.Optional(Type.String({ description: 'Who asked for a pause' })),
  },
  { $id: 'ClockSegment' },
);

export const ClockExplanation = Type.Object(
  {
    caseId: Type.String(),
    asOf: Instant,
    clock: Type.Unsafe<ClockViewBody>({ $ref: 'Clock#' }),
    budget: Nullable(
      Type.Object({ unit: Type.Enum(['wall', 'working', 'businessDays']), ms: Type.Optional(Type.Integer()), days: Type.Optional(Type.Integer()) }),
    ),
    consumedMs: Type.Integer({ description: 'Time counted up to `asOf` (or to its stop): what the segments add up to' }),
    segments: Type.Array(Type.Unsafe<Static<typeof ClockSegment>>({ $ref: 'ClockSegment#' })),
  },
  { $id: 'ClockExplanation' },
);
export type ClockExplanationBody = Static<typeof ClockExplanation>;
