/**
 * Looking people up without storing what is looked for: an HMAC of the whole value, so that a row is found by who knows the value and by nobody else. Equal values
 * are equal tokens: how often a name occurs can be seen, which name it is cannot, not without the key.
 */
import { createHmac } from 'node:crypto';
import type { KeyRing, MasterKey } from './key-ring.ts';

export type IndexedKind = 'phone' | 'name';

/** A value to be found by: a phone in E.164, or one token of a name. */
export interface Indexed {
  readonly kind: IndexedKind;
  readonly value: string;
}

/** 128 bits: no two values meet, and half of the HMAC stays unknown. */
const TOKEN_BYTES = 16;

/** The token of a value under one master key. */
export function blindToken(key: MasterKey, { kind, value }: Indexed): Buffer {
  return createHmac('sha256', key.derive('blind-index')).update(`${kind}\n${value}`).digest().subarray(0, TOKEN_BYTES);
}

/** The tokens a value may be stored under: while keys are rotated some rows have the new one already. */
export function blindTokens({ all }: KeyRing, indexed: Indexed): readonly Buffer[] {
  return all.map((key) => blindToken(key, indexed));
}
