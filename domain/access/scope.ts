/** Which cases a person may touch, as data a repository turns into a SQL `where`. Somebody else's case is not forbidden: it does not exist. */
import type { Territory } from '../sla/policy.ts';

/**
 * `municipi` covers the cases of those municipi, those offered to one of them, those owned by or offered to `person`, and, where `CENTRAL` is among them,
 * cases without a municipio, those whose competence is disputed and those an alert tells the central team about.
 */
export type CaseScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'municipi'; readonly municipi: readonly Territory[]; readonly person: string }
  | { readonly kind: 'none' };

/** What a scope looks at in a case; the fields of its row. */
export interface ScopedCase {
  readonly municipio: Territory | null;
  readonly owner: string | null;
  readonly handoverTo: string | null;
  readonly disputed: boolean;
  readonly centralAlerted: boolean;
}

/** The team that answers for what no municipio has. */
export const CENTRAL: Territory = 'CENTRAL';

/** The scope as a predicate: the reference for the SQL `where` of the repositories, and for lists already in memory. */
export function inScope(scope: CaseScope, subject: ScopedCase): boolean {
  if (scope.kind !== 'municipi') return scope.kind === 'all';
  if (subject.owner === scope.person || subject.handoverTo === scope.person) return true;
  if (subject.municipio !== null && scope.municipi.includes(subject.municipio)) return true;
  if (scope.municipi.some((municipio) => subject.handoverTo === `team:${municipio}`)) return true;
  return scope.municipi.includes(CENTRAL) && (subject.municipio === null || subject.disputed || subject.centralAlerted);
}

/** Everything either scope covers. */
export function unionOf(a: CaseScope, b: CaseScope): CaseScope {
  if (a.kind === 'all' || b.kind === 'none') return a;
  if (b.kind === 'all' || a.kind === 'none') return b;
  return { ...a, municipi: [...new Set([...a.municipi, ...b.municipi])] };
}
