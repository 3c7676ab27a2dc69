/** Why a case's clocks stand where they stand, where a family's waiting went, and what would become of the promises if something were otherwise. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { accountFor } from '../../domain/case/accountability.ts';
import { explainClock } from '../../domain/case/explanation.ts';
import { readHistory, type CaseHistory } from '../../domain/case/history.ts';
import { whatIf } from '../../domain/case/what-if.ts';
import type { Language } from '../../domain/language.ts';
import { ApiProblem, CommandRefused } from '../api-problem.ts';
import { fromIso } from '../instants.ts';
import { pickLanguage } from '../language.ts';
import { callerOf } from '../plugins/auth.ts';
import type { AccountabilityBody } from '../schemas/accountability.ts';
import type { ClockExplanationBody } from '../schemas/clock.ts';
import { CaseParams, CLOSED, Uuid } from '../schemas/common.ts';
import { PROBLEM_RESPONSES } from '../schemas/problem.ts';
import { WhatIfBody, type WhatIfViewBody } from '../schemas/what-if.ts';
import { actorOf, loadCase } from '../services/commanding.ts';
import { accountabilityView, explanationView } from '../views/explanation.ts';
import { whatIfView } from '../views/what-if.ts';
import type { RouteDeps } from './dependencies.ts';
import { assertTerritory } from './territories.ts';

const ClockParams = Type.Object({ caseId: Uuid, clockId: Type.String({ pattern: '^[A-Za-z]+-[1-9][0-9]{0,5}$' }) });
const EPISODE = 'Of this episode, as it stood when that was closed; the current one unless told';
const EpisodeQuery = Type.Object({ episode: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,3}$', description: EPISODE })) }, CLOSED);
const LANGUAGE_HEADERS = Type.Object({ 'accept-language': Type.Optional(Type.String({ description: 'Of the sentences: `it` (unless told) or `en`' })) });

const EXPLAIN = {
  config: { action: 'case.read' as const },
  schema: {
    operationId: 'explainClock',
    tags: ['cases'],
    summary: 'Why a clock stands where it stands: the time counted and not counted, who changed what, what is left, and why it is due then',
    params: ClockParams,
    querystring: EpisodeQuery,
    headers: LANGUAGE_HEADERS,
    response: { 200: Type.Unsafe<ClockExplanationBody>({ $ref: 'ClockExplanation#' }), ...PROBLEM_RESPONSES },
  },
};
const ACCOUNT = {
  config: { action: 'case.read' as const },
  schema: {
    operationId: 'readAccountability',
    tags: ['cases'],
    summary: 'Where the family’s waiting went: by who had the case, and what the time was spent on',
    params: CaseParams,
    querystring: EpisodeQuery,
    headers: LANGUAGE_HEADERS,
    response: { 200: Type.Unsafe<AccountabilityBody>({ $ref: 'Accountability#' }), ...PROBLEM_RESPONSES },
  },
};
const WHAT_IF = {
  config: { action: 'case.whatIf' as const, keyless: true },
  schema: {
    operationId: 'whatIf',
    tags: ['cases'],
    summary: 'The clocks as they are and as they would be; nothing is written',
    params: CaseParams,
    body: WhatIfBody,
    response: { 200: Type.Unsafe<WhatIfViewBody>({ $ref: 'WhatIf#' }), ...PROBLEM_RESPONSES },
  },
};

/** GET /cases/:caseId/clocks/:clockId, GET /cases/:caseId/accountability, POST /cases/:caseId/what-if. */
export function caseClockRoutes(deps: RouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/cases/:caseId/clocks/:clockId', EXPLAIN, async (request, reply) => {
      const { caseId, clockId } = request.params;
      const history = await historyOf(deps, request, request.query);
      const asOf = deps.now();
      const explanation = history === null ? null : explainClock(history, clockId, asOf);
      if (history === null || explanation === null) throw new ApiProblem('clock_unknown');
      const { episode } = history.state;
      const reviews = explanation.clock.breach === null ? [] : await deps.breaches.reviews({ caseId, episode, clockId });
      return explanationView(caseId, explanation, reviews, languageOf(request, reply), asOf);
    });

    app.get('/cases/:caseId/accountability', ACCOUNT, async (request, reply) => {
      const { caseId } = request.params;
      const history = await historyOf(deps, request, request.query);
      if (history === null) throw new ApiProblem('episode_unknown');
      const asOf = deps.now();
      return accountabilityView(caseId, accountFor(history, asOf), languageOf(request, reply), asOf);
    });

    app.post('/cases/:caseId/what-if', WHAT_IF, async (request) => {
      const { caseId } = request.params;
      const { urgency, municipio, waitingUntil } = request.body;
      assertTerritory(deps.territories, municipio, '/municipio');
      const { state } = await loadCase(deps.caseLog, caseId, callerOf(request));
      const supposition = {
        ...(urgency === undefined ? {} : { urgency }),
        ...(municipio === undefined ? {} : { municipio }),
        ...(waitingUntil === undefined ? {} : { waitingUntil: fromIso(waitingUntil) }),
      };
      const asOf = deps.now();
      const supposed = whatIf(state, supposition, actorOf(callerOf(request).person), asOf);
      if ('code' in supposed) throw new CommandRefused(supposed);
      return whatIfView(caseId, supposed, asOf);
    });
  };
}

/** A case in reach with the events of an episode, read up to its end; null for an episode it never had. */
async function historyOf(deps: RouteDeps, request: FastifyRequest, query: Static<typeof EpisodeQuery>): Promise<CaseHistory | null> {
  const { caseId } = request.params as { readonly caseId: string };
  const { loaded, state } = await loadCase(deps.caseLog, caseId, callerOf(request));
  const episode = query.episode === undefined ? state.episode : Number(query.episode);
  return episode > state.episode ? null : readHistory(loaded.revisions.filter((revision) => revision.episode <= episode));
}

function languageOf(request: FastifyRequest, reply: FastifyReply): Language {
  const language = pickLanguage(request.headers['accept-language']);
  void reply.header('content-language', language).header('vary', 'Accept-Language');
  return language;
}
