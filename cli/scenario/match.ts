/**
 * Whether what was observed is what a scenario expects. The contract:
 * 1. Every expected field is asserted: one that is missing is a difference. Fields nobody expects are not looked at.
 * 2. Objects match field by field; arrays match element by element and in length; everything else must be equal.
 * 3. An object with `$` keys is an operator: $absent, $any, $oneOf, $not, $gte, $lte, $length, $match, $contains, $sequence, $in, $ago (with $within), $after (with $plus).
 * 4. `@label` is the person of that label; instants compare by value, whatever their notation.
 */
import { durationMs, instantMs } from './duration.ts';

export interface Difference {
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

export interface MatchContext {
  /** The id behind `@label`. */
  readonly personId: (label: string) => string;
  /** When the step was sent: what `$in` and `$ago` count from. */
  readonly now: number;
}

type Operators = Readonly<Record<string, unknown>>;
type Operator = (
  argument: unknown,
  given: { readonly actual: unknown; readonly all: Operators; readonly siblings: unknown; readonly context: MatchContext },
) => boolean;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isOperator = (value: unknown): value is Operators => isObject(value) && Object.keys(value).some((key) => key.startsWith('$'));

/** Arguments of another operator: nothing to check by themselves. */
const COMPANIONS = new Set(['$within', '$plus']);
const DEFAULT_TOLERANCE = '2s';

const OPERATORS: Readonly<Record<string, Operator>> = {
  $absent: (wanted, { actual }) => (actual === undefined) === wanted,
  $any: (_, { actual }) => actual !== undefined && actual !== null,
  $oneOf: (list, { actual, context }) => asArray(list).some((candidate) => matches(candidate, actual, context)),
  $not: (value, { actual, context }) => !matches(value, actual, context),
  $gte: (limit, { actual }) => comparable(actual) >= comparable(limit),
  $lte: (limit, { actual }) => comparable(actual) <= comparable(limit),
  $length: (length, { actual, context }) => Array.isArray(actual) && matches(length, actual.length, context),
  $match: (pattern, { actual }) => typeof actual === 'string' && new RegExp(String(pattern)).test(actual),
  $contains: (list, { actual, context }) =>
    Array.isArray(actual) && asArray(list).every((wanted) => actual.some((element) => matches(wanted, element, context))),
  $sequence: (list, { actual, context }) => Array.isArray(actual) && inOrder(asArray(list), actual, context),
  $in: (length, { actual, all, context }) => near(actual, context.now + durationMs(String(length)), all),
  $ago: (length, { actual, all, context }) => near(actual, context.now - durationMs(String(length)), all),
  $after: (field, { actual, all, siblings }) => {
    const from = instantMs(isObject(siblings) ? siblings[String(field)] : undefined);
    return Math.abs(instantMs(actual) - from - lengthOf(all, '$plus', '0s')) <= lengthOf(all, '$within', '0ms');
  },
};

/** Names of the operators a file may use, for the check before anything is played. */
export const OPERATOR_NAMES: ReadonlySet<string> = new Set([...Object.keys(OPERATORS), ...COMPANIONS]);

/** Every place where the observation is not as expected. */
export function differences(expected: unknown, actual: unknown, context: MatchContext, path = '', siblings?: unknown): Difference[] {
  if (isOperator(expected)) return holds(expected, actual, context, siblings) ? [] : [{ path, expected, actual }];
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return [{ path, expected, actual }];
    return expected.flatMap((element, index) => differences(element, actual[index], context, `${path}/${index}`));
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return [{ path, expected, actual }];
    return Object.entries(expected).flatMap(([key, value]) => differences(value, actual[key], context, `${path}/${key}`, actual));
  }
  return equal(expected, actual, context) ? [] : [{ path, expected, actual }];
}

/** Whether there is no difference. */
export function matches(expected: unknown, actual: unknown, context: MatchContext): boolean {
  return differences(expected, actual, context).length === 0;
}

function equal(expected: unknown, actual: unknown, context: MatchContext): boolean {
  if (typeof expected === 'string' && expected.startsWith('@')) return actual === context.personId(expected.slice(1));
  return expected === actual;
}

function holds(operators: Operators, actual: unknown, context: MatchContext, siblings: unknown): boolean {
  return Object.entries(operators).every(([name, argument]) => {
    if (COMPANIONS.has(name)) return true;
    return OPERATORS[name]?.(argument, { actual, all: operators, siblings, context }) ?? false;
  });
}

function inOrder(wanted: readonly unknown[], actual: readonly unknown[], context: MatchContext): boolean {
  let next = 0;
  for (const element of actual) if (next < wanted.length && matches(wanted[next], element, context)) next++;
  return next === wanted.length;
}

function near(actual: unknown, instant: number, all: Operators): boolean {
  return Math.abs(instantMs(actual) - instant) <= lengthOf(all, '$within', DEFAULT_TOLERANCE);
}

/** A length beside another operator. */
function lengthOf(all: Operators, name: string, otherwise: string): number {
  const value = all[name];
  return durationMs(typeof value === 'string' ? value : otherwise);
}

function comparable(value: unknown): number {
  return instantMs(value);
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
