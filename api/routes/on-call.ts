/** Who is on call: kept by the coordinators for their municipio, by managers and administrators for the city. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { CaseScope } from '../../domain/access/scope.ts';
import { WHOLE_CITY, type OnCallShift } from '../../domain/staff/on-call.ts';
import { isActive } from '../../domain/staff/staff.ts';
import { ApiProblem } from '../api-problem.ts';
import { fromIso, toIso } from '../instants.ts';
import { callerOf } from '../plugins/auth.ts';
import { CLOSED, Instant, Uuid } from '../schemas/common.ts';
import { PROBLEM_RESPONSES } from '../schemas/problem.ts';
import { ShiftBody, type ShiftRequest, type ShiftViewBody } from '../schemas/staff.ts';
import type { RouteDeps } from './dependencies.ts';
import { assertTerritory } from './territories.ts';

const Shift = Type.Unsafe<ShiftViewBody>({ $ref: 'OnCallShift#' });
const ShiftParams = Type.Object({ shiftId: Uuid });
const DAY_MS = 86_400_000;
const LONGEST_MS = 366 * DAY_MS;
const SHOWN_MS = 31 * DAY_MS;

const LIST = {
  config: { action: 'onCall.read' as const },
  schema: {
    operationId: 'listOnCall',
    tags: ['admin'],
    summary: 'The on-call roster of your municipi and of the city, the next 31 days unless told',
    querystring: Type.Object({ from: Type.Optional(Instant), to: Type.Optional(Instant) }, CLOSED),
    response: { 200: Type.Object({ asOf: Instant, items: Type.Array(Shift) }), ...PROBLEM_RESPONSES },
  },
};
const PUT = {
  config: { action: 'onCall.edit' as const },
  schema: {
    operationId: 'putOnCall',
    tags: ['admin'],
    summary: 'Put somebody on call, or change a shift; the id is yours to make',
    params: ShiftParams,
    body: ShiftBody,
    response: { 200: Shift, 201: Shift, ...PROBLEM_RESPONSES },
  },
};
const END = {
  config: { action: 'onCall.edit' as const },
  schema: {
    operationId: 'endOnCall',
    tags: ['admin'],
    summary: 'Take a shift off the roster: one that has begun ends now',
    params: ShiftParams,
    response: { 204: Type.Null(), ...PROBLEM_RESPONSES },
  },
};

/** GET /admin/on-call, PUT and DELETE /admin/on-call/:shiftId. */
export function onCallRoutes(deps: RouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/admin/on-call', LIST, async (request) => {
      const { scope } = callerOf(request);
      const asOf = deps.now();
      const from = request.query.from === undefined ? asOf : fromIso(request.query.from);
      const to = request.query.to === undefined ? from + SHOWN_MS : fromIso(request.query.to);
      const territories = scope.kind === 'municipi' ? { territories: [...scope.municipi, WHOLE_CITY] } : {};
      const shifts = await deps.onCall.list({ ...territories, from, to });
      return { asOf: toIso(asOf), items: shifts.map((shift) => viewOf(shift, asOf)) };
    });

    app.put('/admin/on-call/:shiftId', PUT, async (request, reply) => {
      const { person, scope } = callerOf(request);
      const shift = shiftOf(request.params.shiftId, request.body);
      await assertMayKeep(deps, scope, shift);
      const isNew = await deps.onCall.put(shift, person.id, deps.now());
      return reply.code(isNew ? 201 : 200).send(viewOf(shift, deps.now()));
    });

    app.delete('/admin/on-call/:shiftId', END, async (request, reply) => {
      const { person, scope } = callerOf(request);
      const shift = await deps.onCall.find(request.params.shiftId);
      if (shift === null || !keeps(scope, shift.territory)) throw new ApiProblem('shift_unknown');
      if (shift.to <= deps.now()) throw new ApiProblem('shift_over');
      await deps.onCall.end(shift.id, person.id, deps.now());
      return reply.code(204).send(null);
    });
  };
}

function shiftOf(id: string, { territory, person, from, to, phone = null }: ShiftRequest): OnCallShift {
  return { id, territory, person, from: fromIso(from), to: fromIso(to), phone };
}

/** A roster says who was asked: what is over stays, and of what has begun only the end and the telephone change. */
async function assertMayKeep(deps: RouteDeps, scope: CaseScope, shift: OnCallShift): Promise<void> {
  const { territory, person, from, to } = shift;
  if (territory !== WHOLE_CITY) assertTerritory(deps.territories, territory, '/territory');
  if (!keeps(scope, territory)) throw new ApiProblem('forbidden');
  const now = deps.now();
  if (to <= from || to <= now || to - from > LONGEST_MS) {
    throw new ApiProblem('shift_invalid', { errors: [{ pointer: '/to', rule: 'after_start_and_now', message: toIso(to) }] });
  }
  const before = await deps.onCall.find(shift.id);
  if (before !== null && !keeps(scope, before.territory)) throw new ApiProblem('forbidden');
  if (before !== null && before.to <= now) throw new ApiProblem('shift_over');
  if (before !== null && before.from <= now && (before.person !== person || before.territory !== territory || before.from !== from)) {
    throw new ApiProblem('shift_begun');
  }
  const member = await deps.staff.find(person);
  if (member === null || !isActive(member, to - 1)) {
    throw new ApiProblem('on_call_person_unavailable', { errors: [{ pointer: '/person', rule: 'in_directory_until_end', message: person }] });
  }
}

/** The city's shifts are for those who answer for all of it. */
function keeps(scope: CaseScope, territory: string): boolean {
  return scope.kind === 'all' || (scope.kind === 'municipi' && scope.municipi.includes(territory));
}

function viewOf({ id, territory, person, from, to, phone }: OnCallShift, asOf: number): ShiftViewBody {
  return { id, territory, person, from: toIso(from), to: toIso(to), phone, current: from <= asOf && asOf < to };
}
