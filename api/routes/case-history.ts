/** What happened to a case. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type, type Static } from 'typebox';
import { CursorInvalid, decodeCursor, encodeCursor } from '../../db/repositories/cursor.ts';
import { toIso } from '../instants.ts';
import type { TimelineEventBody, TimelinePage } from '../schemas/case.ts';
import { CaseParams, CLOSED, Cursor } from '../schemas/common.ts';
import { PROBLEM_RESPONSES } from '../schemas/problem.ts';
import { callerOf } from '../plugins/auth.ts';
import { loadCase } from '../services/commanding.ts';
import { timelineOf } from '../views/timeline.ts';
import type { RouteDeps } from './dependencies.ts';

const DEFAULT_LIMIT = 50;
const TimelineQuery = Type.Object(
  {
    limit: Type.Optional(Type.String({ pattern: '^([1-9]|[1-9][0-9]|1[0-9][0-9]|200)$', description: 'Most events of a page, 1 to 200; 50 unless told' })),
    cursor: Cursor,
  },
  CLOSED,
);

const TIMELINE = {
  config: { action: 'case.read' as const },
  schema: {
    operationId: 'readTimeline',
    tags: ['cases'],
    summary: 'Every event of a case, oldest first',
    params: CaseParams,
    querystring: TimelineQuery,
    response: { 200: Type.Unsafe<Static<typeof TimelinePage>>({ $ref: 'TimelinePage#' }), ...PROBLEM_RESPONSES },
  },
};
/** GET /cases/:caseId/timeline. */
export function caseHistoryRoutes(deps: RouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/cases/:caseId/timeline', TIMELINE, async (request) => {
      const { caseId } = request.params;
      const { loaded } = await loadCase(deps.caseLog, caseId, callerOf(request));
      const { limit, cursor } = request.query;
      return { caseId, asOf: toIso(deps.now()), ...pageOf(timelineOf(loaded.revisions), limit === undefined ? DEFAULT_LIMIT : Number(limit), cursor) };
    });
  };
}

/** Events are only ever added: the place of the last one shown is all a cursor needs. */
function pageOf(events: readonly TimelineEventBody[], limit: number, cursor: string | undefined): { items: TimelineEventBody[]; next: string | null } {
  const from = cursor === undefined ? 0 : placeOf(cursor);
  const items = events.slice(from, from + limit);
  return { items, next: from + items.length < events.length ? encodeCursor('timeline', [from + items.length]) : null };
}

function placeOf(cursor: string): number {
  const [place] = decodeCursor('timeline', cursor, ['number']);
  if (typeof place !== 'number' || place < 0) throw new CursorInvalid();
  return place;
}
