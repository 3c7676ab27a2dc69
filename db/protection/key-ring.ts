/** The master keys of an installation: several with ids, one of them current. What is derived from them never leaves this folder but as a handle. */
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { KeyRingInvalid, KeyUnknown } from './errors.ts';

/** What a master key is used for: each use has a key of its own, derived, so that none tells anything about another. */
export type KeyPurpose = 'household-wrap' | 'blind-index' | 'temporal-payload';

/** A master key; its secret is a handle that prints as nothing. */
export interface MasterKey {
  readonly id: string;
  /** The key for one purpose. */
  derive(purpose: KeyPurpose): KeyObject;
}

export interface KeyRing {
  /** What is sealed from now on is sealed with this one. */
  readonly current: MasterKey;
  /** All of them, the current one first. */
  readonly all: readonly MasterKey[];
  /** Throws `KeyUnknown`. */
  find(id: string): MasterKey;
}

/** A ring as it is at the moment: one that is read from a file changes while a process runs. */
export type KeyRingSource = () => KeyRing;

/** A master key as it is written down. */
export interface WrittenKey {
  readonly id: string;
  /** 32 bytes in base64. */
  readonly key: string;
}

const KEY_BYTES = 32;
const KEY_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/;

/** The first key is the current one. Throws `KeyRingInvalid`, which never repeats a secret. */
export function createKeyRing(written: readonly WrittenKey[]): KeyRing {
  const all = written.map(masterKeyOf);
  const [current] = all;
  if (current === undefined) throw new KeyRingInvalid('The key ring is empty: it needs at least one key.');
  const byId = new Map(all.map((key) => [key.id, key]));
  if (byId.size < all.length) throw new KeyRingInvalid('Two keys of the key ring have the same id: give each its own.');
  return {
    current,
    all,
    find(id) {
      const key = byId.get(id);
      if (key === undefined) throw new KeyUnknown(id, [...byId.keys()]);
      return key;
    },
  };
}

/** `id:base64,id:base64`, the current one first: the form of `MASTER_KEYS`. Throws `KeyRingInvalid`. */
export function parseMasterKeys(text: string): KeyRing {
  return createKeyRing(
    text.split(',').map((part) => {
      const [, id = '', key = ''] = /^\s*([^:]*):(.*?)\s*$/.exec(part) ?? [];
      return { id, key };
    }),
  );
}

function masterKeyOf({ id, key }: WrittenKey, index: number): MasterKey {
  if (!KEY_ID.test(id)) throw new KeyRingInvalid(`Key ${index + 1} of the key ring has no proper id: 1 to 32 letters, digits, dots, dashes and underscores.`);
  const bytes = Buffer.from(key, 'base64');
  if (bytes.length !== KEY_BYTES)
    throw new KeyRingInvalid(`Key ${id} of the key ring is not ${KEY_BYTES} bytes in base64 (openssl rand -base64 ${KEY_BYTES} makes one).`);
  const secret = createSecretKey(bytes);
  bytes.fill(0);
  const derived = new Map<KeyPurpose, KeyObject>();
  return {
    id,
    derive(purpose) {
      const known = derived.get(purpose);
      if (known !== undefined) return known;
      const made = deriveKey(secret, purpose);
      derived.set(purpose, made);
      return made;
    },
  };
}

function deriveKey(secret: KeyObject, purpose: KeyPurpose): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `secondo-livello/1/${purpose}`, KEY_BYTES)));
}
