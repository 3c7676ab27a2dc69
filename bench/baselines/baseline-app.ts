/** The HTTP side all baselines share: the product's five commands without anything of the product. */
import { randomUUID } from 'node:crypto';
import fastify, { type FastifyInstance } from 'fastify';
import type { LifecycleCommand } from '../target.ts';
import type { BaselineAnswer } from './store.ts';

/** How a baseline carries out a command. */
export interface BaselineEngine {
  /** `dueAt`: when its timer is to ring, in epoch milliseconds; null for far enough never to. Only the prototype has one that writes. */
  readonly open: (caseId: string, commandId: string, dueAt: number | null) => Promise<BaselineAnswer>;
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

const OPENING = { type: ['object', 'null'], properties: { dueAt: { type: 'integer' } } } as const;

interface CommandRoute {
  Params: { caseId: string; command: Exclude<LifecycleCommand, 'open'> };
  Headers: { 'idempotency-key': string };
}

/** The application; the caller makes it listen. */
export function buildBaselineApp(engine: BaselineEngine): FastifyInstance {
  const app = fastify();
  const opening = { schema: { headers: COMMAND_SCHEMA.headers, body: OPENING } };
  app.post<Pick<CommandRoute, 'Headers'> & { Body: { dueAt?: number } | undefined }>('/cases', opening, async (request, reply) => {
    const answer = await engine.open(randomUUID(), request.headers['idempotency-key'], request.body?.dueAt ?? null);
    return reply.code(201).send(answer);
  });
  app.post<CommandRoute>('/cases/:caseId/:command', { schema: COMMAND_SCHEMA }, ({ params, headers }) =>
    engine.command(params.caseId, headers['idempotency-key'], params.command),
  );
  return app;
}
