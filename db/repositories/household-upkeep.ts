/** What is done to many households at once, or for good: wrapping keys anew when the master key is rotated, and erasing. */
import type { Knex } from 'knex';
import type { Protection } from '../protection/protection.ts';
import { timestamp } from './columns.ts';
import { openStored } from './household-keys.ts';
import { insertTokens, peopleOf } from './households.ts';

export interface KeyUse {
  readonly keyId: string;
  readonly households: number;
  readonly tokens: number;
}

export interface HouseholdUpkeep {
  /** How much each master key still holds. */
  keyUse(): Promise<readonly KeyUse[]>;
  /**
   * Brings some households to the current master key, one transaction for all of them: their keys are wrapped anew, and what their people are found by is made
   * anew. Returns how many; 0 when none is left. Those somebody else has in hand are left for another call. Throws `KeyUnknown` or `SealBroken`.
   */
  rotateSome(limit: number): Promise<number>;
  /**
   * Destroys a household's key and everything it sealed; only the fact stays. Returns false where there is nothing to erase.
   * Copies of the database hold the wrapped key until they expire.
   */
  erase(householdId: string, doing: { readonly by: string; readonly at: number }, trx?: Knex): Promise<boolean>;
}

interface KeyRow {
  readonly household_id: string;
  readonly key_id: string;
  readonly wrapped_key: Buffer;
}

export function createHouseholdUpkeep(knex: Knex, protection: Protection): HouseholdUpkeep {
  async function rotate(trx: Knex, { household_id: householdId, ...stored }: KeyRow): Promise<void> {
    const key = openStored(protection, householdId, stored);
    const { keyId, wrapped } = protection.rewrap(householdId, { keyId: stored.key_id, wrapped: stored.wrapped_key });
    await trx.raw('DELETE FROM person_token t USING person p WHERE p.person_id = t.person_id AND p.household_id = ?', [householdId]);
    await insertTokens(trx, protection, await peopleOf(trx, key));
    await trx.raw('UPDATE household SET key_id = ?, wrapped_key = ? WHERE household_id = ?', [keyId, wrapped, householdId]);
  }

  async function erase(householdId: string, { by, at }: { readonly by: string; readonly at: number }, trx: Knex): Promise<boolean> {
    const { rows } = await trx.raw<{ rows: unknown[] }>(FORGET_KEY, [timestamp(at), timestamp(at), by, householdId]);
    if (rows.length === 0) return false;
    for (const table of ['person', 'note', 'restricted_record']) await trx.raw('DELETE FROM ?? WHERE household_id = ?', [table, householdId]);
    return true;
  }

  return {
    keyUse: () => readKeyUse(knex),
    rotateSome: (limit) =>
      knex.transaction(async (trx) => {
        const { rows } = await trx.raw<{ rows: KeyRow[] }>(TO_ROTATE, { current: protection.currentKeyId(), limit });
        for (const row of rows) await rotate(trx, row);
        return rows.length;
      }),
    erase: (householdId, doing, trx) => (trx === undefined ? knex.transaction((own) => erase(householdId, doing, own)) : erase(householdId, doing, trx)),
  };
}

/** How much each master key still holds: asked without any key. */
export async function readKeyUse(knex: Knex): Promise<readonly KeyUse[]> {
  const { rows } = await knex.raw<{ rows: KeyUse[] }>(KEY_USE);
  return rows;
}

const KEY_USE = `SELECT coalesce(h.key_id, t.key_id) AS "keyId", coalesce(h.households, 0) AS households, coalesce(t.tokens, 0) AS tokens
  FROM (SELECT key_id, count(*) AS households FROM household WHERE key_id IS NOT NULL GROUP BY key_id) h
  FULL JOIN (SELECT key_id, count(*) AS tokens FROM person_token GROUP BY key_id) t ON t.key_id = h.key_id
  ORDER BY 1`;

// A household changed by a process that did not know the new key yet has its key under the new one and tokens under the old. Two ranges, as an index knows no `<>`.
const TO_ROTATE = `SELECT household_id, key_id, wrapped_key FROM household h
  WHERE h.key_id < :current OR h.key_id > :current OR h.household_id IN (
    SELECT p.household_id FROM person_token t JOIN person p USING (person_id) WHERE t.key_id < :current OR t.key_id > :current LIMIT :limit)
  ORDER BY household_id LIMIT :limit FOR UPDATE SKIP LOCKED`;

const FORGET_KEY = `UPDATE household SET key_id = NULL, wrapped_key = NULL, sealed = NULL, version = version + 1, erased_at = ?, changed_at = ?, changed_by = ?
  WHERE household_id = ? AND erased_at IS NULL RETURNING 1`;
