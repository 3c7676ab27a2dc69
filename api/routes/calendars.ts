/** Calendars as they are: what is in force, scheduled and drafted, version by version. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { CalendarVersionHead } from '../../db/repositories/calendars.ts';
import { territoryOf } from '../../domain/sla/calendar-definition.ts';
import { ApiProblem } from '../api-problem.ts';
import { toIso } from '../instants.ts';
import { CalendarListView, CalendarParams, CalendarVersionParams, CalendarView, type CalendarVersionBody } from '../schemas/calendar.ts';
import { PROBLEM_RESPONSES } from '../schemas/problem.ts';
import { createCalendarRules } from '../services/calendar-rules.ts';
import { createCalendarShowing, versionOf } from '../services/calendar-showing.ts';
import { headView } from '../views/calendar.ts';
import { saveTag } from '../views/versions.ts';
import type { RouteDeps } from './dependencies.ts';

const READ = { action: 'calendar.read' } as const;
const LIST = {
  config: READ,
  schema: {
    operationId: 'listCalendars',
    tags: ['calendars'],
    summary: 'Every calendar: what is in force, scheduled and drafted',
    response: { 200: CalendarListView, ...PROBLEM_RESPONSES },
  },
};
const GET = {
  config: READ,
  schema: {
    operationId: 'readCalendar',
    tags: ['calendars'],
    summary: 'A calendar as it is in force, and its versions',
    params: CalendarParams,
    response: { 200: CalendarView, ...PROBLEM_RESPONSES },
  },
};
const GET_VERSION = {
  config: READ,
  schema: {
    operationId: 'readCalendarVersion',
    tags: ['calendars'],
    summary: 'One version, or the draft',
    params: CalendarVersionParams,
    response: { 200: Type.Unsafe<CalendarVersionBody>({ $ref: 'CalendarVersion#' }), ...PROBLEM_RESPONSES },
  },
};

/** GET /admin/calendars, /admin/calendars/:calendarId and one of its versions. */
export function calendarRoutes({ calendars, now }: RouteDeps): FastifyPluginAsyncTypebox {
  const shown = createCalendarShowing(createCalendarRules(calendars), now);
  return async (app) => {
    app.get('/admin/calendars', LIST, async () => {
      const at = now();
      const heads = await calendars.heads();
      const ids = [...new Set(heads.map(({ calendarId }) => calendarId))];
      return { asOf: toIso(at), items: ids.map((id) => summaryOf(id, heads, at)) };
    });

    app.get('/admin/calendars/:calendarId', GET, async ({ params: { calendarId } }) => {
      const at = now();
      const heads = await calendars.heads(calendarId);
      if (heads.length === 0) throw new ApiProblem('calendar_unknown');
      const inForce = headInForce(heads, at);
      const version = inForce === null ? null : await calendars.find(calendarId, inForce.version);
      return {
        ...{ asOf: toIso(at), id: calendarId, territory: territoryOf(calendarId) },
        inForce: version === null ? null : await shown(version),
        versions: heads.map(headView),
      };
    });

    app.get('/admin/calendars/:calendarId/versions/:version', GET_VERSION, async ({ params: { calendarId, version } }, reply) => {
      const found = await calendars.find(calendarId, versionOf(version));
      if (found === null) throw new ApiProblem('calendar_version_unknown');
      void reply.header('etag', saveTag(found));
      return shown(found);
    });
  };
}

function summaryOf(id: string, heads: readonly CalendarVersionHead[], at: number) {
  const own = heads.filter(({ calendarId }) => calendarId === id);
  const draft = own.find(({ status }) => status === 'draft');
  const inForce = headInForce(own, at);
  return {
    ...{ id, territory: territoryOf(id) },
    inForce: inForce === null ? null : headView(inForce),
    scheduled: own.filter(({ status, validFrom }) => status === 'published' && validFrom! > at).map(headView),
    draft: draft === undefined ? null : headView(draft),
  };
}

/** Of the versions of one calendar, newest first, the one in force; as the repository has it. */
function headInForce(heads: readonly CalendarVersionHead[], at: number): CalendarVersionHead | null {
  const begun = heads.filter(({ status, validFrom }) => status === 'published' && validFrom! <= at);
  return begun.reduce<CalendarVersionHead | null>((latest, head) => (latest === null || head.validFrom! > latest.validFrom! ? head : latest), null);
}
