/** Idempotency keys and entity tags: every POST that changes something carries a key, which with its person is the id of the command. */
import fp from 'fastify-plugin';
import type { FastifyRequest } from 'fastify';
import { ApiProblem } from '../api-problem.ts';
import { commandIdOf, fingerprintOf } from '../command-id.ts';
import { callerOf } from './auth.ts';
import type { RequestKey } from '../services/commanding.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route changes nothing a repetition could double: no key is asked. @default false */
    keyless?: boolean;
  }
}

const KEY = /^[\x21-\x7e]{1,200}$/;

export const keysPlugin = fp(
  (app, _options, done) => {
    // Before validation: without a key nothing else of the request is worth correcting.
    app.addHook('preValidation', (request, _reply, next) => {
      const { action, keyless } = request.routeOptions.config;
      const needed = request.method === 'POST' && action !== undefined && action !== 'public' && keyless !== true;
      next(needed ? keyFault(request) : undefined);
    });
    done();
  },
  { name: 'keys', fastify: '5.x', dependencies: ['auth'] },
);

/** The command id and fingerprint of a request with a key, and its route. */
export function keyOf(request: FastifyRequest, issuer: string): RequestKey & { readonly route: string } {
  const { method, params, body } = request;
  const route = `${method} ${request.routeOptions.url ?? ''}`;
  const key = String(request.headers['idempotency-key']);
  const commandId = commandIdOf(issuer, callerOf(request).person.id, key);
  return { route, commandId, fingerprint: fingerprintOf({ method, route: request.routeOptions.url ?? '', params, body }, key) };
}

/** The revisions of `If-Match`; null for none, or for any. */
export function ifMatchOf(request: FastifyRequest): readonly number[] | null {
  const header = request.headers['if-match']?.trim();
  if (header === undefined || header === '*') return null;
  const tags = header.split(',').map((tag) => /^"(\d{1,9})"$/.exec(tag.trim())?.[1]);
  if (!tags.every((tag) => tag !== undefined)) throw new ApiProblem('if_match_invalid');
  return tags.map(Number);
}

function keyFault(request: FastifyRequest): ApiProblem | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined || key === '') return new ApiProblem('idempotency_key_missing');
  return typeof key === 'string' && KEY.test(key) ? undefined : new ApiProblem('idempotency_key_invalid');
}
