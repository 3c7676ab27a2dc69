/** Who asks: the bearer token's holder, on every route that is not public. What they may do there is decided before the body is read. */
import fp from 'fastify-plugin';
import type { FastifyRequest } from 'fastify';
import { concernsOnCall, scopeFor, type Action, type Person } from '../../domain/access/policy.ts';
import type { CaseScope } from '../../domain/access/scope.ts';
import type { Territory } from '../../domain/sla/policy.ts';
import { ApiProblem } from '../api-problem.ts';
import { TokenRejected, type TokenVerifier } from '../tokens.ts';

/** Who asks, and the cases the route's action reaches for them. */
export interface Caller {
  readonly person: Person;
  readonly scope: CaseScope;
}

/** What a route is: an action of the access table, or open to all. */
export type RouteAction = Action | 'public';

declare module 'fastify' {
  interface FastifyContextConfig {
    action?: RouteAction;
  }
  interface FastifyInstance {
    /** Every route with its action: what the tests of access go through. */
    routeTable: readonly RouteEntry[];
  }
  interface FastifyRequest {
    /** Whose token it is; null on a public route. */
    person: Person | null;
    /** Who asks where they may; null on a public route. */
    caller: Caller | null;
  }
}

export interface RouteEntry {
  readonly method: string;
  readonly url: string;
  readonly action: RouteAction;
}

/** A route that does not say which action it is: the process does not start. */
export class RouteWithoutAction extends Error {
  readonly type = 'route_without_action';

  constructor(method: string, url: string) {
    super(`${method} ${url} declares no action (config.action)`);
    this.name = 'RouteWithoutAction';
  }
}

/** Served by plugins of others; nothing of a case is there. */
const DOCUMENTATION = /^\/api\/docs(\/|$)/;
const RETRY_AFTER_S = 2;

export interface AuthOptions {
  readonly verifier: TokenVerifier;
  /** The territories a person is on call for at this moment. */
  readonly onCall: (person: string) => Promise<readonly Territory[]>;
}

export const authPlugin = fp<AuthOptions>(
  (app, { verifier, onCall }, done) => {
    app.decorateRequest('person', null);
    app.decorateRequest('caller', null);
    const table: RouteEntry[] = [];
    app.decorate('routeTable', table);
    app.addHook('onRoute', ({ method, url, config }) => {
      if (DOCUMENTATION.test(url)) return;
      if (config?.action === undefined) throw new RouteWithoutAction([method].flat().join(', '), url);
      for (const one of [method].flat()) table.push({ method: one, url, action: config.action });
    });
    app.addHook('onRequest', async (request) => {
      const { action } = request.routeOptions.config;
      if (action === undefined || action === 'public') return;
      const person = await withDuty(await verify(verifier, request), concernsOnCall(action) ? onCall : null);
      request.person = person;
      await app.limitPerson(request);
      const scope = scopeFor(action, person);
      if (scope === null) throw new ApiProblem('forbidden');
      request.caller = { person, scope };
    });
    done();
  },
  { name: 'auth', fastify: '5.x', dependencies: ['limits', 'problems'] },
);

/** Who asks, on a route that is not public. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new Error('Only a route with an action knows who asks');
  return request.caller;
}

async function withDuty(person: Person, onCall: AuthOptions['onCall'] | null): Promise<Person> {
  const territories = onCall === null ? [] : await onCall(person.id);
  return territories.length === 0 ? person : { ...person, onCall: territories };
}

async function verify(verifier: TokenVerifier, request: FastifyRequest): Promise<Person> {
  const token = /^Bearer ([\w~+/.=-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) throw new ApiProblem('unauthenticated');
  try {
    return await verifier.verify(token);
  } catch (error) {
    if (!(error instanceof TokenRejected)) {
      request.log.error({ err: error }, 'token keys unavailable');
      throw new ApiProblem('identity_unavailable', { retryAfterSeconds: RETRY_AFTER_S });
    }
    request.log.info({ reason: error.reason }, 'token rejected');
    throw new ApiProblem('unauthenticated');
  }
}
