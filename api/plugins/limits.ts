/** What protects the process: security headers, a limit of requests per address, and refusing early what it cannot serve in time. */
import fp from 'fastify-plugin';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import underPressure from '@fastify/under-pressure';
import { ApiProblem } from '../api-problem.ts';

const MAX_EVENT_LOOP_DELAY_MS = 2_000;
const RETRY_AFTER_S = 2;

export const limitsPlugin = fp<{ readonly perMinute: number }>(
  async (app, { perMinute }) => {
    // TLS ends before this process: on plain loopback the upgrade would break every page.
    await app.register(helmet, { contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } });
    await app.register(underPressure, {
      maxEventLoopDelay: MAX_EVENT_LOOP_DELAY_MS,
      // Who watches the process is told how it stands, not turned away.
      pressureHandler: ({ routeOptions }) =>
        routeOptions.config.quiet === true ? undefined : Promise.reject(new ApiProblem('overloaded', { retryAfterSeconds: RETRY_AFTER_S })),
    });
    await app.register(rateLimit, {
      global: true,
      max: perMinute,
      timeWindow: 60_000,
      errorResponseBuilder: (_request, { ttl }) => new ApiProblem('rate_limited', { retryAfterSeconds: Math.max(1, Math.ceil(ttl / 1_000)) }),
    });
  },
  { name: 'limits', fastify: '5.x', dependencies: ['problems'] },
);
