/** Every failure as a problem (RFC 9457), in one place. What is nobody's business (stacks, SQL, values) goes to the log alone. */
import fp from 'fastify-plugin';
import italian from 'ajv-i18n/localize/it/index.js';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { HouseholdErased, HouseholdTaken, KeyUnknown, SealBroken } from '../../db/protection/errors.ts';
import { CursorInvalid } from '../../db/repositories/cursor.ts';
import { mayDo } from '../../domain/access/policy.ts';
import type { PersonCommandType } from '../../domain/case/commands.ts';
import type { Rejection } from '../../domain/case/rejection.ts';
import { ApiProblem, CommandRefused, type FieldFault, type ProblemExtras } from '../api-problem.ts';
import { readableFacts } from '../instants.ts';
import { pickLanguage } from '../language.ts';
import type { Language } from '../../domain/language.ts';
import { PROBLEMS, type ProblemCode } from '../problems.ts';
import type { ProblemBody } from '../schemas/problem.ts';

const CONTENT_TYPE = 'application/problem+json; charset=utf-8';
const DATABASE_RETRY_S = 2;

export const problemsPlugin = fp(
  (app, _options, done) => {
    app.setErrorHandler((error: FastifyError, request, reply) => {
      const problem = problemOf(error, request);
      if (PROBLEMS[problem.code].status >= 500) request.log.error({ err: error, code: problem.code }, 'request failed');
      return sendProblem(reply, request, problem);
    });
    // The limit comes with every route: who tries addresses that are none must not have more.
    app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) => sendProblem(reply, request, new ApiProblem('route_unknown')));
    done();
  },
  { name: 'problems', fastify: '5.x', dependencies: ['limits'] },
);

/** Answers with a problem in the language of the request. */
export function sendProblem(reply: FastifyReply, request: FastifyRequest, { code, extras }: ApiProblem): FastifyReply {
  const language = pickLanguage(request.headers['accept-language']);
  const body = renderProblem(code, extras, language, { instance: request.url.split('?')[0] ?? '/', requestId: request.id });
  if (extras.retryAfterSeconds !== undefined) void reply.header('retry-after', String(extras.retryAfterSeconds));
  if (code === 'unauthenticated') void reply.header('www-authenticate', 'Bearer');
  return reply
    .status(body.status)
    .headers({ 'content-type': CONTENT_TYPE, 'content-language': language, vary: 'Accept-Language' })
    .serializer(JSON.stringify)
    .send(body);
}

/** A line of the table as the body of an answer. */
export function renderProblem(
  code: ProblemCode,
  { errors, allowed, details }: ProblemExtras,
  language: Language,
  request: { readonly instance: string; readonly requestId: string },
): ProblemBody {
  const { status, title, advice } = PROBLEMS[code];
  return {
    ...{ type: `/api/v1/problems/${code}`, title: title[language], status, detail: advice[language], code, ...request },
    ...(errors === undefined ? {} : { errors: faultsIn(errors, language) }),
    ...(allowed === undefined ? {} : { allowed: [...allowed] }),
    ...(details === undefined ? {} : { details }),
  };
}

/** Field faults with their messages in one language. */
export function faultsIn(errors: readonly FieldFault[], language: Language): NonNullable<ProblemBody['errors']> {
  return errors.map(({ message, ...fault }) => ({ ...fault, message: typeof message === 'string' ? message : message[language] }));
}

function problemOf(error: FastifyError, request: FastifyRequest): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof CommandRefused) return refusalOf(error.rejection, request);
  if (error instanceof HouseholdErased) return new ApiProblem('household_erased');
  if (error instanceof HouseholdTaken) return new ApiProblem('household_known');
  if (error instanceof KeyUnknown) return new ApiProblem('key_missing');
  if (error instanceof SealBroken) return new ApiProblem('record_damaged');
  if (error instanceof CursorInvalid) return new ApiProblem('cursor_invalid');
  if (error.validation !== undefined) return validationOf(error, pickLanguage(request.headers['accept-language']));
  const known = FRAMEWORK_ERRORS[error.code];
  if (known !== undefined) return new ApiProblem(known);
  if (isDatabaseAway(error)) return new ApiProblem('database_unavailable', { retryAfterSeconds: DATABASE_RETRY_S });
  return new ApiProblem('internal_error');
}

/** Of the framework, and of a database asked with a text it cannot hold. */
const FRAMEWORK_ERRORS: Readonly<Record<string, ProblemCode>> = {
  '22021': 'request_invalid',
  '22P05': 'request_invalid',
  FST_ERR_CTP_INVALID_JSON_BODY: 'body_not_json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'body_not_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'request_invalid',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media_type_unsupported',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_BAD_URL: 'route_unknown',
};

function refusalOf({ code, details, allowed }: Rejection, request: FastifyRequest): ApiProblem {
  const { caller } = request;
  const forPerson = allowed.filter((command) => caller !== null && mayDo(`case.${command as PersonCommandType}`, caller.person));
  return new ApiProblem(code, { allowed: forPerson, details: readableFacts(details) });
}

const UNKNOWN: Readonly<Record<string, ProblemCode>> = {
  '/caseId': 'case_unknown',
  '/calendarId': 'calendar_unknown',
  '/clockId': 'clock_unknown',
  '/policyId': 'policy_not_found',
  '/batchId': 'rebase_unknown',
  '/key': 'alert_not_found',
  '/shiftId': 'shift_unknown',
  '/noteId': 'note_unknown',
  '/recordId': 'restricted_unknown',
  '/staffId': 'staff_unknown',
  '/code': 'problem_unknown',
};

/** A path that cannot be an id of ours is the address of nothing. */
function validationOf({ validation = [], validationContext }: FastifyError, language: Language): ApiProblem {
  if (validationContext === 'params') return new ApiProblem(UNKNOWN[validation[0]?.instancePath ?? ''] ?? 'route_unknown');
  const faults = validation.filter(({ keyword, params }) => keyword !== 'anyOf' && params['type'] !== 'null');
  if (language === 'it') localizeItalian(faults);
  const errors = faults.map(faultOf);
  return new ApiProblem(validationContext === 'body' ? 'body_invalid' : 'request_invalid', { errors });
}

// Its types describe a default export that the CommonJS module does not have.
const localizeItalian = italian as unknown as (faults: readonly ValidationFault[]) => void;

type ValidationFault = NonNullable<FastifyError['validation']>[number];

function faultOf({ instancePath, keyword, params, message }: ValidationFault): FieldFault {
  const field = params['missingProperty'] ?? params['additionalProperty'];
  const pointer = typeof field === 'string' ? `${instancePath}/${field.replaceAll('~', '~0').replaceAll('/', '~1')}` : instancePath;
  const choices = Array.isArray(params['allowedValues']) ? `: ${params['allowedValues'].join(', ')}` : '';
  return { pointer: pointer === '' ? '/' : pointer, rule: keyword, message: `${message ?? keyword}${choices}` };
}

const AWAY = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', '57P01', '57P02', '57P03', '53300', '57014']);

function isDatabaseAway(error: FastifyError): boolean {
  return (
    error.name === 'KnexTimeoutError' || AWAY.has(error.code) || /^08/.test(error.code ?? '') || /Connection terminated|timeout expired/.test(error.message)
  );
}
