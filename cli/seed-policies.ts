/** The policy a new installation starts with, published once: an installation that has any policy is left as it is. */
import type { Knex } from 'knex';
import { createPolicyRepository } from '../db/repositories/policies.ts';
import { DEFAULT_POLICY } from '../domain/sla/default-policy.ts';

const SEEDER = 'seed';
/** In force for whatever instant is asked about. */
const ALWAYS = 0;

/** Whether it was published now. */
export async function seedPolicies(knex: Knex, at: number): Promise<boolean> {
  const policies = createPolicyRepository(knex);
  return knex.transaction(async (trx) => {
    await policies.lock(trx);
    if ((await policies.list({ limit: 1 }, trx)).items.length > 0) return false;
    const { version: _, ...draft } = DEFAULT_POLICY;
    await policies.saveDraft(draft, { by: SEEDER, at, ifEdit: null }, trx);
    await policies.publishDraft(draft.id, { by: SEEDER, at, validFrom: ALWAYS }, trx);
    return true;
  });
}
