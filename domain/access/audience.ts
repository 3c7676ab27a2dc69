/** Which audiences of alerts a person belongs to. `owner` is nobody's role: it goes by who owns the case. */
import type { Audience } from '../sla/policy.ts';
import type { Role } from '../case/codes.ts';
import type { Person } from './policy.ts';
import { CENTRAL } from './scope.ts';

const BY_ROLE: Readonly<Partial<Record<Role, readonly Audience[]>>> = {
  shiftLeader: ['shiftLeader', 'onCall'],
  coordinator: ['coordinator'],
  manager: ['manager', 'municipioHead'],
};

export function audiencesOf({ roles, municipi, onCall = [] }: Person): Audience[] {
  const central: Audience[] = roles.includes('coordinator') && municipi.includes(CENTRAL) ? ['centralCoordinator'] : [];
  const roster: Audience[] = onCall.length > 0 ? ['onCall'] : [];
  return [...new Set([...roles.flatMap((role) => BY_ROLE[role] ?? []), ...central, ...roster])];
}
