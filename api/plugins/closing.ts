/** While the server closes, what is still answered ends its connection: kept alive, it would hold the process until its idle time is over. */
import fp from 'fastify-plugin';

export const closingPlugin = fp(
  (app, _options, done) => {
    let closing = false;
    app.addHook('preClose', (next) => {
      closing = true;
      next();
    });
    app.addHook('onSend', (_request, reply, payload, next) => {
      if (closing) void reply.header('connection', 'close');
      next(null, payload);
    });
    done();
  },
  { name: 'closing', fastify: '5.x' },
);
