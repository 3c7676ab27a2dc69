/** Working-time arithmetic for whoever builds on it: the same answers as `cli sla compute`. Nothing is read or written. */
import { setImmediate as othersFirst } from 'node:timers/promises';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type, type Static } from 'typebox';
import { createComputations } from '../../activities/computations/compute.ts';
import { faultAnswer, RequestFault } from '../../activities/computations/request-fault.ts';
import type { ComputationAnswer } from '../../activities/computations/render-answer.ts';
import { ApiProblem } from '../api-problem.ts';
import { MOST_COMPUTATIONS, type ComputationAnswer as AnswerSchema, type ComputationRequest } from '../schemas/computations.ts';
import { PROBLEM_RESPONSES } from '../schemas/problem.ts';

/** A question and its answer lie in one process's loop: further than this is a matter for the command line. */
const LONGEST_YEARS = 10;
/** Segments and intervals of one call. */
const MOST_LINES = 20_000;
const YIELD_AFTER_MS = 10;
const CONTENT_TYPE = 'application/json; charset=utf-8';

const OneRequest = Type.Unsafe<Static<typeof ComputationRequest>>({ $ref: 'ComputationRequest#' });
const OneAnswer = Type.Unsafe<Static<typeof AnswerSchema>>({ $ref: 'ComputationAnswer#' });

const COMPUTE = {
  config: { action: 'sla.compute' as const, keyless: true },
  // One bad request among many is answered as such: the shape of a body is described here and judged request by request.
  attachValidation: true,
  schema: {
    operationId: 'compute',
    tags: ['sla'],
    summary: 'Deadlines, elapsed time, business days and openings on any calendar, with explanations; nothing is stored',
    body: Type.Union([OneRequest, Type.Array(OneRequest, { maxItems: MOST_COMPUTATIONS })]),
    response: { 200: Type.Union([OneAnswer, Type.Array(OneAnswer)]), ...PROBLEM_RESPONSES },
  },
};

/** POST /sla/computations. */
export function computationRoutes(): FastifyPluginAsyncTypebox {
  const computations = createComputations({ longestYears: LONGEST_YEARS });
  return async (app) => {
    app.post('/sla/computations', COMPUTE, async (request, reply) => {
      const body: unknown = request.body;
      const asked = Array.isArray(body) ? (body as readonly unknown[]) : [body];
      if (asked.length > MOST_COMPUTATIONS) throw refused('maxItems', `<= ${MOST_COMPUTATIONS}`);
      if (typeof body !== 'object') throw refused('type', 'object, array');
      const answers = await answerAll(asked, (one) => computations.answer(one));
      // A schema of either shape would check each answer again before writing it.
      return reply
        .type(CONTENT_TYPE)
        .serializer(JSON.stringify)
        .send((Array.isArray(body) ? answers : answers[0]) as never);
    });
  };
}

async function answerAll(asked: readonly unknown[], answer: (one: unknown) => ComputationAnswer): Promise<readonly ComputationAnswer[]> {
  const answers: ComputationAnswer[] = [];
  let lines = 0;
  let since = performance.now();
  for (const one of asked) {
    const given = lines > MOST_LINES ? tooLong(one) : answer(one);
    lines += (given.segments?.length ?? 0) + (given.intervals?.length ?? 0);
    answers.push(given);
    if (performance.now() - since < YIELD_AFTER_MS) continue;
    await othersFirst();
    since = performance.now();
  }
  return answers;
}

function tooLong(one: unknown): ComputationAnswer {
  const id = typeof one === 'object' && one !== null && 'id' in one ? one.id : null;
  return { id, error: faultAnswer(new RequestFault('answer_too_long')) };
}

function refused(rule: string, message: string): ApiProblem {
  return new ApiProblem('body_invalid', { errors: [{ pointer: '/', rule, message }] });
}
