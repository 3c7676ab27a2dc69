/** What happened to a case, and why its clocks stand where they stand. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type, type Static } from 'typebox';
import { CursorInvalid, decodeCursor, encodeCursor } from '../../db/repositories/cursor.ts';
import type { LoggedRevision } from '../../db/repositories/stored-events.ts';
import { fold } from '../../domain/case/evolve.ts';
import type { CaseState } from '../../domain/case/state.ts';
import { ApiProblem } from '../api-problem.ts';
import { toIso } from '../instants.ts';
import type { TimelineEventBody, TimelinePage } from '../schemas/case.ts';
import type { ClockExplanationBody } from '../schemas/clock.ts';
import { CaseParams, CLOSED, Cursor, Uuid } from '../schemas/common.ts';
import { PROBLEM_RESPONSES } from '../schemas/problem.ts';
import { callerOf } from '../plugins/auth.ts';
import { loadCase } from '../services/commanding.ts';
import { explainClock } from '../views/clock.ts';
import { timelineOf } from '../views/timeline.ts';
import type { RouteDeps } from './dependencies.ts';

const ClockParams = Type.Object({ caseId: Uuid, clockId: Type.String({ pattern: '^[A-Za-z]+-[1-9][0-9]{0,5}$' }) });
const DEFAULT_LIMIT = 50;
const TimelineQuery = Type.Object(
  {
    limit: Type.Optional(Type.String({ pattern: '^([1-9]|[1-9][0-9]|1[0-9][0-9]|200)$', description: 'Most events of a page, 1 to 200; 50 unless told' })),
    cursor: Cursor,
  },
  CLOSED,
);

const EPISODE = 'Of this episode, as it stood when that was closed; the current one unless told';

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
const CLOCK = {
  config: { action: 'case.read' as const },
  schema: {
    operationId: 'explainClock',
    tags: ['cases'],
    summary: 'Why a clock stands where it stands: the time counted and the time not counted',
    params: ClockParams,
    querystring: Type.Object({ episode: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,3}$', description: EPISODE })) }, CLOSED),
    response: { 200: Type.Unsafe<ClockExplanationBody>({ $ref: 'ClockExplanation#' }), ...PROBLEM_RESPONSES },
  },
};

/** GET /cases/:caseId/timeline, GET /cases/:caseId/clocks/:clockId. */
export function caseHistoryRoutes(deps: RouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/cases/:caseId/timeline', TIMELINE, async (request) => {
      const { caseId } = request.params;
      const { loaded } = await loadCase(deps.caseLog, caseId, callerOf(request));
      const { limit, cursor } = request.query;
      return { caseId, asOf: toIso(deps.now()), ...pageOf(timelineOf(loaded.revisions), limit === undefined ? DEFAULT_LIMIT : Number(limit), cursor) };
    });

    app.get('/cases/:caseId/clocks/:clockId', CLOCK, async (request) => {
      const { caseId, clockId } = request.params;
      const { loaded, state } = await loadCase(deps.caseLog, caseId, callerOf(request));
      const { episode } = request.query;
      const then = episode === undefined ? state : episodeOf(state, loaded.revisions, Number(episode));
      const explained = then === null ? null : explainClock(then, clockId, deps.now());
      if (explained === null) throw new ApiProblem('clock_unknown');
      return explained;
    });
  };
}

/** The case as its last revision of an episode left it: of earlier ones the state keeps the figures only. Null for an episode it never had. */
function episodeOf(state: CaseState, revisions: readonly LoggedRevision[], episode: number): CaseState | null {
  if (episode > state.episode) return null;
  return episode === state.episode ? state : fold(revisions.filter((revision) => revision.episode <= episode));
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
