/** What is wrong with a policy before it is published. Words for people are made where it is shown, from the code. */
import { isNoPolicy } from './no-policy.ts';
import { CLOCK_NAMES, URGENCIES, type ClockDefinition, type LadderStep, type Policy, type Span, type Target, type WarningRule } from './policy.ts';

export type PolicyProblemCode =
  | 'clock_missing'
  | 'clock_duplicate'
  | 'target_missing'
  | 'budget_not_positive'
  | 'review_too_short'
  | 'review_too_long'
  | 'span_not_whole'
  | 'span_too_long'
  | 'percent_out_of_range'
  | 'warning_not_positive'
  | 'ladder_starts_unacknowledged'
  | 'attempts_not_positive'
  | 'id_reserved'
  | 'applies_to_nothing'
  | 'territory_unknown'
  | 'need_unknown'
  | 'red_without_on_call';

export interface PolicyProblem {
  readonly code: PolicyProblemCode;
  /** JSON pointer into the policy; for a missing clock, to the list, with its name in `detail`. */
  readonly pointer: string;
  readonly detail?: string;
}

/** What an installation has, for what a policy may name of it. */
export interface PolicyContext {
  readonly territories: readonly string[];
  readonly needs: readonly string[];
}

/** A check that must look outside the policy (who is on call), made when a policy is validated and again when it is published. */
export type PolicyCheck = (policy: Policy, validFrom: number) => Promise<readonly PolicyProblem[]>;

const TEN_YEARS_DAYS = 3_653;
const DAY_MS = 86_400_000;
const TEN_YEARS_MS = TEN_YEARS_DAYS * DAY_MS;

/** A review starts again by itself for as long as nobody acts: shorter, a forgotten case would do nothing but record its own reviews. */
const SHORTEST_REVIEW_MS = 1_000;
/** Longer, a case would be forgotten in all but name. */
const LONGEST_REVIEW_DAYS = 92;

/** Without them an alert would never pass to the next step, or an open case could stand without any alarm. */
const ALWAYS_PROMISED: ReadonlySet<string> = new Set(['acknowledgement', 'review']);

/** Every problem of a policy, in its own order; empty when it can be published. Without a context the names it uses are not looked up. */
export function checkPolicy(policy: Policy, context?: PolicyContext): PolicyProblem[] {
  return [
    ...(isNoPolicy(policy) ? [problem('id_reserved', '/id', policy.id)] : []),
    ...checkScope(policy, context),
    ...CLOCK_NAMES.filter((name) => !policy.clocks.some((clock) => clock.name === name)).map((name) => problem('clock_missing', '/clocks', name)),
    ...policy.clocks.flatMap((clock, index) => checkClock(policy, clock, index)),
    ...URGENCIES.flatMap((urgency) => {
      const { exhaustedAfter, minimumGap } = policy.attempts[urgency];
      const pointer = `/attempts/${urgency}`;
      const enough = Number.isInteger(exhaustedAfter) && exhaustedAfter > 0;
      return [...(enough ? [] : [problem('attempts_not_positive', `${pointer}/exhaustedAfter`)]), ...checkBudget(minimumGap, `${pointer}/minimumGap`)];
    }),
  ];
}

function checkScope({ appliesTo = {}, clocks }: Policy, context: PolicyContext | undefined): PolicyProblem[] {
  const lists = Object.entries(appliesTo as Readonly<Record<string, readonly string[]>>);
  const empty = lists.flatMap(([field, list]) => (list.length === 0 ? [problem('applies_to_nothing', `/appliesTo/${field}`)] : []));
  if (context === undefined) return empty;
  return [
    ...empty,
    ...unknown('territory_unknown', appliesTo.territories, context.territories, '/appliesTo/territories'),
    ...unknown('need_unknown', appliesTo.needs, context.needs, '/appliesTo/needs'),
    ...clocks.flatMap(({ byNeed = {} }, index) =>
      Object.keys(byNeed).flatMap((need) =>
        context.needs.includes(need) ? [] : [problem('need_unknown', `/clocks/${index}/byNeed/${escapeToken(need)}`, need)],
      ),
    ),
  ];
}

function unknown(code: PolicyProblemCode, named: readonly string[] = [], known: readonly string[], pointer: string): PolicyProblem[] {
  return named.flatMap((name, index) => (known.includes(name) ? [] : [problem(code, `${pointer}/${index}`, name)]));
}

function checkClock(policy: Policy, clock: ClockDefinition, index: number): PolicyProblem[] {
  const pointer = `/clocks/${index}`;
  const duplicate = policy.clocks.findIndex((other) => other.name === clock.name) < index;
  return [
    ...(duplicate ? [problem('clock_duplicate', `${pointer}/name`, clock.name)] : []),
    ...URGENCIES.flatMap((urgency) => checkTarget(clock, clock.targets[urgency], `${pointer}/targets/${urgency}`)),
    ...Object.entries(clock.byNeed ?? {}).flatMap(([need, targets]) =>
      Object.entries(targets).flatMap(([urgency, target]) => checkTarget(clock, target, `${pointer}/byNeed/${escapeToken(need)}/${urgency}`)),
    ),
  ];
}

function checkTarget(clock: ClockDefinition, target: Target | null, pointer: string): PolicyProblem[] {
  if (target === null) return ALWAYS_PROMISED.has(clock.name) ? [problem('target_missing', pointer)] : [];
  return [
    ...checkBudget(target.budget, `${pointer}/budget`),
    ...(clock.name === 'review' ? checkReview(target.budget, `${pointer}/budget`) : []),
    ...target.warnings.flatMap((rule, index) => checkWarning(rule, `${pointer}/warnings/${index}`)),
    ...target.ladder.flatMap((step, index) => checkStep(step, index, `${pointer}/ladder/${index}`)),
  ];
}

function checkBudget(span: Span, pointer: string): PolicyProblem[] {
  return lengthOf(span) > 0 ? checkSpan(span, pointer) : [problem('budget_not_positive', fieldOf(span, pointer))];
}

function checkReview(span: Span, pointer: string): PolicyProblem[] {
  const length = lengthOf(span);
  const [shortest, longest] = span.unit === 'businessDays' ? [0, LONGEST_REVIEW_DAYS] : [SHORTEST_REVIEW_MS, LONGEST_REVIEW_DAYS * DAY_MS];
  if (length > 0 && length < shortest) return [problem('review_too_short', fieldOf(span, pointer))];
  return length > longest ? [problem('review_too_long', fieldOf(span, pointer))] : [];
}

function checkSpan(span: Span, pointer: string): PolicyProblem[] {
  const length = lengthOf(span);
  if (!Number.isInteger(length)) return [problem('span_not_whole', fieldOf(span, pointer))];
  const limit = span.unit === 'businessDays' ? TEN_YEARS_DAYS : TEN_YEARS_MS;
  return Math.abs(length) < limit ? [] : [problem('span_too_long', fieldOf(span, pointer))];
}

function checkWarning(rule: WarningRule, pointer: string): PolicyProblem[] {
  if ('leftMs' in rule) return rule.leftMs > 0 ? [] : [problem('warning_not_positive', `${pointer}/leftMs`)];
  return rule.percent >= 1 && rule.percent <= 99 ? [] : [problem('percent_out_of_range', `${pointer}/percent`)];
}

function checkStep(step: LadderStep, index: number, pointer: string): PolicyProblem[] {
  if (step.trigger.kind === 'offset') return checkSpan(step.trigger.offset, `${pointer}/trigger/offset`);
  return index === 0 ? [problem('ladder_starts_unacknowledged', `${pointer}/trigger`)] : [];
}

function lengthOf(span: Span): number {
  return span.unit === 'businessDays' ? span.days : span.ms;
}

function fieldOf(span: Span, pointer: string): string {
  return `${pointer}/${span.unit === 'businessDays' ? 'days' : 'ms'}`;
}

function escapeToken(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1');
}

function problem(code: PolicyProblemCode, pointer: string, detail?: string): PolicyProblem {
  return detail === undefined ? { code, pointer } : { code, pointer, detail };
}
