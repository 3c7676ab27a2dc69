import { beforeAll, expect, test } from '@jest/globals';
import { generateKeyPair, SignJWT, type JWTVerifyGetKey } from 'jose';
import { createTokenVerifier } from '../../../api/tokens.ts';

const AT = Date.parse('2026-10-05T09:00:00Z');
const ISSUER = 'https://issuer.example';
const AUDIENCE = 'cases';

let pair: Awaited<ReturnType<typeof generateKeyPair>>;

beforeAll(async () => {
  pair = await generateKeyPair('EdDSA');
});

function token(ttlSeconds: number, sub = 'x'): Promise<string> {
  return new SignJWT({ roles: ['operator'] })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(sub)
    .setExpirationTime(AT / 1_000 + ttlSeconds)
    .sign(pair.privateKey);
}

/** A verifier whose time and keys the test holds; it counts how often a key was asked for. */
function verifierAt(start: number) {
  const hands = { now: start, asked: 0, withdrawn: false };
  const keys = (() => {
    hands.asked += 1;
    if (hands.withdrawn) throw new Error('no such key');
    return Promise.resolve(pair.publicKey);
  }) as unknown as JWTVerifyGetKey;
  return { hands, verifier: createTokenVerifier({ issuer: ISSUER, audience: AUDIENCE, keys, now: () => hands.now }) };
}

test('the signature of a token is looked at once a minute', async () => {
  const { hands, verifier } = verifierAt(AT);
  const own = await token(3_600);
  for (let request = 0; request < 5; request++) expect(await verifier.verify(own)).toEqual({ id: 'x', roles: ['operator'], municipi: [] });
  expect(hands.asked).toBe(1);
  expect(await verifier.verify(await token(3_600, 'y'))).toMatchObject({ id: 'y' });
  expect(hands.asked).toBe(2);
  hands.now += 60_000;
  await verifier.verify(own);
  expect(hands.asked).toBe(3);
});

test('a remembered token ends when it expires', async () => {
  const { hands, verifier } = verifierAt(AT);
  const short = await token(10);
  await verifier.verify(short);
  hands.now += 20_000;
  await expect(verifier.verify(short)).rejects.toMatchObject({ type: 'token_rejected' });
});

test('a withdrawn key is out within a minute, and a refused token is never remembered', async () => {
  const { hands, verifier } = verifierAt(AT);
  const own = await token(3_600);
  await verifier.verify(own);
  hands.withdrawn = true;
  hands.now += 60_001;
  await expect(verifier.verify(own)).rejects.toThrow('no such key');
  await expect(verifier.verify(own)).rejects.toThrow('no such key');
});
