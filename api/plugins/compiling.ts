/** Compiles, between the first requests, what none of them has needed yet (`compilers.ts`). */
import fp from 'fastify-plugin';
import type { LazyCompilers } from '../compilers.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Compiles every schema now. Rejects for one that cannot be compiled. */
    compileSchemas(): Promise<void>;
  }
}

export const compilingPlugin = fp(
  (app, { compileRest, abandon }: LazyCompilers, done) => {
    app.decorate('compileSchemas', compileRest);
    app.addHook('onListen', (listening) => {
      compileRest().catch((error: unknown) => app.log.fatal({ err: error }, 'a schema cannot be compiled'));
      listening();
    });
    app.addHook('onClose', (_app, closed) => {
      abandon();
      closed();
    });
    done();
  },
  { name: 'compiling', fastify: '5.x' },
);
