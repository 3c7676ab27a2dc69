/** A key of its own for each household, wrapped by the master key: erasing a household is forgetting its key, and rotating the master key wraps it anew. */
import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { SealBroken } from './errors.ts';
import type { KeyRing } from './key-ring.ts';
import { seal, unseal } from './sealing.ts';

/** A row that holds sealed bytes. With its household it is bound to them: they open nowhere else. */
export interface Place {
  readonly table: string;
  readonly row: string;
}

/** Seals and opens what belongs to one household. */
export interface HouseholdKey {
  readonly householdId: string;
  /** Any JSON value. */
  seal(place: Place, value: unknown): Buffer;
  /** Throws `SealBroken`. */
  open<T>(place: Place, sealed: Uint8Array): T;
}

/** A household's key as it is stored. */
export interface WrappedKey {
  /** The master key that wraps it. */
  readonly keyId: string;
  readonly wrapped: Buffer;
}

const KEY_BYTES = 32;

export function newHouseholdKey(ring: KeyRing, householdId: string): { readonly key: HouseholdKey; readonly stored: WrappedKey } {
  const bytes = randomBytes(KEY_BYTES);
  const stored = { keyId: ring.current.id, wrapped: seal(ring.current.derive('household-wrap'), wrapPlace(householdId), bytes) };
  return { key: householdKey(householdId, secretOf(bytes)), stored };
}

/** Throws `KeyUnknown` or `SealBroken`. */
export function openHouseholdKey(ring: KeyRing, householdId: string, stored: WrappedKey): HouseholdKey {
  return householdKey(householdId, secretOf(unwrap(ring, householdId, stored)));
}

/** The same key, wrapped by the current master key. Throws `KeyUnknown` or `SealBroken`. */
export function rewrapHouseholdKey(ring: KeyRing, householdId: string, stored: WrappedKey): WrappedKey {
  const bytes = unwrap(ring, householdId, stored);
  const rewrapped = { keyId: ring.current.id, wrapped: seal(ring.current.derive('household-wrap'), wrapPlace(householdId), bytes) };
  bytes.fill(0);
  return rewrapped;
}

function unwrap(ring: KeyRing, householdId: string, { keyId, wrapped }: WrappedKey): Buffer {
  return unseal(ring.find(keyId).derive('household-wrap'), wrapPlace(householdId), wrapped);
}

function wrapPlace(householdId: string): readonly string[] {
  return ['household', 'key', householdId];
}

function secretOf(bytes: Buffer): KeyObject {
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}

function householdKey(householdId: string, key: KeyObject): HouseholdKey {
  const placeOf = ({ table, row }: Place): readonly string[] => [table, row, householdId];
  return {
    householdId,
    seal: (place, value) => seal(key, placeOf(place), Buffer.from(JSON.stringify(value ?? null))),
    open<T>(place: Place, sealed: Uint8Array): T {
      const plain = unseal(key, placeOf(place), sealed);
      try {
        return JSON.parse(plain.toString('utf8')) as T;
      } catch {
        throw new SealBroken(placeOf(place).join('/'));
      }
    },
  };
}
