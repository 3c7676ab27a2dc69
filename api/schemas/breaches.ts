/** Broken promises and their causes. */
import { Type, type Static } from 'typebox';
import { BREACH_CAUSES } from '../../domain/case/codes.ts';
import type { BreachReviewBody } from './clock.ts';
import { CLOSED, ClockNameCode, Code, Instant, Nullable, TerritoryCode, UrgencyCode, Uuid } from './common.ts';

const Review = Type.Unsafe<BreachReviewBody>({ $ref: 'BreachReview#' });

const BREACH = {
  caseId: Uuid,
  episode: Type.Integer(),
  clockId: Type.String(),
  clock: ClockNameCode,
  municipio: Nullable(TerritoryCode),
  urgency: UrgencyCode,
  dueAt: Instant,
  detectedAt: Instant,
  recordedLate: Type.Boolean({ description: 'The promise had been kept in time, as was told later' }),
  stoppedAt: Nullable(Instant),
} as const;

/** One line of the list: with whom the case was and how urgent when the promise was broken, and the cause in force. */
export const BreachView = Type.Object({ ...BREACH, review: Nullable(Review) }, { $id: 'Breach' });
export type BreachBody = Static<typeof BreachView>;

export const BreachPage = Type.Object(
  { asOf: Instant, items: Type.Array(Type.Unsafe<BreachBody>({ $ref: 'Breach#' })), next: Nullable(Type.String()) },
  { $id: 'BreachPage' },
);

/** The answer to a review: the breach with every cause set so far. */
export const ReviewedBreach = Type.Object({ ...BREACH, reviews: Type.Array(Review, { description: 'The one in force last' }) }, { $id: 'ReviewedBreach' });
export type ReviewedBreachBody = Static<typeof ReviewedBreach>;

export const ReviewBreachBody = Type.Object(
  {
    clock: Type.String({ pattern: '^[A-Za-z]+-[1-9][0-9]{0,5}$', description: 'Id of the clock that breached', examples: ['claim-1'] }),
    cause: Code(BREACH_CAUSES),
    episode: Type.Optional(Type.Integer({ minimum: 1, maximum: 9_999, description: 'The current one unless told' })),
  },
  CLOSED,
);
