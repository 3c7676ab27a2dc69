/** Broken promises: the list a review works through, and the cause it sets. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type, type Static } from 'typebox';
import type { Breach, BreachFilters } from '../../db/repositories/breaches.ts';
import { inScope } from '../../domain/access/scope.ts';
import { BREACH_CAUSES, type BreachCause } from '../../domain/case/codes.ts';
import { CLOCK_NAMES, URGENCIES, type ClockName, type Urgency } from '../../domain/sla/policy.ts';
import { ApiProblem } from '../api-problem.ts';
import { fromIso, toIso } from '../instants.ts';
import { callerOf } from '../plugins/auth.ts';
import { keyOf } from '../plugins/keys.ts';
import { ReviewBreachBody, type BreachPage, type ReviewedBreachBody } from '../schemas/breaches.ts';
import { CaseParams, CLOSED, CommaSeparated, Cursor, Instant, Limit } from '../schemas/common.ts';
import { PROBLEM_RESPONSES } from '../schemas/problem.ts';
import { loadCase } from '../services/commanding.ts';
import { breachView, reviewedBreachView } from '../views/breaches.ts';
import type { RouteDeps } from './dependencies.ts';
import { COMMAND_HEADERS } from './replies.ts';

const CAUSES = ['none', ...BREACH_CAUSES] as const;

const Query = Type.Object(
  {
    municipio: Type.Optional(
      Type.String({ pattern: '^[A-Z0-9]{1,16}(,[A-Z0-9]{1,16})*$', description: 'With these municipi when the promise was broken, joined by commas' }),
    ),
    clock: CommaSeparated(CLOCK_NAMES, 'Only these clocks'),
    urgency: CommaSeparated(URGENCIES, 'Of these urgencies when the promise was broken'),
    dueFrom: Type.Optional(Instant),
    dueTo: Type.Optional(Instant),
    cause: CommaSeparated(CAUSES, 'With these causes in force; `none` for those not reviewed'),
    limit: Limit,
    cursor: Cursor,
  },
  CLOSED,
);

const LIST = {
  config: { action: 'breach.list' as const },
  schema: {
    operationId: 'listBreaches',
    tags: ['breaches'],
    summary: 'Broken promises of the cases in your reach, due last first',
    querystring: Query,
    response: { 200: Type.Unsafe<Static<typeof BreachPage>>({ $ref: 'BreachPage#' }), ...PROBLEM_RESPONSES },
  },
};
const REVIEW = {
  config: { action: 'breach.review' as const },
  schema: {
    operationId: 'reviewBreach',
    tags: ['breaches'],
    summary: 'Set why a promise was broken, also of a closed case; an earlier cause stays as history',
    params: CaseParams,
    headers: Type.Pick(COMMAND_HEADERS, ['idempotency-key']),
    body: ReviewBreachBody,
    response: { 200: Type.Unsafe<ReviewedBreachBody>({ $ref: 'ReviewedBreach#' }), ...PROBLEM_RESPONSES },
  },
};

/** GET /breaches, POST /cases/:caseId/review-breach. */
export function breachRoutes(deps: RouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/breaches', LIST, async (request) => {
      const { limit, cursor = null, ...filters } = request.query;
      const paging = { cursor, ...(limit === undefined ? {} : { limit: Number(limit) }) };
      const { breaches, next } = await deps.breaches.list({ scope: callerOf(request).scope, filters: filtersOf(filters), ...paging });
      return { asOf: toIso(deps.now()), items: breaches.map(breachView), next };
    });

    app.post('/cases/:caseId/review-breach', REVIEW, async (request, reply) => {
      const { caseId } = request.params;
      const { clock, cause, episode } = request.body;
      const { person, scope } = callerOf(request);
      const { loaded, state } = await loadCase(deps.caseLog, caseId, { person, scope });
      // A case that is only on offer, or disputed, is reviewed where it is.
      if (!inScope(scope, { ...loaded.row, handoverTo: null, disputed: false, centralAlerted: false })) throw new ApiProblem('forbidden');
      const id = { caseId, episode: episode ?? state.episode, clockId: clock };
      const { body, replayed } = await deps.keyed(keyOf(request, deps.issuer), 200, async (trx) => {
        const breach = await deps.breaches.find(id, scope, trx);
        assertReviewable(breach, cause, clock);
        await deps.breaches.review(id, { cause, by: person.id, at: deps.now() }, trx);
        return reviewedBreachView(breach, await deps.breaches.reviews(id, trx));
      });
      if (replayed) void reply.header('idempotency-replayed', 'true');
      return body;
    });
  };
}

function assertReviewable(breach: Breach | null, cause: BreachCause, clock: string): asserts breach is Breach {
  if (breach === null) throw new ApiProblem('breach_unknown', { errors: [{ pointer: '/clock', rule: 'breached', message: clock }] });
  if (breach.review?.cause === cause) throw new ApiProblem('breach_cause_unchanged', { errors: [{ pointer: '/cause', rule: 'changed', message: cause }] });
}

type Filters = Omit<Static<typeof Query>, 'limit' | 'cursor'>;

function filtersOf({ municipio, clock, urgency, dueFrom, dueTo, cause }: Filters): BreachFilters {
  return {
    ...(municipio === undefined ? {} : { municipio: municipio.split(',') }),
    ...(clock === undefined ? {} : { clock: clock.split(',') as ClockName[] }),
    ...(urgency === undefined ? {} : { urgency: urgency.split(',') as Urgency[] }),
    ...(dueFrom === undefined ? {} : { dueFrom: fromIso(dueFrom) }),
    ...(dueTo === undefined ? {} : { dueTo: fromIso(dueTo) }),
    ...(cause === undefined ? {} : { cause: cause.split(',') as (BreachCause | 'none')[] }),
  };
}
