/**
 * Bringing every household to the current master key, batch by batch: cut off at any point it goes on where it was, as each batch is a transaction and what is
 * left is what still has another key. One at a time for a database.
 */
import { setTimeout } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { Protection } from './protection/protection.ts';
import { createHouseholdUpkeep, type HouseholdUpkeep } from './repositories/household-upkeep.ts';

/** Any number, the same for every process of the product. */
const ROTATION_LOCK = 202_022;
/** Short transactions: a household in one waits for it to be changed. */
const BATCH = 25;
/** What somebody else had in hand is looked at again. */
const AGAIN_MS = 500;

/** Another process is at it. */
export class RotationRunning extends Error {
  readonly type = 'rotation_running';

  constructor() {
    super('Keys are being rotated by another process: wait until it is done.');
    this.name = 'RotationRunning';
  }
}

export interface Rotation {
  /** Households that still have another key than the current one, or are found by one. */
  readonly left: () => Promise<number>;
  /** Brings all of them to the current key; tells how many after each batch. Throws `KeyUnknown` or `SealBroken`. */
  readonly run: (onBatch: (households: number) => void) => Promise<void>;
}

/** Holds the lock while `work` runs. The pool needs two connections. Throws `RotationRunning`. */
export async function withRotation<T>(knex: Knex, protection: Protection, work: (rotation: Rotation) => Promise<T>): Promise<T> {
  return knex.transaction(async (lock) => {
    const { rows } = await lock.raw<{ rows: { ours: boolean }[] }>('SELECT pg_try_advisory_xact_lock(?) AS ours', [ROTATION_LOCK]);
    if (rows[0]?.ours !== true) throw new RotationRunning();
    const upkeep = createHouseholdUpkeep(knex, protection);
    const left = () => leftOf(upkeep, protection.currentKeyId());
    return work({
      left,
      async run(onBatch) {
        for (;;) {
          const done = await upkeep.rotateSome(BATCH);
          if (done > 0) onBatch(done);
          else if ((await left()) === 0) return;
          else await setTimeout(AGAIN_MS);
        }
      },
    });
  });
}

async function leftOf(upkeep: HouseholdUpkeep, current: string): Promise<number> {
  const others = (await upkeep.keyUse()).filter(({ keyId }) => keyId !== current);
  return others.reduce((sum, { households, tokens }) => sum + Math.max(households, tokens > 0 ? 1 : 0), 0);
}
