/**
 * One line a request, when it is over: where, how it ended and how long it took. Search terms and bodies stay out of it. What was refused, failed or slow is
 * told; the rest at debug, the metrics count it: a line is written where the process waits for it.
 */
import fp from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Asked every few seconds by who watches the process. @default false */
    quiet?: boolean;
  }
}

const SLOW_MS = 1_000;

export const requestLogPlugin = fp(
  (app, _options, done) => {
    app.addHook('onResponse', (request, reply, next) => {
      const { method, url, caller } = request;
      const { statusCode: status, elapsedTime } = reply;
      const fields = { method, path: url.split('?')[0], status, ms: Math.round(elapsedTime * 10) / 10, by: caller?.person.id };
      const isTold = (status >= 400 || elapsedTime > SLOW_MS) && request.routeOptions.config.quiet !== true;
      request.log[isTold ? 'info' : 'debug'](fields, 'request');
      next();
    });
    done();
  },
  { name: 'request-log', fastify: '5.x', dependencies: ['auth'] },
);
