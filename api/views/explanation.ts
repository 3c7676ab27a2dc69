/** The explanation of a clock and the split of a family's waiting, as they are shown. */
import type { Accountability, WaitingHop } from '../../domain/case/accountability.ts';
import { tellWaiting } from '../../domain/case/accountability-words.ts';
import type { BreachCause } from '../../domain/case/codes.ts';
import type { Cause, ClockExplanation, ExplainedLeg } from '../../domain/case/explanation.ts';
import { tellExplanation } from '../../domain/case/explanation-words.ts';
import type { ExplainedPart } from '../../domain/sla/explanation.ts';
import type { Span } from '../../domain/sla/policy.ts';
import type { Language } from '../../domain/language.ts';
import { toIso, toIsoOrNull } from '../instants.ts';
import type { AccountabilityBody } from '../schemas/accountability.ts';
import type { BreachReviewBody, ClockExplanationBody } from '../schemas/clock.ts';
import { clockView, isOverdue } from './clock.ts';

/** A cause set for a breach. */
export interface ReviewView {
  readonly cause: BreachCause;
  readonly by: string;
  readonly at: number;
}

/** Why a clock stands where it stands, with its sentences; `reviews` in the order they were set. */
export function explanationView(
  caseId: string,
  explanation: ClockExplanation,
  reviews: readonly ReviewView[],
  language: Language,
  asOf: number,
): ClockExplanationBody {
  const { clock, course, due } = explanation;
  const told = tellExplanation(explanation, language, asOf, reviews[reviews.length - 1] ?? null);
  return {
    ...{ caseId, asOf: toIso(asOf), language, timeZone: explanation.calendar.timeZone },
    clock: clockView(clock, isOverdue(clock, asOf)),
    budget: budgetView(explanation.legs[explanation.legs.length - 1]?.budget ?? null),
    ...{ consumedMs: course.consumedMs, totalMs: course.totalMs, leftMs: course.leftMs, overMs: course.overMs },
    due: due === null ? null : { ...due, at: toIso(due.at), promisedAt: toIsoOrNull(due.promisedAt) },
    start: causeView(explanation.start),
    end: explanation.end === null ? null : causeView(explanation.end),
    legs: explanation.legs.map(legView),
    segments: course.parts.map((part, index) => segmentView(explanation, part, told.parts[index]!)),
    ahead: course.ahead.map((part, index) => segmentView(explanation, part, told.ahead[index]!)),
    reviews: reviews.map(reviewView),
    summary: [...told.summary],
  };
}

export function reviewView({ cause, by, at }: ReviewView): BreachReviewBody {
  return { cause, by, at: toIso(at) };
}

/** How a family's waiting was spent, with its sentences. */
export function accountabilityView(caseId: string, account: Accountability, language: Language, asOf: number): AccountabilityBody {
  const told = tellWaiting(account, language, asOf);
  return {
    ...{ caseId, asOf: toIso(asOf), language, timeZone: account.calendar.timeZone },
    ...{ episode: account.episode, from: toIso(account.from), to: toIso(account.to), end: account.end, totalMs: account.ms },
    split: { ...account.split },
    hops: account.hops.map((hop, index) => hopView(hop, told.hops[index]!)),
    summary: told.whole,
  };
}

function hopView({ from, to, municipio, owner, began, ms, split }: WaitingHop, text: string): AccountabilityBody['hops'][number] {
  return { from: toIso(from), to: toIso(to), ...{ municipio, owner, began, totalMs: ms }, split: { ...split }, text };
}

function segmentView({ pauses }: ClockExplanation, part: ExplainedPart, text: string): ClockExplanationBody['segments'][number] {
  const { from, to, kind, countedMs, leg, promised, label } = part;
  const pause = part.pause === null ? undefined : pauses[part.pause];
  return {
    ...{ from: toIso(from), to: toIso(to), kind, countedMs, leg, promised },
    ...(label === undefined ? {} : { label }),
    ...(pause === undefined ? {} : { reason: pause.reason, by: pause.by }),
    text,
  };
}

function legView({ from, to, budget, cause, ...leg }: ExplainedLeg): ClockExplanationBody['legs'][number] {
  return { from: toIso(from), to: toIsoOrNull(to), ...leg, budget: budgetView(budget), cause: cause === null ? null : causeView(cause) };
}

function causeView({ type, at, actor, reason, from, to }: Cause): ClockExplanationBody['start'] {
  return { type, at: toIso(at), by: actor?.id ?? null, reason, from, to };
}

function budgetView(span: Span | null): ClockExplanationBody['budget'] {
  if (span === null) return null;
  if (span.unit !== 'businessDays') return { unit: span.unit, ms: span.ms };
  return { unit: span.unit, days: span.days, ...(span.endOfDay === undefined ? {} : { endOfDay: span.endOfDay }) };
}
