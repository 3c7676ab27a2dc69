/** A clock as it is shown, and the explanation behind "why?". */
import { Type, type Static } from 'typebox';
import { BREACH_CAUSES } from '../../domain/case/codes.ts';
import { ClockNameCode, Code, Instant, Nullable, TerritoryCode, UrgencyCode } from './common.ts';

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
    breach: Nullable(
      Type.Object({ dueAt: Instant, detectedAt: Instant, recordedLate: Type.Boolean(), municipio: Nullable(TerritoryCode), urgency: UrgencyCode }),
    ),
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
    countedMs: Type.Integer({ description: 'Its length when it counts, else 0' }),
    leg: Type.Integer({ description: 'Index in `legs`: what it was measured by' }),
    promised: Type.Boolean({ description: 'False where nothing was promised, and nothing counted' }),
    label: Type.Optional(Type.String({ description: 'Name of the holiday, reason of the closure or of the special hours' })),
    reason: Type.Optional(Type.String({ description: 'Of a pause' })),
    by: Type.Optional(Type.String({ description: 'Who asked for the pause' })),
    text: Type.String({ description: 'The same as a sentence, in the language of the answer' }),
  },
  { $id: 'ClockSegment' },
);
const Segments = Type.Array(Type.Unsafe<Static<typeof ClockSegment>>({ $ref: 'ClockSegment#' }));

const Budget = Nullable(
  Type.Object({
    unit: Type.Enum(['wall', 'working', 'businessDays']),
    ms: Type.Optional(Type.Integer()),
    days: Type.Optional(Type.Integer()),
    endOfDay: Type.Optional(Type.Boolean({ description: 'Due at the closing of that day' })),
  }),
);

export const ClockCause = Type.Object(
  {
    type: Type.String({ description: 'The event; `reached` for an attempt in which the family was spoken with, `idle` for nothing else being due' }),
    at: Instant,
    by: Nullable(Type.String({ description: 'Who, or `system`; null for `idle`' })),
    reason: Nullable(Type.String()),
    from: Nullable(Type.String({ description: 'Urgency, municipio or policy before' })),
    to: Nullable(Type.String({ description: 'Urgency, municipio or policy after; who was given the case' })),
  },
  { $id: 'ClockCause' },
);
const CauseRef = Type.Unsafe<Static<typeof ClockCause>>({ $ref: 'ClockCause#' });

const Leg = Type.Object({
  from: Instant,
  to: Nullable(Instant),
  urgency: UrgencyCode,
  municipio: Nullable(TerritoryCode),
  policy: Type.String({ description: '`id@version`' }),
  calendar: Type.String({ description: '`id@version` of the municipio’s calendar; a wall-clock promise does not look at it' }),
  budget: Budget,
  cause: Nullable(CauseRef),
});

const Due = Type.Object({
  at: Instant,
  reason: Type.Enum(['promised_instant', 'budget_used_up', 'business_days', 'after_changes', 'already_over']),
  promisedAt: Nullable(Instant),
  pausedMs: Type.Integer({ description: 'Opening time spent waiting before it, added after' }),
});

export const BreachReview = Type.Object({ cause: Code(BREACH_CAUSES), by: Type.String(), at: Instant }, { $id: 'BreachReview' });
export type BreachReviewBody = Static<typeof BreachReview>;

export const ClockExplanation = Type.Object(
  {
    caseId: Type.String(),
    asOf: Instant,
    language: Type.Enum(['it', 'en']),
    timeZone: Type.String({ description: 'Of the hours told in the sentences' }),
    clock: Type.Unsafe<ClockViewBody>({ $ref: 'Clock#' }),
    budget: Budget,
    consumedMs: Type.Integer({ description: 'Time counted up to `asOf` (or to its stop): what the segments add up to' }),
    totalMs: Nullable(Type.Integer({ description: 'Time counted from start to due: the budget, or what business days or a promised instant come to' })),
    leftMs: Nullable(Type.Integer({ description: 'Of the total, still to count: what the segments ahead add up to' })),
    overMs: Nullable(Type.Integer({ description: 'Counted beyond the total' })),
    due: Nullable(Due),
    start: CauseRef,
    end: Nullable(CauseRef),
    legs: Type.Array(Leg, { description: 'What it was measured by, in order: urgency, municipio, policy, calendar' }),
    segments: Segments,
    ahead: Segments,
    reviews: Type.Array(Type.Unsafe<BreachReviewBody>({ $ref: 'BreachReview#' }), { description: 'Causes set for its breach, the one in force last' }),
    summary: Type.Array(Type.String(), { description: 'The whole in sentences' }),
  },
  { $id: 'ClockExplanation' },
);
export type ClockExplanationBody = Static<typeof ClockExplanation>;
