/** Whose people somebody may meet: those of a case in reach, and a household only through a case of its own. */
import type { CaseHousehold, HouseholdRepository } from '../../db/repositories/households.ts';
import { scopeFor } from '../../domain/access/policy.ts';
import { holdsCase } from '../../domain/access/reach.ts';
import { inScope, unionOf } from '../../domain/access/scope.ts';
import { ApiProblem } from '../api-problem.ts';
import type { Caller } from '../plugins/auth.ts';

/** The case in reach of who asks: 404 for one they may not even read, 403 for one they may read but not do this to. */
export async function caseInReach(households: Pick<HouseholdRepository, 'ofCase'>, caseId: string, { person, scope }: Caller): Promise<CaseHousehold> {
  const visible = unionOf(scope, scopeFor('case.read', person) ?? { kind: 'none' });
  const found = await households.ofCase(caseId, visible);
  if (found === null) throw new ApiProblem('case_unknown');
  if (!inScope(scope, found)) throw new ApiProblem('forbidden');
  return found;
}

/** The same for who writes about a family, or opens what is kept apart: from aside (an offer, a dispute, an alert) 403. */
export async function caseHeld(households: Pick<HouseholdRepository, 'ofCase'>, caseId: string, caller: Caller): Promise<CaseHousehold> {
  const found = await caseInReach(households, caseId, caller);
  if (!holdsCase(caller.scope, found)) throw new ApiProblem('forbidden');
  return found;
}

/** The entity tags sent, for what must not be overwritten unseen. Throws `ApiProblem`. */
export function requiredTags(tags: readonly number[] | null): readonly number[] {
  if (tags === null) throw new ApiProblem('if_match_missing');
  return tags;
}
