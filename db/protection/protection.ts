/** What a process works with to keep people's data: the keys of households, and what people are found by. */
import { blindToken, blindTokens, type Indexed } from './blind-index.ts';
import { newHouseholdKey, openHouseholdKey, rewrapHouseholdKey, type HouseholdKey, type WrappedKey } from './household-keys.ts';
import type { KeyRingSource } from './key-ring.ts';

/** A value as it is stored to be found: its token, and the master key that made it. */
export interface StoredToken {
  readonly kind: Indexed['kind'];
  readonly keyId: string;
  readonly token: Buffer;
}

export interface Protection {
  /** Id of the master key everything is sealed with from now on. */
  currentKeyId(): string;
  newHousehold(householdId: string): { readonly key: HouseholdKey; readonly stored: WrappedKey };
  /** Throws `KeyUnknown` or `SealBroken`. */
  openHousehold(householdId: string, stored: WrappedKey): HouseholdKey;
  /** The same household key under the current master key. Throws `KeyUnknown` or `SealBroken`. */
  rewrap(householdId: string, stored: WrappedKey): WrappedKey;
  /** To be stored with a person, under the current key. */
  tokensOf(indexed: readonly Indexed[]): readonly StoredToken[];
  /** To look for: the token under every key of the ring, as rotation may be under way. */
  tokensToFind(indexed: Indexed): readonly Buffer[];
}

export function createProtection(keys: KeyRingSource): Protection {
  return {
    currentKeyId: () => keys().current.id,
    newHousehold: (householdId) => newHouseholdKey(keys(), householdId),
    openHousehold: (householdId, stored) => openHouseholdKey(keys(), householdId, stored),
    rewrap: (householdId, stored) => rewrapHouseholdKey(keys(), householdId, stored),
    tokensOf(indexed) {
      const { current } = keys();
      return indexed.map((one) => ({ kind: one.kind, keyId: current.id, token: blindToken(current, one) }));
    },
    tokensToFind: (indexed) => blindTokens(keys(), indexed),
  };
}
