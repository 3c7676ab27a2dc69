/** What keeps people's data, over one set of keys. */
import type { Knex } from 'knex';
import type { Protection } from '../db/protection/protection.ts';
import { createHouseholdKeys } from '../db/repositories/household-keys.ts';
import { createHouseholdRepository } from '../db/repositories/households.ts';
import { createNoteRepository } from '../db/repositories/notes.ts';
import { createPeopleSearch } from '../db/repositories/people-search.ts';
import { createRestrictedRecordRepository } from '../db/repositories/restricted-records.ts';
import type { RouteDeps } from './routes/dependencies.ts';

export function createPeopleRepositories(knex: Knex, protection: Protection): Pick<RouteDeps, 'households' | 'notes' | 'restricted' | 'searchPeople'> {
  const keys = createHouseholdKeys(knex, protection);
  return {
    households: createHouseholdRepository(knex, protection),
    notes: createNoteRepository(knex, keys),
    restricted: createRestrictedRecordRepository(knex, keys),
    searchPeople: createPeopleSearch(knex, protection),
  };
}
