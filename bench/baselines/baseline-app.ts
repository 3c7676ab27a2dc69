/** The HTTP side all baselines share: the product's five commands without anything of the product. */
import { randomUUID } from 'node:crypto';
import fastify, { type FastifyInstance } from 'fastify';
import type { LifecycleCommand } from '../target.ts';
import type { BaselineAnswer } from './store.ts';

/** How a baseline carries out a command. */
export interface BaselineEngine {
  readonly open: (caseId: string, commandId: string) => Promise<BaselineAnswer>;
  readonly command: (caseId: string, commandId: string, command: Exclude<LifecycleCommand, 'open'>) => Promise<BaselineAnswer>;
}

const COMMAND_SCHEMA = {
  params: {
    type: 'object',
    required: ['caseId', 'command'],
    properties: { caseId: { type: 'string', format: 'uuid' }, command: { enum: ['claim', 'logAttempt', 'recordDecision', 'close'] } },
  },
  headers: { type: 'object', required: ['idempotency-key'], properties: { 'idempotency-key': { type: 'string' } } },
} as const;

interface CommandRoute {
  Params: { caseId: string; command: Exclude<LifecycleCommand, 'open'> };
  Headers: { 'idempotency-key': string };
}

/** The application; the caller makes it listen. */
export function buildBaselineApp(engine: BaselineEngine): FastifyInstance {
  const app = fastify();
  app.post<Pick<CommandRoute, 'Headers'>>('/cases', { schema: { headers: COMMAND_SCHEMA.headers } }, async (request, reply) => {
    const answer = await engine.open(randomUUID(), request.headers['idempotency-key']);
    return reply.code(201).send(answer);
  });
  app.post<CommandRoute>('/cases/:caseId/:command', { schema: COMMAND_SCHEMA }, ({ params, headers }) =>
    engine.command(params.caseId, headers['idempotency-key'], params.command),
  );
  return app;
}
