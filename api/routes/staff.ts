/** The staff directory, kept by administrators, and how each of its people wants to be told. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { USUAL_QUIET_HOURS, type QuietHours, type StaffMember } from '../../domain/staff/staff.ts';
import { ApiProblem } from '../api-problem.ts';
import { fromIso, toIso, toIsoOrNull } from '../instants.ts';
import { callerOf } from '../plugins/auth.ts';
import { Instant, WorkerId } from '../schemas/common.ts';
import { PROBLEM_RESPONSES } from '../schemas/problem.ts';
import { NotificationBody, StaffBody, type StaffRequest, type StaffViewBody } from '../schemas/staff.ts';
import type { RouteDeps } from './dependencies.ts';
import { assertTerritory } from './territories.ts';

const Member = Type.Unsafe<StaffViewBody>({ $ref: 'StaffMember#' });
const StaffParams = Type.Object({ staffId: WorkerId });

const LIST = {
  config: { action: 'staff.read' as const },
  schema: {
    operationId: 'listStaff',
    tags: ['admin'],
    summary: 'The staff directory',
    response: { 200: Type.Object({ asOf: Instant, items: Type.Array(Member) }), ...PROBLEM_RESPONSES },
  },
};
const PUT = {
  config: { action: 'staff.edit' as const },
  schema: {
    operationId: 'putStaff',
    tags: ['admin'],
    summary: 'Add somebody to the directory, or change what it says of them; what is left out stays as it was',
    params: StaffParams,
    body: StaffBody,
    response: { 200: Member, 201: Member, ...PROBLEM_RESPONSES },
  },
};
const MINE = {
  config: { action: 'me.notifications' as const },
  schema: { operationId: 'readMyNotifications', tags: ['people'], summary: 'How you are told', response: { 200: Member, ...PROBLEM_RESPONSES } },
};
const CHOOSE = {
  config: { action: 'me.notifications' as const },
  schema: {
    operationId: 'chooseMyNotifications',
    tags: ['people'],
    summary: 'Choose how you are told besides the messages here, when not to be disturbed, and in which language',
    body: NotificationBody,
    response: { 200: Member, ...PROBLEM_RESPONSES },
  },
};

/** GET /admin/staff, PUT /admin/staff/:staffId, GET and PUT /me/notifications. */
export function staffRoutes(deps: RouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/admin/staff', LIST, async () => ({ asOf: toIso(deps.now()), items: (await deps.staff.list()).map(viewOf) }));

    app.put('/admin/staff/:staffId', PUT, async (request, reply) => {
      const { staffId } = request.params;
      for (const [index, municipio] of request.body.municipi.entries()) assertTerritory(deps.territories, municipio, `/municipi/${index}`);
      const member = memberOf(staffId, request.body, await deps.staff.find(staffId));
      assertReachable(member);
      const isNew = await deps.staff.put(member, callerOf(request).person.id, deps.now());
      return reply.code(isNew ? 201 : 200).send(viewOf(member));
    });

    app.get('/me/notifications', MINE, async (request) => viewOf(await memberNamed(deps, callerOf(request).person.id)));

    app.put('/me/notifications', CHOOSE, async (request) => {
      const { id } = callerOf(request).person;
      const { channels, quiet, language } = request.body;
      const member = { ...(await memberNamed(deps, id)), channels, language, quiet: quietOf(quiet) };
      assertReachable(member);
      await deps.staff.put(member, id, deps.now());
      return viewOf(member);
    });
  };
}

async function memberNamed({ staff }: RouteDeps, id: string): Promise<StaffMember> {
  const member = await staff.find(id);
  if (member === null) throw new ApiProblem('staff_unknown');
  return member;
}

function memberOf(id: string, body: StaffRequest, before: StaffMember | null): StaffMember {
  const { roles, municipi, mail, language, activeUntil, channels, quiet } = body;
  const until = activeUntil === undefined ? (before?.activeUntil ?? null) : activeUntil === null ? null : fromIso(activeUntil);
  return {
    ...{ id, roles, municipi, mail, activeUntil: until },
    language: language ?? before?.language ?? 'it',
    channels: channels ?? before?.channels ?? (mail === null ? ['webhook'] : ['mail', 'webhook']),
    quiet: quiet === undefined ? (before === null ? USUAL_QUIET_HOURS : before.quiet) : quietOf(quiet),
  };
}

/** Who answers for a municipio is found by it; who wants mail has an address. */
function assertReachable({ roles, municipi, mail, channels }: StaffMember): void {
  if (municipi.length === 0 && roles.some((role) => role === 'coordinator' || role === 'socialWorker')) {
    throw new ApiProblem('staff_municipio_missing', { errors: [{ pointer: '/municipi', rule: 'not_empty', message: roles.join(', ') }] });
  }
  if (mail === null && channels.includes('mail')) throw new ApiProblem('mail_missing', { errors: [{ pointer: '/mail', rule: 'present', message: 'mail' }] });
}

function quietOf(quiet: { readonly from: string; readonly to: string } | null): QuietHours | null {
  return quiet === null || quiet.from === quiet.to ? null : { from: minutesOf(quiet.from), to: minutesOf(quiet.to) };
}

function minutesOf(time: string): number {
  const [hours = '0', minutes = '0'] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}

function timeOf(minutes: number): string {
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

function viewOf({ quiet, activeUntil, ...member }: StaffMember): StaffViewBody {
  return {
    ...member,
    roles: [...member.roles],
    municipi: [...member.municipi],
    channels: [...member.channels],
    activeUntil: toIsoOrNull(activeUntil),
    quiet: quiet === null ? null : { from: timeOf(quiet.from), to: timeOf(quiet.to) },
  };
}
