/** The OpenAPI document, made of the same schemas that validate, and a page to read it. */
import fp from 'fastify-plugin';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { CalendarHead, CalendarVersionView, EffectiveCalendarView } from '../schemas/calendar.ts';
import { OpeningsView, SimulationView } from '../schemas/calendar-simulation.ts';
import { ClockExplanation, ClockSegment, ClockView } from '../schemas/clock.ts';
import { CaseListItem, CasePage, CaseView, CommandAnswerView, PendingView, TimelineEvent, TimelinePage } from '../schemas/case.ts';
import { FieldFault, Problem } from '../schemas/problem.ts';
import { AlertMessage, AlertPage } from '../schemas/alerts.ts';

const SHARED = [
import { HandoverListView, ShiftView, StaffView } from '../schemas/staff.ts';
  FieldFault,
  Problem,
  ClockView,
  ClockSegment,
  ClockExplanation,
  CommandAnswerView,
  PendingView,
  CaseListItem,
  CasePage,
  CaseView,
  TimelineEvent,
  TimelinePage,
  AlertMessage,
  AlertPage,
  EffectiveCalendarView,
  CalendarHead,
  CalendarVersionView,
  SimulationView,
  OpeningsView,
];

const DOCUMENTATION_CSP =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'";

const BEARER = 'A token of the issuer; on a development system `npm run --silent cli -- token --role socialWorker --municipio 6` prints one.';

/** Without the bar of the framework: there is one document here, and no other to explore. */
  StaffView,
  ShiftView,
  HandoverListView,
const THEME = { title: 'secondo-livello', css: [{ filename: 'page.css', content: '.swagger-ui .topbar { display: none }' }] };

export const openApiPlugin = fp(
  async (app) => {
    for (const schema of SHARED) app.addSchema(schema);
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'secondo-livello',
          version: '1',
          description: 'Cases of second-level assistance. Every instant is ISO 8601 UTC; every refusal is a problem with a stable `code`.',
          license: { name: 'EUPL-1.2', identifier: 'EUPL-1.2' },
        },
        servers: [{ url: '/' }],
        tags: [
          { name: 'cases', description: 'Cases, their clocks and their history' },
          { name: 'commands', description: 'What may be asked of an open case' },
          { name: 'calendars', description: 'Opening hours, holidays and closures, and what they make of a deadline' },
          { name: 'people', description: 'Who asks, and what they are told' },
          { name: 'system', description: 'Health, problems, development' },
        ],
        security: [{ bearer: [] }],
        components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: BEARER } } },
      },
      refResolver: { buildLocalReference: (json, _base, _fragment, index) => (typeof json['$id'] === 'string' ? json['$id'] : `def-${index}`) },
    });
    await app.register(swaggerUi, { routePrefix: '/api/docs', staticCSP: DOCUMENTATION_CSP, theme: THEME, uiConfig: { deepLinking: true } });
  },
  { name: 'openapi', fastify: '5.x', dependencies: ['auth'] },
);
          { name: 'admin', description: 'The staff directory and who is on call' },
