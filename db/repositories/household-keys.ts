/** The key of each household as it is stored. Nothing is remembered between two calls: who is erased is erased for every process at once. */
import type { Knex } from 'knex';
import { HouseholdErased } from '../protection/errors.ts';
import type { HouseholdKey } from '../protection/household-keys.ts';
import type { Protection } from '../protection/protection.ts';
import { timestamp } from './columns.ts';

/** Who does something, and when. */
export interface Doing {
  readonly by: string;
  readonly at: number;
}

export interface HouseholdKeys {
  /** Null for a household of which nothing was ever kept. Throws `HouseholdErased`. */
  find(householdId: string, trx?: Knex): Promise<HouseholdKey | null>;
  /** Makes the household's row and key where there are none. Throws `HouseholdErased`. */
  ensure(householdId: string, doing: Doing, trx?: Knex): Promise<HouseholdKey>;
}

interface KeyRow {
  readonly key_id: string | null;
  readonly wrapped_key: Buffer | null;
}

export function createHouseholdKeys(knex: Knex, protection: Protection): HouseholdKeys {
  async function find(householdId: string, trx: Knex = knex): Promise<HouseholdKey | null> {
    const { rows } = await trx.raw<{ rows: KeyRow[] }>('SELECT key_id, wrapped_key FROM household WHERE household_id = ?', [householdId]);
    return rows[0] === undefined ? null : openStored(protection, householdId, rows[0]);
  }
  return {
    find,
    async ensure(householdId, { by, at }, trx = knex) {
      const known = await find(householdId, trx);
      if (known !== null) return known;
      const { key, stored } = protection.newHousehold(householdId);
      const { rows } = await trx.raw<{ rows: unknown[] }>(CREATE, [householdId, stored.keyId, stored.wrapped, timestamp(at), timestamp(at), by]);
      // Somebody else made it meanwhile: theirs is the key.
      return rows.length > 0 ? key : ((await find(householdId, trx)) ?? key);
    },
  };
}

/** Throws `HouseholdErased`, `KeyUnknown` or `SealBroken`. */
export function openStored(protection: Protection, householdId: string, { key_id: keyId, wrapped_key: wrapped }: KeyRow): HouseholdKey {
  if (keyId === null || wrapped === null) throw new HouseholdErased(householdId);
  return protection.openHousehold(householdId, { keyId, wrapped });
}

const CREATE = `INSERT INTO household (household_id, key_id, wrapped_key, version, created_at, changed_at, changed_by)
  VALUES (?, ?, ?, 1, ?, ?, ?) ON CONFLICT (household_id) DO NOTHING RETURNING 1`;
