/** What may go wrong with keys and with what they seal. Messages name keys and rows, never contents. */

const CONFIGURATION_ERROR = 78;

/** The key ring cannot be used as it is. */
export class KeyRingInvalid extends Error {
  readonly type = 'key_ring_invalid';
  readonly exitCode = CONFIGURATION_ERROR;

  constructor(message: string) {
    super(message);
    this.name = 'KeyRingInvalid';
  }
}

/** Something was sealed with a key this process does not have: it may be new and not deployed here yet, or taken out of the ring too early. */
export class KeyUnknown extends Error {
  readonly type = 'key_unknown';
  readonly exitCode = CONFIGURATION_ERROR;
  readonly keyId: string;

  constructor(keyId: string, known: readonly string[]) {
    super(`Master key ${keyId} is not in the key ring (which holds ${known.join(', ')}). Put it back into MASTER_KEYS, or into the key file, and start again.`);
    this.name = 'KeyUnknown';
    this.keyId = keyId;
  }
}

/** Sealed bytes that were altered, moved to another place or household, or sealed with another key. */
export class SealBroken extends Error {
  readonly type = 'seal_broken';
  readonly place: string;

  constructor(place: string) {
    super(`What is sealed at ${place} cannot be opened: it was altered, moved there from elsewhere, or sealed with another key.`);
    this.name = 'SealBroken';
    this.place = place;
  }
}

/** Two openings named the same new household at once: the other one made it. */
export class HouseholdTaken extends Error {
  readonly type = 'household_taken';

  constructor(householdId: string) {
    super(`Household ${householdId} was made meanwhile.`);
    this.name = 'HouseholdTaken';
  }
}

/** The household's data were erased: its key is gone, and nothing of it comes back. */
export class HouseholdErased extends Error {
  readonly type = 'household_erased';
  readonly householdId: string;

  constructor(householdId: string) {
    super(`The data of household ${householdId} were erased.`);
    this.name = 'HouseholdErased';
    this.householdId = householdId;
  }
}
