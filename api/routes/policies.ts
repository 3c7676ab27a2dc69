/** Policies as they are: what is in force, scheduled and drafted, version by version, and what differs between two of them. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { PolicyVersion } from '../../db/repositories/policies.ts';
import { CENTRAL } from '../../domain/access/scope.ts';
import { inForceAt, type PublishedPolicy } from '../../domain/sla/policy-match.ts';
import { comparePolicies } from '../../domain/sla/policy-diff.ts';
import type { Policy } from '../../domain/sla/policy.ts';
import { policyLabel } from '../../domain/sla/rulebook.ts';
import { ApiProblem } from '../api-problem.ts';
import { fromIso, toIso } from '../instants.ts';
import {
  CompareQuery,
  ComparisonView,
  InForceQuery,
  InForceView,
  PolicyListQuery,
  PolicyListView,
  PolicyVersionParams,
  PolicyVersionRef,
} from '../schemas/policies.ts';
import { PROBLEM_RESPONSES } from '../schemas/problem.ts';
import { policyHeadView, policyView } from '../views/policies.ts';
import { saveTag } from '../views/versions.ts';
import type { RouteDeps } from './dependencies.ts';
import { assertTerritory } from './territories.ts';

const READ = { action: 'policy.read' } as const;
const LIST = {
  config: READ,
  schema: {
    operationId: 'listPolicies',
    tags: ['policies'],
    summary: 'Every version of every policy',
    querystring: PolicyListQuery,
    response: { 200: PolicyListView, ...PROBLEM_RESPONSES },
  },
};
const GET_VERSION = {
  config: READ,
  schema: {
    operationId: 'readPolicyVersion',
    tags: ['policies'],
    summary: 'One version, or the draft',
    params: PolicyVersionParams,
    response: { 200: PolicyVersionRef, ...PROBLEM_RESPONSES },
  },
};
const COMPARE = {
  config: READ,
  schema: {
    operationId: 'comparePolicies',
    tags: ['policies'],
    summary: 'What differs in another version, promise by promise',
    params: PolicyVersionParams,
    querystring: CompareQuery,
    response: { 200: ComparisonView, ...PROBLEM_RESPONSES },
  },
};
const IN_FORCE = {
  config: READ,
  schema: {
    operationId: 'readPolicyInForce',
    tags: ['policies'],
    summary: 'Which policy a case opened at an instant would be measured by',
    querystring: InForceQuery,
    response: { 200: InForceView, ...PROBLEM_RESPONSES },
  },
};

/** GET /admin/policies, versions of one, their comparison, and /admin/policy-in-force. */
export function policyRoutes({ policies, rulebooks, territories, now }: RouteDeps): FastifyPluginAsyncTypebox {
  const found = async (policyId: string, version: number | 'draft'): Promise<PolicyVersion> => {
    const one = await policies.find(policyId, version);
    if (one === null) throw new ApiProblem('policy_version_unknown');
    return one;
  };
  return async (app) => {
    app.get('/admin/policies', LIST, async ({ query: { limit, cursor = null, ...filters } }) => {
      const asOf = now();
      const { items, next } = await policies.list({ ...filters, cursor, ...(limit === undefined ? {} : { limit: Number(limit) }) });
      const counting = new Set(inForceAt((await policies.publishedHeads()).map(bare), asOf).map(({ policy }) => policyLabel(policy)));
      const view = items.map((head) => ({ ...policyHeadView(head), inForce: counting.has(`${head.policyId}@${head.version}`) }));
      return { asOf: toIso(asOf), items: view, next };
    });

    app.get('/admin/policies/:policyId/versions/:version', GET_VERSION, async ({ params: { policyId, version } }, reply) => {
      const one = await found(policyId, policyVersionOf(version));
      void reply.header('etag', saveTag(one));
      return policyView(one);
    });

    app.get('/admin/policies/:policyId/versions/:version/compare', COMPARE, async ({ params, query }) => {
      const [otherId = '', otherVersion = ''] = query.with.split('@');
      const before = await found(params.policyId, policyVersionOf(params.version));
      const after = await found(otherId, policyVersionOf(otherVersion));
      const differences = comparePolicies(before.policy, after.policy).map((difference) => ({ ...difference }));
      return { before: policyLabel(before.policy), after: policyLabel(after.policy), differences };
    });

    app.get('/admin/policy-in-force', IN_FORCE, async ({ query: { municipio, need, urgency, at: text } }) => {
      assertTerritory(territories, municipio, '/municipio');
      const at = text === undefined ? now() : fromIso(text);
      const territory = municipio ?? CENTRAL;
      const { policy, calendarOf, calendars } = await rulebooks.current(at, { territory, primaryNeed: need, urgency });
      const calendar = calendars[calendarOf[territory] ?? calendarOf['*'] ?? ''];
      return { at: toIso(at), policy: policyLabel(policy), calendar: calendar?.id ?? null };
    });
  };
}

/** A version named in an address: a number, or `draft`. Throws `ApiProblem`. */
export function policyVersionOf(text: string): number | 'draft' {
  if (text === 'draft') return text;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new ApiProblem('policy_version_unknown');
  return Number(text);
}

/** Enough of a published version to say when it counts. */
function bare({ policyId, version, ...when }: { readonly policyId: string; readonly version: number } & Omit<PublishedPolicy, 'policy'>): PublishedPolicy {
  return { ...when, policy: { id: policyId, version } as Policy };
}
