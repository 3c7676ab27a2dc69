/** Whether the process lives and serves, the list of problems, and policies of scenarios on a development system. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { checkPolicy } from '../../domain/sla/policy-check.ts';
import type { Policy } from '../../domain/sla/policy.ts';
import { ApiProblem } from '../api-problem.ts';
import { LANGUAGES } from '../../domain/language.ts';
import { isProblemCode, PROBLEMS } from '../problems.ts';
import { createReadiness } from '../readiness.ts';
import { PolicyBody, PolicyRegistered } from '../schemas/policy.ts';
import { PROBLEM_RESPONSES } from '../schemas/problem.ts';
import type { RouteDeps } from './dependencies.ts';
import { COMMAND_HEADERS } from './replies.ts';

const PUBLIC = { action: 'public' } as const;
const WATCHED = { ...PUBLIC, quiet: true } as const;
const State = Type.Enum(['up', 'down']);
const Readiness = Type.Object({
  status: Type.Enum(['ready', 'degraded', 'down']),
  parts: Type.Object({ database: State, migrations: Type.Enum(['current', 'pending', 'unknown']), temporal: State }),
});
const Texts = Type.Record(Type.Enum([...LANGUAGES]), Type.String());
const ProblemLine = Type.Object({ code: Type.String(), status: Type.Integer(), title: Texts, advice: Texts });

/** GET /livez, GET /readyz: outside the versioned addresses, for who watches the process. */
export function healthRoutes(deps: RouteDeps): FastifyPluginAsyncTypebox {
  const readiness = createReadiness(deps);
  return async (app) => {
    const live = {
      operationId: 'livez',
      tags: ['system'],
      security: [],
      summary: 'The event loop is alive',
      response: { 200: Type.Object({ status: Type.Enum(['alive']) }), '4xx': PROBLEM_RESPONSES['4xx'] },
    };
    app.get('/livez', { config: WATCHED, schema: live }, () => ({ status: 'alive' as const }));
    const ready = {
      operationId: 'readyz',
      security: [],
      tags: ['system'],
      summary: 'Requests can be served; degraded when only the case engine is away',
      response: { 200: Readiness, 503: Readiness, '4xx': PROBLEM_RESPONSES['4xx'] },
    };
    app.get('/readyz', { config: WATCHED, schema: ready }, async (_request, reply) => {
      const { status, parts } = await readiness();
      void reply.code(status === 'down' ? 503 : 200);
      return { status, parts };
    });
  };
}

const PROBLEM = {
  config: PUBLIC,
  schema: {
    operationId: 'readProblem',
    tags: ['system'],
    security: [],
    summary: 'What a problem code means and what to do about it',
    params: Type.Object({ code: Type.String() }),
    response: { 200: ProblemLine, ...PROBLEM_RESPONSES },
  },
};
const POLICY = {
  config: { action: 'policy.register' as const },
  schema: {
    operationId: 'registerPolicy',
    tags: ['system'],
    summary: 'Register the policy of a scenario (development issuer only); an opening may then name it',
    headers: Type.Pick(COMMAND_HEADERS, ['idempotency-key']),
    body: PolicyBody,
    response: { 201: PolicyRegistered, ...PROBLEM_RESPONSES },
  },
};

/** GET /problems/:code, and POST /dev/policies on a development system. */
export function systemRoutes(deps: RouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/problems/:code', PROBLEM, ({ params: { code } }) => {
      if (!isProblemCode(code)) throw new ApiProblem('problem_unknown');
      const { status, title, advice } = PROBLEMS[code];
      return { code, status, title: { ...title }, advice: { ...advice } };
    });
    if (!deps.development) return;
    // Stored under a hash of its content, so that a repetition needs no record of its own.
    app.post('/dev/policies', POLICY, async (request, reply) => {
      const named = request.body.policy as Policy;
      const faults = checkPolicy(named);
      if (faults.length > 0) {
        throw new ApiProblem('policy_invalid', {
          errors: faults.map(({ code, pointer, detail }) => ({ pointer: `/policy${pointer}`, rule: code, message: detail ?? code })),
        });
      }
      const hash = await deps.storedRulebooks.store(await deps.rulebooks.withCalendars(deps.now(), named));
      return reply.code(201).send({ policy: hash, label: `${named.id}@${named.version}` });
    });
  };
}
