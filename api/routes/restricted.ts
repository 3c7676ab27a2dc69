/** The restricted compartment of a household: who has the case, and who answers for it. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { ApiProblem } from '../api-problem.ts';
import { callerOf } from '../plugins/auth.ts';
import { ifMatchOf, keyOf } from '../plugins/keys.ts';
import { CaseParams } from '../schemas/common.ts';
import { RecordParams, RestrictedBody, RestrictedChange, type RestrictedViewBody, type RestrictedWrittenBody } from '../schemas/notes.ts';
import { PROBLEM_RESPONSES } from '../schemas/problem.ts';
import { caseHeld, requiredTags } from '../services/people-reach.ts';
import { restrictedView, restrictedWritten, versionTag } from '../views/people.ts';
import type { RouteDeps } from './dependencies.ts';
import { COMMAND_HEADERS } from './replies.ts';

const Restricted = Type.Unsafe<RestrictedViewBody>({ $ref: 'RestrictedRecord#' });
const Written = Type.Unsafe<RestrictedWrittenBody>({ $ref: 'RestrictedRecordWritten#' });
const IfMatch = Type.Optional(Type.String({ description: 'The `etag` last seen, of the record; needed' }));

const LIST = {
  config: { action: 'restricted.read' as const },
  schema: {
    operationId: 'listRestricted',
    tags: ['families'],
    summary: 'What is kept apart: refuges, and what falls under article 10 of the GDPR',
    params: CaseParams,
    response: { 200: Type.Object({ items: Type.Array(Restricted) }), ...PROBLEM_RESPONSES },
  },
};
const WRITE = {
  config: { action: 'restricted.edit' as const },
  schema: {
    operationId: 'writeRestricted',
    tags: ['families'],
    summary: 'Keep something apart',
    params: CaseParams,
    headers: Type.Pick(COMMAND_HEADERS, ['idempotency-key']),
    body: RestrictedBody,
    response: { 201: Written, ...PROBLEM_RESPONSES },
  },
};
const CORRECT = {
  config: { action: 'restricted.edit' as const },
  schema: {
    operationId: 'correctRestricted',
    tags: ['families'],
    summary: 'Correct what is kept apart; how it read before is kept',
    params: RecordParams,
    headers: Type.Object({ 'if-match': IfMatch }),
    body: RestrictedChange,
    response: { 200: Restricted, ...PROBLEM_RESPONSES },
  },
};

/** GET and POST /cases/:caseId/restricted, PATCH /cases/:caseId/restricted/:recordId. */
export function restrictedRoutes({ households, restricted, keyed, knex, issuer, now }: RouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/cases/:caseId/restricted', LIST, async (request) => {
      const { householdId } = await caseHeld(households, request.params.caseId, callerOf(request));
      return { items: (await restricted.list(householdId)).map(restrictedView) };
    });

    app.post('/cases/:caseId/restricted', WRITE, async (request, reply) => {
      const caller = callerOf(request);
      const { householdId } = await caseHeld(households, request.params.caseId, caller);
      const { body, replayed } = await keyed(keyOf(request, issuer), 201, async (trx) =>
        restrictedWritten(await restricted.add(householdId, request.body, { by: caller.person.id, at: now() }, trx)),
      );
      if (replayed) void reply.header('idempotency-replayed', 'true');
      return reply.code(201).header('etag', body.etag).send(body);
    });

    app.patch('/cases/:caseId/restricted/:recordId', CORRECT, async (request, reply) => {
      const { caseId, recordId } = request.params;
      const caller = callerOf(request);
      const { householdId } = await caseHeld(households, caseId, caller);
      const change = { text: request.body.text, ifMatch: requiredTags(ifMatchOf(request)) };
      const doing = { by: caller.person.id, at: now() };
      const result = await knex.transaction((trx) => restricted.correct({ householdId, recordId }, change, doing, trx));
      if (result.kind === 'unknown') throw new ApiProblem('restricted_unknown');
      if (result.kind === 'changed') throw new ApiProblem('note_changed');
      void reply.header('etag', versionTag(result.record.version));
      return restrictedView(result.record);
    });
  };
}
