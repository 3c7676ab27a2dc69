/** What a municipio must not leave lying when it closes. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { NO_POLICY } from '../../domain/sla/no-policy.ts';
import { WALL_CLOCK } from '../../domain/sla/calendar-snapshot.ts';
import { serviceDayAfter, serviceDayBefore } from '../../domain/sla/closings.ts';
import type { HandoverItem } from '../../domain/staff/handover-list.ts';
import { ApiProblem } from '../api-problem.ts';
import { toIso, toIsoOrNull } from '../instants.ts';
import { callerOf } from '../plugins/auth.ts';
import { CLOSED, TerritoryCode } from '../schemas/common.ts';
import { PROBLEM_RESPONSES } from '../schemas/problem.ts';
import type { HandoverListBody } from '../schemas/staff.ts';
import type { RouteDeps } from './dependencies.ts';
import { assertTerritory } from './territories.ts';

const EARLIER = 14;

const LIST = {
  config: { action: 'handover.list' as const },
  schema: {
    operationId: 'handoverList',
    tags: ['cases'],
    summary: 'Red and yellow cases without a plan, and red ones not handed over for the night: now, and before earlier closings',
    querystring: Type.Object({ municipio: TerritoryCode }, CLOSED),
    response: { 200: Type.Unsafe<HandoverListBody>({ $ref: 'HandoverList#' }), ...PROBLEM_RESPONSES },
  },
};

/** GET /handover-list. */
export function handoverListRoutes(deps: RouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/handover-list', LIST, async (request) => {
      const { municipio } = request.query;
      const { scope } = callerOf(request);
      assertTerritory(deps.territories, municipio, '/municipio');
      if (scope.kind !== 'all' && !(scope.kind === 'municipi' && scope.municipi.includes(municipio))) throw new ApiProblem('forbidden');
      const asOf = deps.now();
      const { calendars, calendarOf } = await deps.rulebooks.withCalendars(asOf, NO_POLICY);
      const calendar = calendars[calendarOf[municipio] ?? calendarOf['*'] ?? ''] ?? WALL_CLOCK;
      const since = serviceDayBefore(calendar, asOf)?.opensAt ?? asOf;
      const items = await deps.handoverLists.current(municipio, { asOf, since });
      const earlier = await deps.handoverLists.stored(municipio, asOf, EARLIER);
      return {
        ...{ asOf: toIso(asOf), municipio, closesAt: toIsoOrNull(serviceDayAfter(calendar, asOf)?.closesAt ?? null) },
        items: items.map(itemView),
        earlier: earlier.map(({ closesAt, madeAt, items: kept }) => ({ closesAt: toIso(closesAt), madeAt: toIso(madeAt), items: kept.map(itemView) })),
      };
    });
  };
}

function itemView({ nearestDueAt, reasons, ...item }: HandoverItem): HandoverListBody['items'][number] {
  return { ...item, nearestDueAt: toIsoOrNull(nearestDueAt), reasons: [...reasons] };
}
