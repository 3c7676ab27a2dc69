/** The policy a new installation starts with, published once: an installation that has any policy is left as it is. */
import type { Knex } from 'knex';
import { createPolicyRepository } from '../db/repositories/policies.ts';
import { DEFAULT_POLICY } from '../domain/sla/default-policy.ts';

const SEEDER = 'seed';
/** In force for whatever instant is asked about. */
const ALWAYS = 0;
/** Any number, the same for every process of the product. */
const SEED_LOCK = 202_022;

/** Whether it was published now. */
export async function seedPolicies(knex: Knex, at: number): Promise<boolean> {
  const policies = createPolicyRepository(knex);
  return knex.transaction(async (trx) => {
    await trx.raw('SELECT pg_advisory_xact_lock(?)', [SEED_LOCK]);
    if ((await policies.list({ limit: 1 }, trx)).items.length > 0) return false;
    const { version: _, ...draft } = DEFAULT_POLICY;
    const created = await policies.createDraft(draft, { by: SEEDER, at }, trx);
    if (created !== null) await policies.publish(created, { by: SEEDER, at, validFrom: ALWAYS }, trx);
    return true;
  });
}
