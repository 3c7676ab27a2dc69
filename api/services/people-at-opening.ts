/** The people of a new case, written in the transaction that opens it: both are there, or neither. */
import type { Knex } from 'knex';
import type { HouseholdRepository } from '../../db/repositories/households.ts';
import type { NoteRepository } from '../../db/repositories/notes.ts';
import { scopeFor, type Person } from '../../domain/access/policy.ts';
import { ApiProblem } from '../api-problem.ts';
import type { PeopleAtOpeningRequest } from '../schemas/people.ts';
import { householdAtOpening } from './people-input.ts';

/** Written with the first revision of a case, in its transaction. */
export type WithOpening = (trx: Knex, opened: { readonly caseId: string; readonly household: string; readonly at: number }) => Promise<void>;

export interface PeopleAtOpeningDeps {
  readonly households: Pick<HouseholdRepository, 'countCases' | 'write'>;
  readonly notes: Pick<NoteRepository, 'add'>;
}

export interface OpeningHousehold {
  /** The id the body names; undefined for a new household. */
  readonly household?: string | undefined;
  readonly people?: PeopleAtOpeningRequest | undefined;
}

/**
 * What is to be written, or null for nothing. A household that has cases is joined only by who reaches one of them, and changed later: its id must open no
 * record to anybody. Throws `ApiProblem`.
 */
export async function peopleAtOpening(deps: PeopleAtOpeningDeps, { household, people }: OpeningHousehold, person: Person): Promise<WithOpening | null> {
  const known = household !== undefined && (await isKnown(deps, household, person));
  if (people === undefined) return null;
  const { summary, ...about } = people;
  if (known && Object.keys(about).length > 0) {
    throw new ApiProblem('household_known', { errors: Object.keys(about).map((field) => ({ pointer: `/people/${field}`, rule: 'absent', message: field })) });
  }
  const written = known ? null : householdAtOpening(about);
  return async (trx, { caseId, household: householdId, at }) => {
    const doing = { by: person.id, at };
    if (written !== null) await deps.households.write(householdId, written, doing, trx);
    if (summary !== undefined) await deps.notes.add({ caseId, householdId, kind: 'opening', level: 'first', text: summary }, doing, trx);
  };
}

async function isKnown({ households }: PeopleAtOpeningDeps, household: string, person: Person): Promise<boolean> {
  const { all, inScope } = await households.countCases(household, scopeFor('household.read', person) ?? { kind: 'none' });
  if (all > 0 && inScope === 0) throw new ApiProblem('household_unknown', { errors: [{ pointer: '/household', rule: 'known', message: household }] });
  return all > 0;
}
