/** The OpenAPI document, made of the same schemas that validate, and a page to read it. */
import fp from 'fastify-plugin';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { AccountabilityView } from '../schemas/accountability.ts';
import { BreachPage, BreachView, ReviewedBreach } from '../schemas/breaches.ts';
import { CalendarHead, CalendarVersionView, EffectiveCalendarView } from '../schemas/calendar.ts';
import { OpeningsView, SimulationView } from '../schemas/calendar-simulation.ts';
import { BreachReview, ClockCause, ClockExplanation, ClockSegment, ClockView } from '../schemas/clock.ts';
import { CaseListItem, CasePage, CaseView, CommandAnswerView, PendingView, TimelineEvent, TimelinePage } from '../schemas/case.ts';
import { ComputationAnswer, ComputationRequest } from '../schemas/computations.ts';
import { NoteView, NoteWritten, RestrictedView, RestrictedWritten } from '../schemas/notes.ts';
import { HouseholdView, SearchView } from '../schemas/people.ts';
import { PolicyVersionView, PreviewView } from '../schemas/policies.ts';
import { PolicyClock, PolicyTarget } from '../schemas/policy.ts';
import { RebaseBatchView, RebasedCaseView } from '../schemas/rebases.ts';
import { FieldFault, Problem } from '../schemas/problem.ts';
import { HandoverListView, ShiftView, StaffView } from '../schemas/staff.ts';
import { AlertMessage, AlertPage } from '../schemas/alerts.ts';
import { WhatIfView } from '../schemas/what-if.ts';

const SHARED = [
  FieldFault,
  Problem,
  ComputationRequest,
  ComputationAnswer,
  ClockView,
  ClockSegment,
  ClockCause,
  BreachReview,
  ClockExplanation,
  AccountabilityView,
  WhatIfView,
  BreachView,
  BreachPage,
  ReviewedBreach,
  CommandAnswerView,
  PendingView,
  CaseListItem,
  CasePage,
  CaseView,
  TimelineEvent,
  TimelinePage,
  HouseholdView,
  SearchView,
  NoteView,
  NoteWritten,
  RestrictedView,
  RestrictedWritten,
  AlertMessage,
  AlertPage,
  StaffView,
  ShiftView,
  HandoverListView,
  EffectiveCalendarView,
  CalendarHead,
  CalendarVersionView,
  PolicyTarget,
  PolicyClock,
  PolicyVersionView,
  PreviewView,
  RebaseBatchView,
  RebasedCaseView,
  SimulationView,
  OpeningsView,
];

const DOCUMENTATION_CSP =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'";

const BEARER = 'A token of the issuer; on a development system `npm run --silent cli -- token --role socialWorker --municipio 6` prints one.';

/** Without the bar of the framework: there is one document here, and no other to explore. */
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
          { name: 'families', description: 'Who a family is, how it may be reached, and what is written about it' },
          { name: 'breaches', description: 'Promises that were broken, and why' },
          { name: 'commands', description: 'What may be asked of an open case' },
          { name: 'calendars', description: 'Opening hours, holidays and closures, and what they make of a deadline' },
          { name: 'policies', description: 'What is promised to whom, and moving open cases to it' },
          { name: 'sla', description: 'Working-time arithmetic without a case' },
          { name: 'people', description: 'Who asks, and what they are told' },
          { name: 'admin', description: 'The staff directory and who is on call' },
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
