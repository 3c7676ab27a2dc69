import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createLazyCompilers } from '../../../api/compilers.ts';
import { compilingPlugin } from '../../../api/plugins/compiling.ts';

let app: FastifyInstance;
afterEach(() => app.close());

const BODY = { type: 'object', required: ['name'], additionalProperties: false, properties: { name: { type: 'string', maxLength: 3 } } };

async function build(body: object): Promise<FastifyInstance> {
  const compilers = createLazyCompilers();
  app = Fastify({
    schemaController: { compilersFactory: compilers.factory },
    ajv: { customOptions: { allErrors: true, coerceTypes: false, removeAdditional: false } },
  });
  app.addSchema({ $id: 'Answer', type: 'object', required: ['name'], properties: { name: { type: 'string' } } });
  await app.register(compilingPlugin, compilers);
  app.post('/greet', { schema: { body, response: { 200: { $ref: 'Answer#' } } } }, (request) => ({ ...(request.body as object), secret: 'kept' }));
  await app.ready();
  return app;
}

const greet = (body: object) => app.inject({ method: 'POST', url: '/greet', payload: body });

describe('schemas compiled when they are needed', () => {
  test('check requests, with every fault, and shape answers as ever', async () => {
    await build(BODY);
    expect((await greet({ name: 'Ada' })).json()).toEqual({ name: 'Ada' });
    const refused = await greet({ name: 'much too long', other: 1 });
    expect(refused.statusCode).toBe(400);
    expect(refused.json<{ message: string }>().message).toBe('body must NOT have additional properties, body/name must NOT have more than 3 characters');
    expect((await greet({ name: 'Bob' })).json()).toEqual({ name: 'Bob' });
  });

  test('wait until then: one that cannot be compiled is found when the rest is', async () => {
    await build({ $ref: 'Nowhere#' });
    await expect(app.compileSchemas()).rejects.toThrow('Nowhere');
  });

  test('are compiled once something listens', async () => {
    await build(BODY);
    await app.listen({ host: '127.0.0.1', port: 0 });
    await app.compileSchemas();
    expect((await greet({ name: 'Ada' })).statusCode).toBe(200);
  });
});
