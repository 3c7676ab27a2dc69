/**
 * Bearer tokens: who is asking. Signed by the issuer with a key of its published set; algorithms are a fixed list, so that neither `none` nor a public key
 * used as a shared secret is ever considered.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createLocalJWKSet, createRemoteJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { ROLES, type Role } from '../domain/case/codes.ts';
import type { Person } from '../domain/access/policy.ts';

const ALGORITHMS = ['EdDSA', 'Ed25519', 'ES256'];
const CLOCK_TOLERANCE_S = 5;
/** Visible ASCII: it becomes part of events, and no text of a database refuses it. */
const SUBJECT = /^(?!team:)[!-~]{1,128}$/;
const TERRITORY = /^[A-Z0-9]{1,16}$/;

/** The token is not one we can trust, or does not say who holds it. Why is for the log, not for the caller. */
export class TokenRejected extends Error {
  readonly type = 'token_rejected';
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.name = 'TokenRejected';
    this.reason = reason;
  }
}

export interface TokenVerifier {
  readonly issuer: string;
  /** Throws `TokenRejected`; anything else means the keys could not be had. */
  verify(token: string): Promise<Person>;
}

export interface VerifierOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: JWTVerifyGetKey;
  /** @default Date.now */
  readonly now?: () => number;
}

/** Of a session's requests only the first of each minute pays for the signature; a key its issuer withdraws is out within that minute too. */
const REMEMBERED_MS = 60_000;
const MOST_REMEMBERED = 5_000;

/**
 * Checks signature, issuer, audience and expiry, and reads subject, roles and municipi. A token that passed is remembered for a minute, by its hash, and never
 * beyond its own expiry.
 */
export function createTokenVerifier({ issuer, audience, keys, now = Date.now }: VerifierOptions): TokenVerifier {
  const options = { issuer, audience, algorithms: ALGORITHMS, requiredClaims: ['sub', 'exp'], clockTolerance: CLOCK_TOLERANCE_S };
  const remembered = new Map<string, { readonly person: Person; readonly until: number }>();

  function remember(hash: string, person: Person, exp: number): void {
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(hash, { person, until: Math.min((exp + CLOCK_TOLERANCE_S) * 1_000, now() + REMEMBERED_MS) });
  }

  return {
    issuer,
    async verify(token) {
      const hash = createHash('sha256').update(token).digest('base64');
      const known = remembered.get(hash);
      if (known !== undefined && now() < known.until) return known.person;
      try {
        const { payload } = await jwtVerify(token, keys, { ...options, currentDate: new Date(now()) });
        const person = personOf(payload);
        remember(hash, person, payload.exp ?? 0);
        return person;
      } catch (error) {
        if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout)) throw new TokenRejected(error.code);
        throw error;
      }
    },
  };
}

/** The issuer's keys: a set at an address (fetched and cached), or in a file. */
export async function keysFrom(source: string): Promise<JWTVerifyGetKey> {
  if (/^https?:\/\//.test(source)) return createRemoteJWKSet(new URL(source));
  return createLocalJWKSet(JSON.parse(await readFile(source, 'utf8')) as JSONWebKeySet);
}

function personOf({ sub, roles, municipi }: JWTPayload): Person {
  if (typeof sub !== 'string' || !SUBJECT.test(sub)) throw new TokenRejected('sub');
  if (!isTexts(roles)) throw new TokenRejected('roles');
  if (municipi !== undefined && !(isTexts(municipi) && municipi.every((municipio) => TERRITORY.test(municipio)))) throw new TokenRejected('municipi');
  // A role this version does not know gives nothing.
  return { id: sub, roles: ROLES.filter((role: Role) => roles.includes(role)), municipi: municipi ?? [] };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((element) => typeof element === 'string');
}
