/** Broken promises as they are shown. */
import type { Breach, BreachReview } from '../../db/repositories/breaches.ts';
import { toIso, toIsoOrNull } from '../instants.ts';
import type { BreachBody, ReviewedBreachBody } from '../schemas/breaches.ts';
import { reviewView } from './explanation.ts';

export function breachView({ review, ...breach }: Breach): BreachBody {
  return { ...factsOf(breach), review: review === null ? null : reviewView(review) };
}

/** A breach with every cause set for it, the one in force last. */
export function reviewedBreachView({ review: _, ...breach }: Breach, reviews: readonly BreachReview[]): ReviewedBreachBody {
  return { ...factsOf(breach), reviews: reviews.map(reviewView) };
}

function factsOf({ dueAt, detectedAt, stoppedAt, ...breach }: Omit<Breach, 'review'>): Omit<BreachBody, 'review'> {
  return { ...breach, dueAt: toIso(dueAt), detectedAt: toIso(detectedAt), stoppedAt: toIsoOrNull(stoppedAt) };
}
