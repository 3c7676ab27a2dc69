/**
 * Which policy a case is measured by. The contract:
 * 1. Of each policy one version is in force: the one published last among those whose time has come. A retired version gives way to the one before it.
 * 2. Of the policies in force that apply to the case the most specific wins: more named dimensions first, then territory before need before urgency.
 * 3. Of two as specific the one valid later wins, then the id: the answer never depends on the order of a table.
 */
import type { Policy, Territory, Urgency } from './policy.ts';

/** What a policy looks at in a case. */
export interface CaseFacts {
  /** `CENTRAL` while no municipio is competent. */
  readonly territory: Territory;
  readonly primaryNeed: string;
  readonly urgency: Urgency;
}

export interface PublishedPolicy {
  readonly policy: Policy;
  readonly validFrom: number;
  /** From then on it is not in force; null for one that is not retired. */
  readonly retiredAt: number | null;
}

/** The version of each policy that is in force at an instant. */
export function inForceAt(published: readonly PublishedPolicy[], at: number): readonly PublishedPolicy[] {
  const latest = new Map<string, PublishedPolicy>();
  for (const one of published) {
    if (one.validFrom > at || (one.retiredAt !== null && one.retiredAt <= at)) continue;
    const known = latest.get(one.policy.id);
    if (known === undefined || succeeds(one, known)) latest.set(one.policy.id, one);
  }
  return [...latest.values()];
}

/** The policy of a case among those in force; null when none applies. */
export function pickPolicy(inForce: readonly PublishedPolicy[], facts: CaseFacts): PublishedPolicy | null {
  const [best = null] = inForce.filter(({ policy }) => appliesTo(policy, facts)).sort(byPrecedence);
  return best;
}

export function appliesTo({ appliesTo: scope }: Policy, { territory, primaryNeed, urgency }: CaseFacts): boolean {
  return admits(scope?.territories, territory) && admits(scope?.needs, primaryNeed) && admits(scope?.urgencies, urgency);
}

function admits<T>(list: readonly T[] | undefined, value: T): boolean {
  return list === undefined || list.includes(value);
}

function succeeds(one: PublishedPolicy, other: PublishedPolicy): boolean {
  return one.validFrom > other.validFrom || (one.validFrom === other.validFrom && one.policy.version > other.policy.version);
}

function byPrecedence(a: PublishedPolicy, b: PublishedPolicy): number {
  return specificity(b.policy) - specificity(a.policy) || b.validFrom - a.validFrom || (a.policy.id < b.policy.id ? -1 : 1);
}

/** The number of named dimensions counts before which they are. */
function specificity({ appliesTo: scope = {} }: Policy): number {
  const named = [scope.territories, scope.needs, scope.urgencies].map((list) => (list === undefined ? 0 : 1));
  const [territory = 0, need = 0, urgency = 0] = named;
  return (territory + need + urgency) * 8 + territory * 4 + need * 2 + urgency;
}
