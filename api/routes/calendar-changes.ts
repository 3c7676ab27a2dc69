/** Calendars as administrators change them: a draft, what publishing it would meet, publishing it for an instant, retiring what was published. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { ApiProblem } from '../api-problem.ts';
import { fromIso } from '../instants.ts';
import { pickLanguage } from '../language.ts';
import { callerOf } from '../plugins/auth.ts';
import { ifMatchOf, keyOf } from '../plugins/keys.ts';
import { faultsIn } from '../plugins/problems.ts';
import type { Language } from '../../domain/language.ts';
import { calendarFaults, faultsOfOthers, holidaysEnd } from '../problems-of-calendars.ts';
import {
  CalendarBody,
  CalendarParams,
  CalendarVersionParams,
  PublishBody,
  ValidateBody,
  ValidationView,
  type CalendarVersionBody,
  type ValidationBody,
} from '../schemas/calendar.ts';
import { PROBLEM_RESPONSES } from '../schemas/problem.ts';
import { createCalendarRules, type Findings } from '../services/calendar-rules.ts';
import { createCalendarShowing, versionOf } from '../services/calendar-showing.ts';
import { createCalendarAdmin } from '../services/calendars.ts';
import { definitionOf, effectiveView } from '../views/calendar.ts';
import { saveTag } from '../views/versions.ts';
import type { RouteDeps } from './dependencies.ts';
import { COMMAND_HEADERS } from './replies.ts';

const Version = Type.Unsafe<CalendarVersionBody>({ $ref: 'CalendarVersion#' });
const IfMatch = Type.Optional(Type.String({ description: 'The `ETag` last seen: refused with 412 when the calendar was saved since' }));
const Key = COMMAND_HEADERS.properties['idempotency-key'];
const EDIT = { action: 'calendar.edit' } as const;
const PUBLISH = { action: 'calendar.publish' } as const;

const SAVE_DRAFT = {
  config: EDIT,
  schema: {
    operationId: 'saveCalendarDraft',
    tags: ['calendars'],
    summary: 'Save the draft; nothing is counted by it yet',
    params: CalendarParams,
    headers: Type.Object({ 'if-match': IfMatch }),
    body: CalendarBody,
    response: { 200: Version, ...PROBLEM_RESPONSES },
  },
};
const DISCARD_DRAFT = {
  config: EDIT,
  schema: {
    operationId: 'discardCalendarDraft',
    tags: ['calendars'],
    summary: 'Discard the draft',
    params: CalendarParams,
    response: { 204: Type.Null(), ...PROBLEM_RESPONSES },
  },
};
const VALIDATE = {
  config: { action: 'calendar.read' as const, keyless: true },
  schema: {
    operationId: 'validateCalendar',
    tags: ['calendars'],
    summary: 'What publishing the draft, or a definition, would meet; nothing is changed',
    params: CalendarParams,
    body: ValidateBody,
    response: { 200: ValidationView, ...PROBLEM_RESPONSES },
  },
};
const PUBLISH_DRAFT = {
  config: PUBLISH,
  schema: {
    operationId: 'publishCalendar',
    tags: ['calendars'],
    summary: 'Publish the draft: cases opened from that instant on count by it',
    params: CalendarParams,
    headers: Type.Object({ 'idempotency-key': Key, 'if-match': IfMatch }),
    body: PublishBody,
    response: { 201: Version, ...PROBLEM_RESPONSES },
  },
};
const RETIRE = {
  config: PUBLISH,
  schema: {
    operationId: 'retireCalendarVersion',
    tags: ['calendars'],
    summary: 'Take a published version out of force; the one before it counts again',
    params: CalendarVersionParams,
    headers: Type.Object({ 'idempotency-key': Key }),
    response: { 200: Version, ...PROBLEM_RESPONSES },
  },
};

/** PUT and DELETE of the draft below /admin/calendars/:calendarId, POST validate, publish and versions/:version/retire. */
export function calendarChangeRoutes({ calendars, keyed, knex, now, issuer, rulebooks }: RouteDeps): FastifyPluginAsyncTypebox {
  const rules = createCalendarRules(calendars);
  const admin = createCalendarAdmin({ knex, calendars, rules, now });
  const shown = createCalendarShowing(rules, now);
  return async (app) => {
    app.put('/admin/calendars/:calendarId/draft', SAVE_DRAFT, async (request, reply) => {
      const definition = definitionOf(request.params.calendarId, request.body);
      const saved = await admin.saveDraft(definition, callerOf(request).person.id, ifMatchOf(request));
      void reply.header('etag', saveTag(saved));
      return shown(saved);
    });

    app.delete('/admin/calendars/:calendarId/draft', DISCARD_DRAFT, async ({ params }, reply) => {
      await admin.discardDraft(params.calendarId);
      return reply.code(204).send(null);
    });

    app.post('/admin/calendars/:calendarId/validate', VALIDATE, async ({ params: { calendarId }, body, headers }) => {
      const definition = body.definition === undefined ? (await calendars.find(calendarId, 'draft'))?.definition : definitionOf(calendarId, body.definition);
      if (definition === undefined) throw new ApiProblem('calendar_draft_missing');
      return validationView(await rules.findings(definition, instantOr(body.validFrom, now())), pickLanguage(headers['accept-language']));
    });

    app.post('/admin/calendars/:calendarId/publish', PUBLISH_DRAFT, async (request, reply) => {
      const { calendarId } = request.params;
      const about = { calendarId, by: callerOf(request).person.id, ifMatch: ifMatchOf(request), validFrom: instantOr(request.body.validFrom, null) };
      const { body, replayed } = await keyed(keyOf(request, issuer), 201, async (trx) => shown(await admin.publish(trx, about), trx));
      rulebooks.refresh();
      if (replayed) void reply.header('idempotency-replayed', 'true');
      return reply.code(201).header('etag', body.etag).send(body);
    });

    app.post('/admin/calendars/:calendarId/versions/:version/retire', RETIRE, async (request, reply) => {
      const { calendarId } = request.params;
      const version = versionOf(request.params.version);
      if (version === 'draft') throw new ApiProblem('calendar_not_published');
      const by = callerOf(request).person.id;
      const { body, replayed } = await keyed(keyOf(request, issuer), 200, async (trx) => shown(await admin.retire(trx, calendarId, version, by), trx));
      rulebooks.refresh();
      if (replayed) void reply.header('idempotency-replayed', 'true');
      return reply.header('etag', body.etag).send(body);
    });
  };
}

function instantOr<T>(text: string | undefined, otherwise: T): number | T {
  return text === undefined ? otherwise : fromIso(text);
}

function validationView({ problems, broken, strained, holidaysEnd: last, effective }: Findings, language: Language): ValidationBody {
  return {
    valid: problems.length === 0 && broken.length === 0,
    problems: faultsIn([...calendarFaults(problems), ...faultsOfOthers(broken)], language),
    warnings: faultsIn([...faultsOfOthers(strained), ...(last === null ? [] : [holidaysEnd(last)])], language),
    effective: effective === null ? null : effectiveView(effective),
  };
}
