import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { buildApp } from '../../../api/app.ts';
import { DEV_AUDIENCE, DEV_ISSUER } from '../../../api/dev-issuer.ts';
import { RouteWithoutAction, type RouteEntry } from '../../../api/plugins/auth.ts';
import { createTokenVerifier } from '../../../api/tokens.ts';
import { COMMAND_BODIES, kebabCase } from '../../../api/schemas/commands.ts';
import { ACTIONS, mayDo, scopeFor } from '../../../domain/access/policy.ts';
import { BREACH_CAUSES, ROLES } from '../../../domain/case/codes.ts';
import { PERSON_COMMANDS, type PersonCommandType } from '../../../domain/case/commands.ts';
import { testProtection } from '../../support/master-keys.ts';
import { createApi, type Api } from './harness.ts';

let api: Api;
let routes: readonly RouteEntry[];
beforeAll(async () => {
  api = await createApi({ withWorker: false });
  await api.app.ready();
  // HEAD comes with every GET.
  routes = api.app.routeTable.filter(({ method }) => method !== 'HEAD');
});
afterAll(() => api.close());

const asPath = (url: string, caseId: string) =>
  url
    .replace(':caseId', caseId)
    .replace(':clockId', 'claim-1')
    .replace(/:(note|record)Id/, randomUUID())
    .replace(':key', 'x')
    .replace(':code', 'x');

/** A body every schema takes, so that only access decides. */
const BODIES: Readonly<Record<string, object>> = {
  'POST /api/v1/cases': { urgency: 'green', primaryNeed: 'ISOLATION' },
  'POST /api/v1/cases/:caseId/reopen': { reason: 'new_need' },
  'PATCH /api/v1/cases/:caseId/household': { languages: ['it'] },
  'POST /api/v1/cases/:caseId/notes': { text: 'x' },
  'PATCH /api/v1/cases/:caseId/notes/:noteId': { text: 'x' },
  'POST /api/v1/cases/:caseId/restricted': { kind: 'court_order', text: 'x' },
  'PATCH /api/v1/cases/:caseId/restricted/:recordId': { text: 'x' },
  'POST /api/v1/people/search': { phone: '333 1234567' },
  'POST /api/v1/cases/:caseId/what-if': { urgency: 'red' },
  'POST /api/v1/cases/:caseId/review-breach': { clock: 'claim-1', cause: BREACH_CAUSES[0] },
};
const LATER = new Date(Date.now() + 86_400_000).toISOString();
const SAMPLES: Readonly<Record<string, unknown>> = { 'date-time': LATER, integer: 1, worker: 'w', owner: 'w', onCall: 'w', municipio: '3', proposed: '3' };

function sampleBody(type: PersonCommandType): object {
  const { properties, required = [] } = COMMAND_BODIES[type] as {
    properties: Record<string, { format?: string; type?: string; enum?: string[] }>;
    required?: string[];
  };
  return Object.fromEntries(
    required.map((name) => [
      name,
      properties[name]?.enum?.[0] ?? SAMPLES[properties[name]?.format ?? ''] ?? SAMPLES[properties[name]?.type ?? ''] ?? SAMPLES[name],
    ]),
  );
}

for (const type of PERSON_COMMANDS) Object.assign(BODIES, { [`POST /api/v1/cases/:caseId/${kebabCase(type)}`]: sampleBody(type) });

describe('every route', () => {
  test('declares an action of the table, or to be public', () => {
    expect(routes.length).toBeGreaterThan(PERSON_COMMANDS.length + 8);
    const undeclared = routes.filter(({ action }) => action !== 'public' && !ACTIONS.includes(action));
    expect(undeclared).toEqual([]);
    expect(routes.filter(({ action }) => action === 'public').map(({ url }) => url)).toEqual([
      '/livez',
      '/readyz',
      '/api/openapi.json',
      '/api/v1/problems/:code',
    ]);
  });

  test('without an action keeps the application from starting', async () => {
    const app = await buildApp({ knex: api.knex, ...minimalDeps() });
    expect(() => app.get('/api/v1/forgotten', () => 'x')).toThrow(RouteWithoutAction);
    await app.close();
  });

  test('refuses whoever does not say who they are', async () => {
    for (const { method, url, action } of routes) {
      if (action === 'public') continue;
      const reply = await api.send(method as 'GET' | 'POST', asPath(url, randomUUID()), {});
      expect([url, reply.status, reply.body['code']]).toEqual([url, 401, 'unauthenticated']);
      expect(reply.headers['www-authenticate']).toBe('Bearer');
    }
  });

  test('refuses each role the table does not name, and shows nobody a case out of their reach', async () => {
    const caseId = await api.open();
    const wrong: string[] = [];
    for (const [role, municipio] of ROLES.flatMap((one) => [[one, '3'] as const, [one, 'CENTRAL'] as const])) {
      const person = { id: `x-${role}`, roles: [role], municipi: [municipio] };
      const headers = { authorization: `Bearer ${await api.issuer.mintToken({ role, municipio, sub: person.id })}` };
      for (const { method, url, action } of routes) {
        if (action === 'public') continue;
        const send = () => api.send(method as 'GET' | 'POST', asPath(url, caseId), { ...headers, 'idempotency-key': randomUUID() }, BODIES[`${method} ${url}`]);
        if (!mayDo(action, person)) {
          const { status, body } = await send();
          if (status !== 403 || body['code'] !== 'forbidden') wrong.push(`${role} of ${municipio} ${method} ${url}: ${status} instead of 403`);
        } else if (url.includes(':caseId') && scopeFor(action, person)?.kind === 'municipi') {
          const { status, body } = await send();
          if (status !== 404 || body['code'] !== 'case_unknown')
            wrong.push(`${role} of ${municipio} ${method} ${url}: ${status} ${String(body['code'])} instead of 404`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

function minimalDeps() {
  return {
    engine: { execute: fail, start: fail, isReachable: () => Promise.resolve(false), close: () => Promise.resolve() },
    verifier: { issuer: '', verify: fail },
    protection: testProtection,
    rulebooks: { current: fail, withCandidate: fail, withCalendars: fail, refresh: fail },
    ...{ territories: [], development: false, now: Date.now, logger: false as const, rateLimits: { perAddress: 10, perPerson: 10 }, trustProxy: false },
  };
}

function fail(): never {
  throw new Error('not reached');
}

describe('tokens', () => {
  const claims = { roles: ['operator'], municipi: [] };
  const me = (token: string) => api.send('GET', '/me', { authorization: `Bearer ${token}` });
  const signed = (
    over: { issuer?: string; audience?: string; expires?: string; sub?: string; claims?: object },
    key: Parameters<SignJWT['sign']>[0],
    header: { alg: string; kid?: string },
  ) =>
    new SignJWT({ ...claims, ...over.claims })
      .setProtectedHeader(header)
      .setIssuer(over.issuer ?? DEV_ISSUER)
      .setAudience(over.audience ?? DEV_AUDIENCE)
      .setSubject(over.sub ?? 'x')
      .setIssuedAt()
      .setExpirationTime(over.expires ?? '1h')
      .sign(key);

  test('of the issuer are taken', async () => {
    expect(await me(await api.issuer.mintToken({ role: ['operator', 'socialWorker'], municipio: '6', sub: 'a' }))).toMatchObject({
      status: 200,
      body: { id: 'a', roles: ['operator', 'socialWorker'], municipi: ['6'] },
    });
  });

  test('forged, expired, for another audience, of another issuer, unsigned or signed with the public key: 401', async () => {
    const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const kid = api.issuer.jwks.keys[0]?.kid ?? '';
    const good = await api.issuer.mintToken({ role: 'operator', sub: 'x' });
    const [head, , signature] = good.split('.');
    const promoted = Buffer.from(JSON.stringify({ ...claims, roles: ['admin'], iss: DEV_ISSUER, aud: DEV_AUDIENCE, sub: 'x', exp: 9_999_999_999 })).toString(
      'base64url',
    );
    const bad = {
      forged: await signed({}, privateKey, { alg: 'EdDSA', kid }),
      altered: `${head}.${promoted}.${signature}`,
      expired: await api.issuer.mintToken({ role: 'operator', sub: 'x', ttl: -60 }),
      unsigned: new UnsecuredJWT(claims).setIssuer(DEV_ISSUER).setAudience(DEV_AUDIENCE).setSubject('x').setExpirationTime('1h').encode(),
      confused: await signed({}, Buffer.from(JSON.stringify(api.issuer.jwks.keys[0])), { alg: 'HS256', kid }),
      garbage: 'a.b.c',
      empty: '',
    };
    for (const [name, token] of Object.entries(bad)) expect([name, (await me(token)).status]).toEqual([name, 401]);
  });

  test('of the right key but the wrong audience, issuer, subject or roles: 401', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' }] });
    const verifier = createTokenVerifier({ issuer: DEV_ISSUER, audience: DEV_AUDIENCE, keys });
    const header = { alg: 'ES256', kid: 'k' };
    expect(await verifier.verify(await signed({}, privateKey, header))).toEqual({ id: 'x', roles: ['operator'], municipi: [] });
    for (const wrong of [
      { audience: 'other' },
      { issuer: 'other' },
      { sub: 'team:6' },
      { sub: 'a b' },
      { claims: { roles: 'admin' } },
      { claims: { municipi: [6] } },
    ]) {
      await expect(verifier.verify(await signed(wrong, privateKey, header))).rejects.toMatchObject({ type: 'token_rejected' });
    }
    expect(await verifier.verify(await signed({ claims: { roles: ['king'] } }, privateKey, header))).toMatchObject({ roles: [] });
  });
});
