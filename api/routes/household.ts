/** The household of a case, and looking people up: POST, so that nothing said of anybody is in an address. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Indexed } from '../../db/protection/blind-index.ts';
import { nameTokens } from '../../domain/people/name-tokens.ts';
import { ApiProblem } from '../api-problem.ts';
import { readPhone } from '../phone-number.ts';
import { callerOf } from '../plugins/auth.ts';
import { ifMatchOf } from '../plugins/keys.ts';
import { CaseParams } from '../schemas/common.ts';
import { HouseholdChange, SearchBody, type HouseholdViewBody, type SearchViewBody } from '../schemas/people.ts';
import { PROBLEM_RESPONSES } from '../schemas/problem.ts';
import { changedHousehold, phoneFault } from '../services/people-input.ts';
import { caseHeld, caseInReach, requiredTags } from '../services/people-reach.ts';
import { foundView, householdView } from '../views/people.ts';
import type { RouteDeps } from './dependencies.ts';

const Household = Type.Unsafe<HouseholdViewBody>({ $ref: 'Household#' });
const IfMatch = Type.Optional(Type.String({ description: 'The `ETag` last seen, of the household; needed' }));

const READ = {
  config: { action: 'household.read' as const },
  schema: {
    operationId: 'readHousehold',
    tags: ['families'],
    summary: 'Who the family is and how it may be reached',
    params: CaseParams,
    response: { 200: Household, ...PROBLEM_RESPONSES },
  },
};
const CHANGE = {
  config: { action: 'household.edit' as const },
  schema: {
    operationId: 'changeHousehold',
    tags: ['families'],
    summary: 'Correct what is known of the family; what is left out stays',
    params: CaseParams,
    headers: Type.Object({ 'if-match': IfMatch }),
    body: HouseholdChange,
    response: { 200: Household, ...PROBLEM_RESPONSES },
  },
};
const SEARCH = {
  config: { action: 'people.search' as const, keyless: true },
  schema: {
    operationId: 'searchPeople',
    tags: ['families'],
    summary: 'People with a case in reach, by phone or by whole names',
    body: SearchBody,
    response: { 200: Type.Unsafe<SearchViewBody>({ $ref: 'PeopleFound#' }), ...PROBLEM_RESPONSES },
  },
};

const FOUND_AT_MOST = 20;
/** One letter is found with a tenth of all people. */
const LETTERS_AT_LEAST = 2;

/** GET and PATCH /cases/:caseId/household, POST /people/search. */
export function householdRoutes({ households, searchPeople, knex, now }: RouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/cases/:caseId/household', READ, async (request, reply) => {
      const { householdId } = await caseInReach(households, request.params.caseId, callerOf(request));
      const view = householdView(await households.read(householdId));
      void reply.header('etag', view.etag);
      return view;
    });

    app.patch('/cases/:caseId/household', CHANGE, async (request, reply) => {
      const caller = callerOf(request);
      const { householdId } = await caseHeld(households, request.params.caseId, caller);
      const tags = requiredTags(ifMatchOf(request));
      const view = await knex.transaction(async (trx) => {
        const before = await households.read(householdId, { lock: true, trx });
        if (!tags.includes(before.version)) throw new ApiProblem('household_changed');
        await households.write(householdId, changedHousehold(before.household, request.body), { by: caller.person.id, at: now() }, trx);
        return householdView(await households.read(householdId, { trx }));
      });
      void reply.header('etag', view.etag);
      return view;
    });

    app.post('/people/search', SEARCH, async (request) => {
      const { scope } = callerOf(request);
      const found = await searchPeople(wantedBy(request.body), scope, FOUND_AT_MOST);
      return { items: found.slice(0, FOUND_AT_MOST).map(foundView), more: found.length > FOUND_AT_MOST };
    });
  };
}

function wantedBy({ phone, name }: { readonly phone?: string; readonly name?: string }): readonly Indexed[] {
  if (phone !== undefined) {
    const said = readPhone(phone);
    if (said === null) throw new ApiProblem('phone_invalid', { errors: [phoneFault('/phone')] });
    return [{ kind: 'phone', value: said.number }];
  }
  const tokens = nameTokens(name ?? '');
  if (!tokens.some((token) => token.length >= LETTERS_AT_LEAST || /\P{Script=Latin}/u.test(token))) throw new ApiProblem('name_too_vague');
  return tokens.map((value) => ({ kind: 'name', value }));
}
