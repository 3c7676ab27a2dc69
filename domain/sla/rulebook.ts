/** Rulebooks as wholes: whether two measure alike, and how long one can. */
import type { Policy, Rulebook } from './policy.ts';

/** Whether nothing would change if one took the other's place. Calendars are compared by version, which is a hash of their content. */
export function sameRulebook(a: Rulebook, b: Rulebook): boolean {
  return a === b || (isEqual(a.policy, b.policy) && isEqual(a.calendarOf, b.calendarOf));
}

/** The instant past which a calendar of the rulebook no longer knows its holidays. */
export function horizonOf({ calendars }: Rulebook): number {
  return Math.min(...Object.values(calendars).map(({ until }) => until));
}

/** `<id>@<version>`. */
export function policyLabel({ id, version }: Pick<Policy, 'id' | 'version'>): string {
  return `${id}@${version}`;
}

/** Equal as JSON, whatever the order of keys; a key without a value is not there. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [definedEntries(a), new Map(definedEntries(b))];
  return left.length === right.size && left.every(([key, value]) => right.has(key) && isEqual(value, right.get(key)));
}

function definedEntries(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, one]) => one !== undefined);
}
