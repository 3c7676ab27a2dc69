/** The identity provider of a development system: a key pair in the data directory and tokens for whoever asks. Never for a system others can reach. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
  SignJWT,
  type JWK,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import type { Role } from '../domain/case/codes.ts';
import type { Territory } from '../domain/sla/policy.ts';

export const DEV_ISSUER = 'https://dev-issuer.localhost';
export const DEV_AUDIENCE = 'secondo-livello';
const KEY_FILE = 'dev-issuer.json';
const DEFAULT_TTL_S = 12 * 3600;

export interface TokenRequest {
  readonly role: Role | readonly Role[];
  readonly municipio?: Territory | readonly Territory[];
  /** @default `<role>` or `<role>-<municipio>` */
  readonly sub?: string;
  /** Seconds. @default 12 hours */
  readonly ttl?: number;
}

export interface DevIssuer {
  readonly issuer: string;
  readonly audience: string;
  /** Public keys, for whoever verifies. */
  readonly jwks: JSONWebKeySet;
  readonly keys: JWTVerifyGetKey;
  mintToken(request: TokenRequest): Promise<string>;
}

/** Loads the key pair of `<dataDir>/keys`, made at the first use (mode 0600). Several processes may do it at once: the first file wins. */
export async function createDevIssuer(dataDir: string): Promise<DevIssuer> {
  const secret = await loadKey(join(dataDir, 'keys'));
  const key = await importJWK(secret, 'EdDSA');
  const { d: _secret, ...open } = secret;
  const jwks: JSONWebKeySet = { keys: [open] };
  return {
    issuer: DEV_ISSUER,
    audience: DEV_AUDIENCE,
    jwks,
    keys: createLocalJWKSet(jwks),
    mintToken({ role, municipio, sub, ttl = DEFAULT_TTL_S }) {
      const roles = [role].flat();
      const municipi = municipio === undefined ? [] : [municipio].flat();
      return new SignJWT({ roles, municipi })
        .setProtectedHeader({ alg: 'EdDSA', kid: secret.kid ?? '' })
        .setIssuer(DEV_ISSUER)
        .setAudience(DEV_AUDIENCE)
        .setSubject(sub ?? [...roles, ...municipi].join('-'))
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + ttl)
        .sign(key);
    },
  };
}

async function loadKey(directory: string): Promise<JWK> {
  const file = join(directory, KEY_FILE);
  try {
    return JSON.parse(await readFile(file, 'utf8')) as JWK;
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error;
  }
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const jwk = await exportJWK(privateKey);
  const named: JWK = { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'EdDSA', use: 'sig' };
  try {
    await writeFile(file, `${JSON.stringify(named)}\n`, { mode: 0o600, flag: 'wx' });
    return named;
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
    return JSON.parse(await readFile(file, 'utf8')) as JWK;
  }
}
