/** Opening a case, reading it, opening it again. */
import { randomUUID } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { scopeFor, type Person } from '../../domain/access/policy.ts';
import { CENTRAL } from '../../domain/access/scope.ts';
import type { Rulebook } from '../../domain/sla/policy.ts';
import { ApiProblem } from '../api-problem.ts';
import { callerOf } from '../plugins/auth.ts';
import { ifMatchOf, keyOf } from '../plugins/keys.ts';
import { OpenBody, type CaseViewBody, type CommandAnswerBody, type OpenRequest } from '../schemas/case.ts';
import { ReopenBody } from '../schemas/commands.ts';
import { CaseParams } from '../schemas/common.ts';
import { PROBLEM_RESPONSES } from '../schemas/problem.ts';
import { loadCase } from '../services/commanding.ts';
import type { OpeningFacts } from '../services/opening.ts';
import { caseView } from '../views/case.ts';
import type { RouteDeps } from './dependencies.ts';
import { answered, COMMAND_HEADERS } from './replies.ts';
import { peopleAtOpening } from '../services/people-at-opening.ts';
import { assertTerritory } from './territories.ts';

const Answer = Type.Unsafe<CommandAnswerBody>({ $ref: 'CommandAnswer#' });
const Case = Type.Unsafe<CaseViewBody>({ $ref: 'Case#' });

const OPEN = {
  config: { action: 'case.open' as const },
  schema: {
    operationId: 'open',
    tags: ['cases'],
    summary: 'Open a case: the answer is the promise, its clocks with their deadlines',
    headers: Type.Pick(COMMAND_HEADERS, ['idempotency-key']),
    body: OpenBody,
    response: { 201: Answer, ...PROBLEM_RESPONSES },
  },
};
const READ = {
  config: { action: 'case.read' as const },
  schema: { operationId: 'readCase', tags: ['cases'], summary: 'A case with its clocks', params: CaseParams, response: { 200: Case, ...PROBLEM_RESPONSES } },
};
const REOPEN = {
  config: { action: 'case.reopen' as const },
  schema: {
    operationId: 'reopen',
    tags: ['cases'],
    summary: 'Open a closed case again, as a new episode with clocks of its own',
    params: CaseParams,
    headers: COMMAND_HEADERS,
    body: ReopenBody,
    response: { 200: Answer, ...PROBLEM_RESPONSES },
  },
};

/** POST /cases, GET /cases/:caseId, POST /cases/:caseId/reopen. */
export function caseRoutes(deps: RouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post('/cases', OPEN, async (request, reply) => {
      const { person } = callerOf(request);
      const factsOf = () => openingFacts(deps, request.body, person);
      const { status, body, replayed } = await deps.opening.open(person, keyOf(request, deps.issuer), factsOf);
      void reply.code(status as 201).header('location', `/api/v1/cases/${body.caseId}`);
      return answered(reply, body, replayed);
    });

    app.get('/cases/:caseId', READ, async (request, reply) => {
      const { loaded, state } = await loadCase(deps.caseLog, request.params.caseId, callerOf(request));
      const view = caseView(loaded.row, state, callerOf(request).person, deps.now());
      void reply.header('etag', view.etag);
      return view;
    });

    app.post('/cases/:caseId/reopen', REOPEN, async (request, reply) => {
      const { caseId } = request.params;
      const about = { caseId, ...callerOf(request), key: keyOf(request, deps.issuer), ifMatch: ifMatchOf(request) };
      const { body, replayed } = await deps.opening.reopen({ ...about, reason: request.body.reason });
      return answered(reply, body, replayed);
    });
  };
}

async function openingFacts(deps: RouteDeps, body: OpenRequest, person: Person): Promise<OpeningFacts> {
  const { urgency, primaryNeed, municipio = null, assignReason, contested = null } = body;
  assertTerritory(deps.territories, municipio, '/municipio');
  if (body.linkedTo !== undefined) await assertReadable(deps, body.linkedTo, person);
  const reason = assignReason ?? (contested === null ? 'registered_address' : 'provisional_acceptance');
  const household = body.household ?? randomUUID();
  const facts = {
    ...{ urgency, primaryNeed, contested, household },
    otherNeeds: body.otherNeeds ?? [],
    redFlags: body.redFlags ?? [],
    circumstances: body.circumstances ?? [],
    linkedTo: body.linkedTo ?? null,
    assignment: municipio === null ? null : { municipio, reason },
    rulebook: await rulebookFor(deps, body),
  };
  return { facts, within: await peopleAtOpening(deps, body, person) };
}

/** 422 unless the earlier case exists and the person may read it: a link to nothing, or to somebody else's case, would only show later. */
async function assertReadable({ caseLog }: RouteDeps, caseId: string, person: Person): Promise<void> {
  const scope = scopeFor('case.read', person);
  if (scope !== null && (await caseLog.loadCase(caseId, scope)) !== null) return;
  throw new ApiProblem('linked_case_unknown', { errors: [{ pointer: '/linkedTo', rule: 'known', message: caseId }] });
}

function rulebookFor(deps: RouteDeps, { urgency, primaryNeed, municipio, policy }: OpenRequest): Promise<Rulebook> | Rulebook {
  if (policy !== undefined) return scenarioRulebook(deps, policy);
  return deps.rulebooks.current(deps.now(), { urgency, primaryNeed, territory: municipio ?? CENTRAL });
}

/** A policy registered for a scenario; only where everybody is somebody invented. */
async function scenarioRulebook({ development, storedRulebooks }: RouteDeps, policy: string): Promise<Rulebook> {
  if (!development) throw new ApiProblem('policy_not_selectable');
  const rulebook = await storedRulebooks.find(policy);
  if (rulebook === null) throw new ApiProblem('policy_unknown', { errors: [{ pointer: '/policy', rule: 'known', message: policy }] });
  return rulebook;
}
