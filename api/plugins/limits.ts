/** What protects the process: security headers, limits of requests by address and by person, and refusing early what it cannot serve in time. */
import fp from 'fastify-plugin';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import underPressure from '@fastify/under-pressure';
import type { FastifyRequest } from 'fastify';
import { ApiProblem } from '../api-problem.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts a request for who asks, from wherever they ask. Throws `ApiProblem`. */
    limitPerson(request: FastifyRequest): Promise<void>;
  }
}

export interface RateLimits {
  /** Requests of one address, whoever asks and whether the address asked for exists or not. */
  readonly perAddress: number;
  /** Requests of one person, from however many addresses. */
  readonly perPerson: number;
}

/** Until the sample that holds the end of the start itself is over, and no longer the last one. */
const STARTING_SAMPLES = 2;
const RETRY_AFTER_S = 2;
const MINUTE_MS = 60_000;

export const limitsPlugin = fp<RateLimits & { readonly maxEventLoopDelayMs: number }>(
  async (app, { perAddress, perPerson, maxEventLoopDelayMs }) => {
    // TLS ends before this process: on plain loopback the upgrade would break every page.
    await app.register(helmet, { contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } });
    let startedAt = Number.POSITIVE_INFINITY;
    app.addHook('onReady', (done) => {
      startedAt = performance.now();
      done();
    });
    await app.register(underPressure, {
      maxEventLoopDelay: maxEventLoopDelayMs,
      // A sample in which the loop never turned counts as endless: a shorter one would turn requests away for less than the limit.
      sampleInterval: maxEventLoopDelayMs,
      pressureHandler: ({ routeOptions }) => {
        // Who watches the process is told how it stands, not turned away; and putting the application together is no pressure.
        if (routeOptions.config.quiet === true || performance.now() < startedAt + STARTING_SAMPLES * maxEventLoopDelayMs) return undefined;
        return Promise.reject(new ApiProblem('overloaded', { retryAfterSeconds: RETRY_AFTER_S }));
      },
    });
    await app.register(rateLimit, {
      global: true,
      max: perAddress,
      timeWindow: MINUTE_MS,
      errorResponseBuilder: (_request, { ttl }) => rateLimited(ttl),
    });
    const count = app.createRateLimit({ max: perPerson, timeWindow: MINUTE_MS, keyGenerator: ({ person }) => person?.id ?? '' });
    app.decorate('limitPerson', async (request) => {
      const counted = await count(request);
      if (!counted.isAllowed && counted.isExceeded) throw rateLimited(counted.ttl);
    });
  },
  { name: 'limits', fastify: '5.x' },
);

function rateLimited(ttlMs: number): ApiProblem {
  return new ApiProblem('rate_limited', { retryAfterSeconds: Math.max(1, Math.ceil(ttlMs / 1_000)) });
}
