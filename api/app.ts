/** The HTTP application: plugins of others, then ours, then routes. Everything it works with is handed in; it listens nowhere by itself. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Knex } from 'knex';
import { createCalendarRepository } from '../db/repositories/calendars.ts';
import { createBreachRepository } from '../db/repositories/breaches.ts';
import { createCaseListRepository } from '../db/repositories/case-lists.ts';
import { createCaseLogRepository } from '../db/repositories/case-log.ts';
import type { Protection } from '../db/protection/protection.ts';
import { createHandoverListRepository } from '../db/repositories/handover-lists.ts';
import { createIdempotencyRepository } from '../db/repositories/idempotency.ts';
import { createOnCallDuty } from '../db/repositories/on-call-duty.ts';
import { createOnCallRepository } from '../db/repositories/on-call.ts';
import { createIncidentRepository } from '../db/repositories/incidents.ts';
import { createOutboxRepository } from '../db/repositories/outbox.ts';
import type { RulebookSource } from '../db/repositories/rulebook-source.ts';
import { createPolicyRepository } from '../db/repositories/policies.ts';
import { createRebaseRepository } from '../db/repositories/rebases.ts';
import { createRulebookRepository } from '../db/repositories/rulebooks.ts';
import { createStaffRepository } from '../db/repositories/staff.ts';
import { createStaffMessageRepository } from '../db/repositories/staff-messages.ts';
import { createTakeNextCandidate } from '../db/repositories/take-next.ts';
import type { Territory } from '../domain/sla/policy.ts';
import { createLazyCompilers } from './compilers.ts';
import { isInstant } from './instants.ts';
import { createPeopleRepositories } from './people-repositories.ts';
import { authPlugin } from './plugins/auth.ts';
import { closingPlugin } from './plugins/closing.ts';
import { compilingPlugin } from './plugins/compiling.ts';
import { keysPlugin } from './plugins/keys.ts';
import { limitsPlugin, type RateLimits } from './plugins/limits.ts';
import { metricsPlugin } from './plugins/metrics.ts';
import { openApiPlugin } from './plugins/openapi.ts';
import { problemsPlugin } from './plugins/problems.ts';
import { requestLogPlugin } from './plugins/request-log.ts';
import { breachRoutes } from './routes/breaches.ts';
import { handoverListRoutes } from './routes/handover-list.ts';
import { householdRoutes } from './routes/household.ts';
import { noteRoutes } from './routes/notes.ts';
import { restrictedRoutes } from './routes/restricted.ts';
import { onCallRoutes } from './routes/on-call.ts';
import { staffRoutes } from './routes/staff.ts';
import { caseClockRoutes } from './routes/case-clocks.ts';
import { calendarChangeRoutes } from './routes/calendar-changes.ts';
import { calendarRoutes } from './routes/calendars.ts';
import { calendarTrialRoutes } from './routes/calendar-trials.ts';
import { caseCommandRoutes } from './routes/case-commands.ts';
import { caseHistoryRoutes } from './routes/case-history.ts';
import { caseListRoutes } from './routes/case-lists.ts';
import { caseRoutes } from './routes/cases.ts';
import { computationRoutes } from './routes/computations.ts';
import type { RouteDeps } from './routes/dependencies.ts';
import { policyDraftRoutes } from './routes/policy-drafts.ts';
import { policyPublicationRoutes } from './routes/policy-publication.ts';
import { policyRoutes } from './routes/policies.ts';
import { caseRebaseRoutes, rebaseBatchRoutes } from './routes/rebases.ts';
import { peopleRoutes } from './routes/people.ts';
import { healthRoutes, systemRoutes } from './routes/system.ts';
import { createCommanding } from './services/commanding.ts';
import { createKeyed } from './services/keyed.ts';
import { createOnCallCheck } from './services/on-call-check.ts';
import { createOpening } from './services/opening.ts';
import { createTakeNext } from './services/taking.ts';
import type { CaseEngine } from './temporal.ts';
import type { TokenVerifier } from './tokens.ts';

export interface AppDeps {
  readonly knex: Knex;
  readonly engine: CaseEngine;
  /** The keys of people's data. */
  readonly protection: Protection;
  readonly verifier: TokenVerifier;
  readonly rulebooks: RulebookSource;
  readonly territories: readonly Territory[];
  /** Tokens come from the development issuer. */
  readonly development: boolean;
  readonly now: () => number;
  readonly logger: FastifyBaseLogger | false;
  /** Requests a minute. */
  readonly rateLimits: RateLimits;
  /** Past this mean delay of the event loop, in as long a sample, requests are turned away. @default 2000 */
  readonly maxEventLoopDelayMs?: number;
  readonly trustProxy: boolean;
}

const BODY_LIMIT = 256 * 1024;
const MAX_EVENT_LOOP_DELAY_MS = 2_000;
/** The usual format takes upper case and a prefix too. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const REQUEST_ID = /^[\w.-]{1,64}$/;

/** Builds the application; the caller closes it, and what it was given. */
export async function buildApp(deps: AppDeps): Promise<FastifyInstance> {
  const compilers = createLazyCompilers();
  const app = Fastify({
    ...(deps.logger === false ? { logger: false } : { loggerInstance: deps.logger }),
    trustProxy: deps.trustProxy,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    genReqId: requestId,
    routerOptions: { maxParamLength: 256 },
    schemaController: { compilersFactory: compilers.factory },
    ajv: {
      customOptions: { allErrors: true, coerceTypes: false, removeAdditional: false },
      onCreate: (ajv) => void ajv.addFormat('date-time', isInstant).addFormat('uuid', UUID),
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.addHook('onRequest', (request, reply, next) => {
    void reply.header('x-request-id', request.id);
    next();
  });
  acceptEmptyBodies(app);
  await app.register(compilingPlugin, compilers);
  await app.register(closingPlugin);
  await app.register(metricsPlugin);
  await app.register(limitsPlugin, { ...deps.rateLimits, maxEventLoopDelayMs: deps.maxEventLoopDelayMs ?? MAX_EVENT_LOOP_DELAY_MS });
  await app.register(problemsPlugin);
  await app.register(authPlugin, { verifier: deps.verifier, onCall: createOnCallDuty(createOnCallRepository(deps.knex), deps.now) });
  await app.register(requestLogPlugin);
  await app.register(keysPlugin);
  await app.register(openApiPlugin);
  await registerRoutes(app, routeDeps(deps));
  return app;
}

async function registerRoutes(app: FastifyInstance, deps: RouteDeps): Promise<void> {
  await app.register(healthRoutes(deps));
  app.get('/api/openapi.json', { config: { action: 'public' }, schema: { hide: true } }, () => app.swagger());
  const prefix = { prefix: '/api/v1' };
  for (const routes of [
    caseRoutes,
    caseListRoutes,
    caseHistoryRoutes,
    caseClockRoutes,
    caseCommandRoutes,
    householdRoutes,
    noteRoutes,
    restrictedRoutes,
    breachRoutes,
    handoverListRoutes,
    onCallRoutes,
    staffRoutes,
    peopleRoutes,
    systemRoutes,
    computationRoutes,
    calendarRoutes,
    calendarChangeRoutes,
    calendarTrialRoutes,
    policyRoutes,
    policyDraftRoutes,
    policyPublicationRoutes,
    caseRebaseRoutes,
    rebaseBatchRoutes,
  ])
    await app.register(routes(deps), prefix);
}

function routeDeps({ knex, engine, rulebooks, territories, development, now, verifier, protection }: AppDeps): RouteDeps {
  const storedRulebooks = createRulebookRepository(knex);
  const caseLog = createCaseLogRepository(knex, storedRulebooks);
  const idempotency = createIdempotencyRepository(knex);
  const staffMessages = createStaffMessageRepository(knex);
  const outbox = createOutboxRepository(knex);
  const incidents = createIncidentRepository(knex);
  const onCall = createOnCallRepository(knex);
  const commanding = createCommanding({ caseLog, outbox, engine, now });
  return {
    ...{ issuer: verifier.issuer, development, territories, now, knex, engine, rulebooks, storedRulebooks, caseLog, staffMessages, commanding },
    calendars: createCalendarRepository(knex),
    policies: createPolicyRepository(knex),
    policyChecks: [createOnCallCheck({ onCall, rulebooks, territories })],
    rebases: createRebaseRepository(knex),
    keyed: createKeyed({ knex, idempotency, now }),
    ...createPeopleRepositories(knex, protection),
    caseLists: createCaseListRepository(knex),
    breaches: createBreachRepository(knex),
    staff: createStaffRepository(knex),
    onCall,
    handoverLists: createHandoverListRepository(knex),
    opening: createOpening({ knex, caseLog, idempotency, outbox, staffMessages, rulebooks, incidents, engine, now }),
    takeNext: createTakeNext({ candidate: createTakeNextCandidate(knex), idempotency, commanding, now }),
  };
}

/** A command without fields may come without a body. */
function acceptEmptyBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body as string, done);
  });
  app.addHook('preValidation', (request, _reply, next) => {
    if (request.method === 'POST') request.body ??= {};
    next();
  });
}

/** The caller's id when it is harmless, so that one request can be followed through several systems. */
function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}
