/**
 * AES-256-GCM as this product uses it. What is sealed is `version | nonce (12) | ciphertext | tag (16)`; where it belongs is authenticated with it and stored
 * nowhere, so that bytes moved to another row do not open.
 */
import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';
import { SealBroken } from './errors.ts';

const CIPHER = 'aes-256-gcm';
const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + NONCE_BYTES;

/** Where sealed bytes belong, part by part; parts never run into each other. */
export type SealedPlace = readonly string[];

/** A nonce is random: one key seals at most 2^32 values (a household has thousands; a service key is rotated once a year). */
export function seal(key: KeyObject, place: SealedPlace, plain: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(authenticated(place));
  const body = [cipher.update(plain), cipher.final()];
  return Buffer.concat([Buffer.of(VERSION), nonce, ...body, cipher.getAuthTag()]);
}

/** Throws `SealBroken`. */
export function unseal(key: KeyObject, place: SealedPlace, sealed: Uint8Array): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  if (bytes.length < HEAD_BYTES + TAG_BYTES || bytes[0] !== VERSION) throw new SealBroken(place.join('/'));
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(1, HEAD_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(authenticated(place))
    .setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(HEAD_BYTES, bytes.length - TAG_BYTES)), decipher.final()]);
  } catch {
    throw new SealBroken(place.join('/'));
  }
}

function authenticated(place: SealedPlace): Buffer {
  return Buffer.from(JSON.stringify(['secondo-livello', VERSION, ...place]));
}
