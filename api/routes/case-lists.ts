/** Lists of cases and taking the next of a queue. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type, type Static } from 'typebox';
import { CASE_SORTS, type CaseFilters } from '../../db/repositories/case-lists.ts';
import { NEED_CATEGORIES } from '../../domain/case/codes.ts';
import { CASE_STATUSES, type CaseStatus } from '../../domain/case/state.ts';
import { NO_POLICY_LABEL } from '../../domain/sla/no-policy.ts';
import { URGENCIES, type Urgency } from '../../domain/sla/policy.ts';
import { fromIso, toIso, toIsoOrNull } from '../instants.ts';
import { callerOf } from '../plugins/auth.ts';
import { keyOf } from '../plugins/keys.ts';
import type { CasePage } from '../schemas/case.ts';
import { Code, CommaSeparated, Cursor, Limit, SearchInstant, TerritoryCode, CLOSED, Uuid, WorkerId } from '../schemas/common.ts';
import { PROBLEM_RESPONSES } from '../schemas/problem.ts';
import { rowView } from '../views/case.ts';
import type { RouteDeps } from './dependencies.ts';
import { answered, COMMAND_HEADERS, COMMAND_RESPONSES, pending } from './replies.ts';

const Query = Type.Object(
  {
    status: CommaSeparated(CASE_STATUSES, 'Only in these states'),
    urgency: CommaSeparated(URGENCIES, 'Only of these urgencies'),
    municipio: Type.Optional(Type.String({ pattern: '^[A-Z0-9]{1,16}(,[A-Z0-9]{1,16})*$', description: 'Only with these municipi, joined by commas' })),
    owner: Type.Optional(Type.Union([Type.Enum(['me']), WorkerId], { description: 'Only owned by this person; `me` is who asks' })),
    overdue: Type.Optional(Type.Enum(['true', 'false'], { description: 'With a promise past due at `asOf`, or without' })),
    need: Type.Optional(Code(NEED_CATEGORIES)),
    household: Type.Optional(Uuid),
    policy: Type.Optional(
      Type.String({ pattern: '^(none|[\\w.-]{1,100}@\\d{1,9})$', description: 'Only measured by this policy, `<id>@<version>`; `none`: by no published one' }),
    ),
    openedFrom: Type.Optional(SearchInstant),
    openedTo: Type.Optional(SearchInstant),
    sort: Type.Optional(Type.Enum([...CASE_SORTS], { description: 'Nearest promise first (`deadline`) unless told' })),
    asOf: Type.Optional(SearchInstant),
    limit: Limit,
    cursor: Cursor,
  },
  CLOSED,
);

const TakeNextBody = Type.Object({ municipi: Type.Optional(Type.Array(TerritoryCode, { minItems: 1, maxItems: 20, uniqueItems: true })) }, CLOSED);

const LIST = {
  config: { action: 'case.list' as const },
  schema: {
    operationId: 'listCases',
    tags: ['cases'],
    summary: 'Cases in your reach, with their running clocks',
    querystring: Query,
    response: { 200: Type.Unsafe<Static<typeof CasePage>>({ $ref: 'CasePage#' }), ...PROBLEM_RESPONSES },
  },
};
const TAKE = {
  config: { action: 'case.takeNext' as const },
  schema: {
    operationId: 'takeNext',
    tags: ['cases'],
    summary: 'Claim the most urgent waiting case of your municipi',
    headers: Type.Pick(COMMAND_HEADERS, ['idempotency-key']),
    body: TakeNextBody,
    response: COMMAND_RESPONSES,
  },
};

/** GET /cases, POST /cases/take-next. */
export function caseListRoutes(deps: RouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/cases', LIST, async (request) => {
      const { query } = request;
      const { person, scope } = callerOf(request);
      const asOf = query.asOf === undefined ? deps.now() : fromIso(query.asOf);
      const page = { ...(query.sort === undefined ? {} : { sort: query.sort }), ...(query.limit === undefined ? {} : { limit: Number(query.limit) }) };
      const { cases, next } = await deps.caseLists.list({ scope, asOf, filters: filtersOf(query, person.id), cursor: query.cursor ?? null, ...page });
      const items = cases.map(({ clocks, overdue, ...row }) => ({
        ...rowView(row, overdue),
        clocks: clocks.map((clock) => ({ ...clock, dueAt: toIsoOrNull(clock.dueAt) })),
      }));
      return { asOf: toIso(asOf), items, next };
    });

    app.post('/cases/take-next', TAKE, async (request, reply) => {
      const about = { ...callerOf(request), key: keyOf(request, deps.issuer), requestId: request.id };
      const result = await deps.takeNext({ ...about, municipi: request.body.municipi ?? null });
      if (result.kind === 'pending') return pending(reply, result.caseId, String(request.headers['idempotency-key']));
      return answered(reply, result.body, result.replayed);
    });
  };
}

function filtersOf(query: Static<typeof Query>, me: string): CaseFilters {
  const { status, urgency, municipio, owner, overdue, need, household, policy, openedFrom, openedTo } = query;
  return {
    ...(status === undefined ? {} : { status: status.split(',') as CaseStatus[] }),
    ...(urgency === undefined ? {} : { urgency: urgency.split(',') as Urgency[] }),
    ...(municipio === undefined ? {} : { municipio: municipio.split(',') }),
    ...(owner === undefined ? {} : { owner: owner === 'me' ? me : owner }),
    ...(overdue === undefined ? {} : { overdue: overdue === 'true' }),
    ...(need === undefined ? {} : { need }),
    ...(household === undefined ? {} : { household }),
    ...(policy === undefined ? {} : { policy: policy === 'none' ? NO_POLICY_LABEL : policy }),
    ...(openedFrom === undefined ? {} : { openedFrom: fromIso(openedFrom) }),
    ...(openedTo === undefined ? {} : { openedTo: fromIso(openedTo) }),
  };
}
