/** One route per command of a person, all generated from the table of bodies: the name is the address, the access table says who. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { PERSON_COMMANDS, type PersonCommandType, type UpdateCommand } from '../../domain/case/commands.ts';
import { fromIso } from '../instants.ts';
import { ifMatchOf, keyOf } from '../plugins/keys.ts';
import { callerOf } from '../plugins/auth.ts';
import { COMMAND_BODIES, COMMAND_SUMMARIES, kebabCase } from '../schemas/commands.ts';
import { CaseParams } from '../schemas/common.ts';
import { answerView } from '../views/case.ts';
import type { RouteDeps } from './dependencies.ts';
import { answered, COMMAND_HEADERS, COMMAND_RESPONSES, pending } from './replies.ts';
import { assertTerritory } from './territories.ts';

/** POST /cases/:caseId/<command>. */
export function caseCommandRoutes(deps: RouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    for (const type of PERSON_COMMANDS) {
      const schema = {
        operationId: type,
        tags: ['commands'],
        summary: COMMAND_SUMMARIES[type],
        params: CaseParams,
        headers: COMMAND_HEADERS,
        body: COMMAND_BODIES[type],
        response: COMMAND_RESPONSES,
      };
      app.post(`/cases/:caseId/${kebabCase(type)}`, { config: { action: `case.${type}` }, schema }, async (request, reply) => {
        const { caseId } = request.params;
        const command = commandOf(type, request.body as Readonly<Record<string, unknown>>);
        const { commandId, fingerprint } = keyOf(request, deps.issuer);
        const about = { caseId, ...callerOf(request), key: { commandId, fingerprint }, ifMatch: ifMatchOf(request), requestId: request.id };
        const result = await deps.commanding.execute({ ...about, command, assertValid: () => assertTerritories(deps, command) });
        if (result.kind === 'pending') return pending(reply, caseId, String(request.headers['idempotency-key']));
        return answered(reply, answerView(caseId, result.episode, result.answer), result.replayed);
      });
    }
  };
}

/** The body of a route as the command it asks for: the schema has checked it, instants become numbers. */
export function commandOf(type: PersonCommandType, body: Readonly<Record<string, unknown>>): UpdateCommand {
  const properties = COMMAND_BODIES[type].properties as Readonly<Record<string, { readonly format?: string }>>;
  const fields = Object.entries(body).map(([name, value]) => [name, properties[name]?.format === 'date-time' ? fromIso(String(value)) : value]);
  return { type, ...Object.fromEntries(fields) } as UpdateCommand;
}

function assertTerritories({ territories }: RouteDeps, command: UpdateCommand): void {
  if ('municipio' in command) assertTerritory(territories, command.municipio, '/municipio');
  if ('proposed' in command) assertTerritory(territories, command.proposed, '/proposed');
}
