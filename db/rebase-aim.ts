/** What one case of a batch is to be measured by, or why not. */
import { factsOf } from '../domain/case/rebase.ts';
import { rulebookOf, type CaseState } from '../domain/case/state.ts';
import { isNoPolicy } from '../domain/sla/no-policy.ts';
import type { Rulebook } from '../domain/sla/policy.ts';
import type { RebaseTarget } from './repositories/rebases.ts';
import type { RulebookSource } from './repositories/rulebook-source.ts';

/** `other_policy`: a more specific one applies to it. `no_policy`: none does; what was promised once is not taken away by a gap in a table. */
export type RebaseAim = { readonly rulebook: Rulebook } | { readonly skip: 'other_policy' | 'no_policy' };

export interface AimRequest {
  readonly target: RebaseTarget;
  readonly state: CaseState;
  readonly at: number;
}

export async function rebaseAim(source: RulebookSource, { target, state, at }: AimRequest): Promise<RebaseAim> {
  const pinned = rulebookOf(state);
  if (target.to === 'calendars') return { rulebook: await source.withCalendars(at, pinned.policy) };
  const facts = factsOf(state);
  const rulebook = target.to === 'inForce' ? await source.current(at, facts) : await source.withCandidate(at, facts, target.policy, at);
  if (isNoPolicy(rulebook.policy) && !isNoPolicy(pinned.policy)) return { skip: 'no_policy' };
  const wanted = target.to === 'inForce' ? target.policyId : target.policy.id;
  return wanted === undefined || wanted === rulebook.policy.id ? { rulebook } : { skip: 'other_policy' };
}
