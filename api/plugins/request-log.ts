/** One line a request, when it is over: where, how it ended and how long it took. Search terms and bodies stay out of it. */
import fp from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Asked every few seconds by who watches the process. @default false */
    quiet?: boolean;
  }
}

export const requestLogPlugin = fp(
  (app, _options, done) => {
    app.addHook('onResponse', (request, reply, next) => {
      const { method, url, caller } = request;
      const fields = { method, path: url.split('?')[0], status: reply.statusCode, ms: Math.round(reply.elapsedTime * 10) / 10, by: caller?.person.id };
      if (request.routeOptions.config.quiet === true) request.log.debug(fields, 'request');
      else request.log.info(fields, 'request');
      next();
    });
    done();
  },
  { name: 'request-log', fastify: '5.x', dependencies: ['auth'] },
);
