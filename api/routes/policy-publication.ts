/** Policies published for an instant, and retired. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { ApiProblem } from '../api-problem.ts';
import { fromIso } from '../instants.ts';
import { callerOf } from '../plugins/auth.ts';
import { ifMatchOf, keyOf } from '../plugins/keys.ts';
import { PolicyParams, PolicyVersionParams, PublishBody, PublishedView, RetiredView } from '../schemas/policies.ts';
import { PROBLEM_RESPONSES } from '../schemas/problem.ts';
import { createPolicyAdmin } from '../services/policies.ts';
import { batchView, policyView } from '../views/policies.ts';
import type { RouteDeps } from './dependencies.ts';
import { policyVersionOf } from './policies.ts';
import { COMMAND_HEADERS } from './replies.ts';

const IfMatch = Type.Optional(Type.String({ description: 'The `ETag` last seen: refused with 412 when the policy was saved since' }));
const Key = COMMAND_HEADERS.properties['idempotency-key'];
const PUBLISH = { action: 'policy.publish' } as const;
const common = (operationId: string, summary: string) => ({ operationId, tags: ['policies'], summary, params: PolicyParams });

const PUBLISH_DRAFT = {
  config: PUBLISH,
  schema: {
    ...common('publishPolicy', 'Publish the draft: for cases opened from that instant on, or for open ones too'),
    headers: Type.Object({ 'idempotency-key': Key, 'if-match': IfMatch }),
    body: PublishBody,
    response: { 201: PublishedView, ...PROBLEM_RESPONSES },
  },
};
const RETIRE = {
  config: PUBLISH,
  schema: {
    ...common('retirePolicyVersion', 'Take a published version out of force; the one before it counts again'),
    params: PolicyVersionParams,
    headers: Type.Object({ 'idempotency-key': Key }),
    response: { 200: RetiredView, ...PROBLEM_RESPONSES },
  },
};

/** POST /admin/policies/:policyId/publish and versions/:version/retire. */
export function policyPublicationRoutes(deps: RouteDeps): FastifyPluginAsyncTypebox {
  const { keyed, issuer } = deps;
  const admin = createPolicyAdmin({ ...deps, checks: deps.policyChecks });
  return async (app) => {
    app.post('/admin/policies/:policyId/publish', PUBLISH_DRAFT, async (request, reply) => {
      const { validFrom, openCases } = request.body;
      const about = { policyId: request.params.policyId, by: callerOf(request).person.id, ifMatch: ifMatchOf(request), openCases };
      const { body, replayed } = await keyed(keyOf(request, issuer), 201, async (trx) => {
        const { version, batch } = await admin.publish(trx, { ...about, validFrom: validFrom === undefined ? null : fromIso(validFrom) });
        return { policy: policyView(version), rebase: batch === null ? null : batchView(batch) };
      });
      if (replayed) void reply.header('idempotency-replayed', 'true');
      return reply.code(201).header('etag', body.policy.etag).send(body);
    });

    app.post('/admin/policies/:policyId/versions/:version/retire', RETIRE, async (request, reply) => {
      const { policyId } = request.params;
      const version = policyVersionOf(request.params.version);
      if (version === 'draft') throw new ApiProblem('policy_not_published');
      const by = callerOf(request).person.id;
      const { body, replayed } = await keyed(keyOf(request, issuer), 200, async (trx) => {
        const { version: retired, instead } = await admin.retire(trx, { policyId, version, by });
        return { policy: policyView(retired), inForceInstead: instead === null ? null : `${policyId}@${instead}` };
      });
      if (replayed) void reply.header('idempotency-replayed', 'true');
      return reply.header('etag', body.policy.etag).send(body);
    });
  };
}
