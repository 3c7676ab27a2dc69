/** Rebases: of one case, and of many as a batch that is asked for, watched and stopped. */
import { randomUUID } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type, type Static } from 'typebox';
import type { RebaseFilter, RebaseTarget } from '../../db/repositories/rebases.ts';
import { NO_POLICY_LABEL } from '../../domain/sla/no-policy.ts';
import { ApiProblem } from '../api-problem.ts';
import { toIso } from '../instants.ts';
import { callerOf } from '../plugins/auth.ts';
import { keyOf } from '../plugins/keys.ts';
import type { PendingView } from '../schemas/case.ts';
import { CaseParams } from '../schemas/common.ts';
import { PROBLEM_RESPONSES } from '../schemas/problem.ts';
import {
  RebaseBatchRef,
  RebaseBody,
  RebaseCaseBody,
  RebaseCasesQuery,
  RebaseCasesView,
  RebasedCaseRef,
  RebaseListQuery,
  RebaseListView,
  RebaseParams,
  type RebaseRequestBody,
} from '../schemas/rebases.ts';
import { createRebasing } from '../services/rebasing.ts';
import { batchView, movedView, rebasedCaseView } from '../views/policies.ts';
import type { RouteDeps } from './dependencies.ts';
import { COMMAND_HEADERS, pending } from './replies.ts';
import { assertTerritory } from './territories.ts';

const RUN = { action: 'rebase.run' } as const;
const READ = { action: 'policy.read' } as const;
const KEY = Type.Pick(COMMAND_HEADERS, ['idempotency-key']);
const common = (operationId: string, summary: string) => ({ operationId, tags: ['policies'], summary });

const ONE = {
  config: RUN,
  schema: {
    ...common('rebaseCase', 'Measure one open case by what is in force; time used up and pauses are kept'),
    params: CaseParams,
    headers: KEY,
    body: RebaseCaseBody,
    response: { 200: RebasedCaseRef, 202: Type.Unsafe<Static<typeof PendingView>>({ $ref: 'Pending#' }), ...PROBLEM_RESPONSES },
  },
};
const START = {
  config: RUN,
  schema: {
    ...common('startRebase', 'Measure many open cases by what is in force, as a batch; a dry run only says what would move'),
    headers: KEY,
    body: RebaseBody,
    response: { 202: RebaseBatchRef, ...PROBLEM_RESPONSES },
  },
};
const LIST = {
  config: READ,
  schema: { ...common('listRebases', 'Batches, newest first'), querystring: RebaseListQuery, response: { 200: RebaseListView, ...PROBLEM_RESPONSES } },
};
const GET = {
  config: READ,
  schema: { ...common('readRebase', 'How far a batch is'), params: RebaseParams, response: { 200: RebaseBatchRef, ...PROBLEM_RESPONSES } },
};
const CASES = {
  config: READ,
  schema: {
    ...common('listRebasedCases', 'What became of each case of a batch'),
    params: RebaseParams,
    querystring: RebaseCasesQuery,
    response: { 200: RebaseCasesView, ...PROBLEM_RESPONSES },
  },
};
const CANCEL = {
  config: { ...RUN, keyless: true },
  schema: {
    ...common('cancelRebase', 'Stop a batch after the cases in hand; those already done stay as they are'),
    params: RebaseParams,
    response: { 200: RebaseBatchRef, ...PROBLEM_RESPONSES },
  },
};

/** POST /cases/:caseId/rebase. */
export function caseRebaseRoutes(deps: RouteDeps): FastifyPluginAsyncTypebox {
  const rebasing = createRebasing(deps);
  return async (app) => {
    app.post('/cases/:caseId/rebase', ONE, async (request, reply) => {
      const { caseId } = request.params;
      const { to = 'inForce', dryRun = false } = request.body;
      const { commandId, fingerprint } = keyOf(request, deps.issuer);
      const about = { caseId, ...callerOf(request), key: { commandId, fingerprint }, requestId: request.id };
      const answer = await rebasing.rebase({ ...about, target: { to }, dryRun });
      if (answer.kind === 'pending') return pending(reply, caseId, String(request.headers['idempotency-key']));
      if (answer.replayed) void reply.header('idempotency-replayed', 'true');
      return { caseId, dryRun, ...answer.rebased, moved: answer.rebased.moved.map(movedView) };
    });
  };
}

/** Batches at /admin/rebases. */
export function rebaseBatchRoutes(deps: RouteDeps): FastifyPluginAsyncTypebox {
  const { rebases, keyed, issuer, now } = deps;
  return async (app) => {
    app.post('/admin/rebases', START, async (request, reply) => {
      const target = await targetOf(deps, request.body);
      const filter = filterOf(deps, request.body);
      const createdBy = callerOf(request).person.id;
      const { body, replayed } = await keyed(keyOf(request, issuer), 202, async (trx) => {
        const at = now();
        const what = { batchId: randomUUID(), reason: 'requested' as const, target, filter, dryRun: request.body.dryRun ?? false };
        return batchView(await rebases.create({ ...what, createdBy, createdAt: at, notBefore: at }, trx));
      });
      if (replayed) void reply.header('idempotency-replayed', 'true');
      return reply.code(202).header('location', `/api/v1/admin/rebases/${body.batchId}`).send(body);
    });

    app.get('/admin/rebases', LIST, async ({ query: { limit, cursor = null } }) => {
      const { items, next } = await rebases.list({ cursor, ...(limit === undefined ? {} : { limit: Number(limit) }) });
      return { asOf: toIso(now()), items: items.map(batchView), next };
    });

    app.get('/admin/rebases/:batchId', GET, async ({ params }) => batchView(await found(deps, params.batchId)));

    app.get('/admin/rebases/:batchId/cases', CASES, async ({ params: { batchId }, query: { limit, cursor = null, outcome } }) => {
      await found(deps, batchId);
      const page = { cursor, ...(limit === undefined ? {} : { limit: Number(limit) }), ...(outcome === undefined ? {} : { outcome }) };
      const { items, next } = await rebases.cases(batchId, page);
      return { items: items.map(rebasedCaseView), next };
    });

    app.post('/admin/rebases/:batchId/cancel', CANCEL, async ({ params: { batchId } }) => {
      const cancelled = await rebases.cancel(batchId, now());
      if (cancelled !== null) return batchView(cancelled);
      await found(deps, batchId);
      throw new ApiProblem('rebase_over');
    });
  };
}

async function found({ rebases }: RouteDeps, batchId: string) {
  const batch = await rebases.find(batchId);
  if (batch === null) throw new ApiProblem('rebase_unknown');
  return batch;
}

async function targetOf({ policies }: RouteDeps, { to = 'inForce', draft, dryRun = false }: RebaseRequestBody): Promise<RebaseTarget> {
  if (draft === undefined) return { to };
  if (!dryRun) throw new ApiProblem('draft_only_dry', { errors: [{ pointer: '/draft', rule: 'dry_run', message: draft }] });
  const version = await policies.find(draft, 'draft');
  if (version === null) throw new ApiProblem('policy_draft_missing', { errors: [{ pointer: '/draft', rule: 'known', message: draft }] });
  return { to: 'candidate', policy: version.policy };
}

function filterOf({ territories: known }: RouteDeps, { filter = {} }: RebaseRequestBody): RebaseFilter {
  const { policies, ...rest } = filter;
  for (const [index, territory] of (rest.territories ?? []).entries()) assertTerritory(known, territory, `/filter/territories/${index}`);
  return policies === undefined ? rest : { ...rest, policies: policies.map((name) => (name === 'none' ? NO_POLICY_LABEL : name)) };
}
