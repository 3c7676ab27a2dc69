/** Who asks, and the alerts they are told. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type, type Static } from 'typebox';
import { ACTIONS, mayDo } from '../../domain/access/policy.ts';
import { audiencesOf } from '../../domain/access/audience.ts';
import { ApiProblem } from '../api-problem.ts';
import { toIso, toIsoOrNull } from '../instants.ts';
import { callerOf } from '../plugins/auth.ts';
import type { AlertPage } from '../schemas/alerts.ts';
import { CLOSED, Cursor, Limit } from '../schemas/common.ts';
import { PROBLEM_RESPONSES } from '../schemas/problem.ts';
import type { RouteDeps } from './dependencies.ts';

const Me = Type.Object({
  id: Type.String(),
  roles: Type.Array(Type.String()),
  municipi: Type.Array(Type.String()),
  onCall: Type.Array(Type.String(), { description: 'Territories you are on call for at this moment; `*` for the city' }),
  actions: Type.Array(Type.String(), { description: 'What these roles may do somewhere' }),
});

const ME = {
  config: { action: 'me.read' as const },
  schema: { operationId: 'me', tags: ['people'], summary: 'Who asks', response: { 200: Me, ...PROBLEM_RESPONSES } },
};
const ALERTS = {
  config: { action: 'alert.list' as const },
  schema: {
    operationId: 'listAlerts',
    tags: ['people'],
    summary: 'Alerts for you, newest first',
    querystring: Type.Object({ unread: Type.Optional(Type.Enum(['true', 'false'])), limit: Limit, cursor: Cursor }, CLOSED),
    response: { 200: Type.Unsafe<Static<typeof AlertPage>>({ $ref: 'AlertPage#' }), ...PROBLEM_RESPONSES },
  },
};
const READ = {
  config: { action: 'alert.list' as const },
  schema: {
    operationId: 'readAlert',
    tags: ['people'],
    summary: 'Mark an alert as read; acknowledging it is a command on its case',
    params: Type.Object({ key: Type.String({ maxLength: 200, pattern: '^[\\w:-]+$' }) }),
    response: { 204: Type.Null({ description: 'Done' }), ...PROBLEM_RESPONSES },
  },
};

/** GET /me, GET /alerts, PUT /alerts/:key/read. */
export function peopleRoutes(deps: RouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/me', ME, (request) => {
      const { person } = callerOf(request);
      const actions = ACTIONS.filter((action) => mayDo(action, person));
      return { id: person.id, roles: [...person.roles], municipi: [...person.municipi], onCall: [...(person.onCall ?? [])], actions };
    });

    app.get('/alerts', ALERTS, async (request) => {
      const { person, scope } = callerOf(request);
      const { unread, limit, cursor } = request.query;
      const reader = { scope, audience: audiencesOf(person), reader: person.id };
      const paging = { unreadOnly: unread === 'true', cursor: cursor ?? null, ...(limit === undefined ? {} : { limit: Number(limit) }) };
      const { messages, next } = await deps.staffMessages.list({ ...reader, ...paging });
      const items = messages.map((message) => ({
        ...message,
        audience: [...message.audience],
        createdAt: toIso(message.createdAt),
        readAt: toIsoOrNull(message.readAt),
      }));
      return { asOf: toIso(deps.now()), items, next };
    });

    app.put('/alerts/:key/read', READ, async (request, reply) => {
      const { person, scope } = callerOf(request);
      const reader = { scope, audience: audiencesOf(person), reader: person.id };
      if (!(await deps.staffMessages.markRead(request.params.key, reader, deps.now()))) throw new ApiProblem('alert_not_found');
      return reply.code(204).send(null);
    });
  };
}
