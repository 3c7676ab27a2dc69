/** Calendars tried out: a deadline and why, the openings of a range, and the public holidays to copy from. Nothing is changed. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { publicHolidays } from '../../activities/calendars/public-holidays.ts';
import { openIntervals } from '../../domain/sla/business-time.ts';
import { localDayOf } from '../../domain/sla/local-time.ts';
import type { Span } from '../../domain/sla/policy.ts';
import { simulate } from '../../domain/sla/simulation.ts';
import { ApiProblem } from '../api-problem.ts';
import { fromIso, toIso } from '../instants.ts';
import { CalendarId } from '../schemas/calendar.ts';
import {
  HolidaysQuery,
  HolidaysView,
  OpeningsQuery,
  SimulationRequest,
  type OpeningsViewBody,
  type SimulationRequestBody,
  type SimulationViewBody,
} from '../schemas/calendar-simulation.ts';
import { PROBLEM_RESPONSES } from '../schemas/problem.ts';
import { chooseCalendar } from '../services/calendar-choice.ts';
import { createCalendarRules } from '../services/calendar-rules.ts';
import { definitionOf } from '../views/calendar.ts';
import { calendarOf, dateOf, simulationView } from '../views/simulation.ts';
import type { RouteDeps } from './dependencies.ts';

const READ = { action: 'calendar.read' } as const;
const SIMULATE = {
  config: { ...READ, keyless: true },
  schema: {
    operationId: 'simulateCalendar',
    tags: ['calendars'],
    summary: 'This instant and this much work are due then, because',
    body: SimulationRequest,
    response: { 200: Type.Unsafe<SimulationViewBody>({ $ref: 'CalendarSimulation#' }), ...PROBLEM_RESPONSES },
  },
};
const OPENINGS = {
  config: READ,
  schema: {
    operationId: 'readOpenings',
    tags: ['calendars'],
    summary: 'When a calendar is open in a range of at most 400 days, and what is special in it',
    params: Type.Object({ calendarId: CalendarId }),
    querystring: OpeningsQuery,
    response: { 200: Type.Unsafe<OpeningsViewBody>({ $ref: 'CalendarOpenings#' }), ...PROBLEM_RESPONSES },
  },
};
const HOLIDAYS = {
  config: READ,
  schema: {
    operationId: 'readPublicHolidays',
    tags: ['calendars'],
    summary: 'National holidays and the patron’s day of Milan, to copy into a calendar; 30 years at most',
    querystring: HolidaysQuery,
    response: { 200: HolidaysView, ...PROBLEM_RESPONSES },
  },
};

const LONGEST_RANGE_MS = 400 * 86_400_000;
const MOST_YEARS = 30;

/** POST /admin/calendars/simulations, GET /admin/calendars/:calendarId/openings, GET /admin/public-holidays. */
export function calendarTrialRoutes({ calendars, now }: RouteDeps): FastifyPluginAsyncTypebox {
  const rules = createCalendarRules(calendars);
  return async (app) => {
    app.post('/admin/calendars/simulations', SIMULATE, async ({ body }) => {
      const start = fromIso(body.start);
      const span = spanOf(body.amount);
      const asOf = body.asOf === undefined ? Math.max(start, now()) : fromIso(body.asOf);
      const chosen = await chooseCalendar(calendars, rules, choiceOf(body), asOf);
      const snapshot = chosen.snapshotFrom(start);
      const pauses = (body.pauses ?? []).map(({ from, to }) => ({ from: fromIso(from), to: fromIso(to) }));
      const result = simulate(snapshot, start, span, pauses);
      if (result === null) {
        const errors = [{ pointer: '/amount', rule: 'within_horizon', message: toIso(snapshot.until) }];
        throw new ApiProblem('simulation_too_long', { errors, details: { until: snapshot.until } });
      }
      return simulationView({ chosen, snapshot, start, span, result, asOf });
    });

    app.get('/admin/calendars/:calendarId/openings', OPENINGS, async ({ params: { calendarId }, query }) => {
      const [from, to] = [fromIso(query.from), fromIso(query.to)];
      if (!(to > from && to - from <= LONGEST_RANGE_MS)) throw faulty('/to', 'range', 'from < to <= from + 400 d');
      const version = query.version === undefined || query.version === 'draft' ? query.version : Number(query.version);
      const chosen = await chooseCalendar(calendars, rules, { calendarId, version }, from);
      const snapshot = chosen.snapshotFrom(from);
      const [first, last] = [dateOf(localDayOf(snapshot, from)), dateOf(localDayOf(snapshot, to - 1))];
      return {
        ...{ calendar: calendarOf(chosen, snapshot), from: toIso(from), to: toIso(to) },
        intervals: openIntervals(snapshot, from, to).map((open) => ({ from: toIso(open.from), to: toIso(open.to) })),
        days: chosen.effective.days.filter(({ date }) => date >= first && date <= last).map(({ date, kind, label, source }) => ({ date, kind, label, source })),
      };
    });

    app.get('/admin/public-holidays', HOLIDAYS, ({ query }) => {
      const [first, last] = [Number(query.from), Number(query.to ?? query.from)];
      if (last < first || last - first >= MOST_YEARS) throw faulty('/to', 'range', 'from <= to < from + 30');
      return { source: 'date-holidays (IT, 25, MI), CC BY-SA 3.0', items: publicHolidays(first, last).map(({ date, label }) => ({ date, label })) };
    });
  };
}

/** The schema takes both fields of an amount; a unit has use for one of them. */
function spanOf({ unit, ms, days, endOfDay }: SimulationRequestBody['amount']): Span {
  if (unit === 'businessDays') {
    if (days === undefined || ms !== undefined) throw faultyBody(days === undefined ? '/amount/days' : '/amount/ms', 'unit', unit);
    return { unit, days, ...(endOfDay === undefined ? {} : { endOfDay }) };
  }
  if (ms === undefined || days !== undefined || endOfDay !== undefined) {
    throw faultyBody(ms === undefined ? '/amount/ms' : days === undefined ? '/amount/endOfDay' : '/amount/days', 'unit', unit);
  }
  return { unit, ms };
}

function choiceOf({ calendar, version, definition }: SimulationRequestBody) {
  if (definition === undefined && calendar === undefined) throw faultyBody('/calendar', 'required', 'calendar | definition');
  if (definition !== undefined && version !== undefined) throw faultyBody('/version', 'unit', 'definition');
  const calendarId = calendar ?? 'trial';
  return { calendarId, version, definition: definition === undefined ? undefined : definitionOf(calendarId, definition) };
}

function faultyBody(pointer: string, rule: string, message: string): ApiProblem {
  return new ApiProblem('body_invalid', { errors: [{ pointer, rule, message }] });
}

function faulty(pointer: string, rule: string, message: string): ApiProblem {
  return new ApiProblem('request_invalid', { errors: [{ pointer, rule, message }] });
}
