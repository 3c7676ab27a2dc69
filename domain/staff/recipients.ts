/** Who stands behind the audience of an alert, at the moment it is delivered: people change, roles do not. */
import { CENTRAL } from '../access/scope.ts';
import type { Audience, Territory } from '../sla/policy.ts';
import { isActive, type StaffMember } from './staff.ts';

/** What an alert is about, as it stands now. */
export interface AlertSubject {
  /** Null is the central team's. */
  readonly municipio: Territory | null;
  readonly owner: string | null;
  /** Ids of those on call for that municipio at this moment. */
  readonly onCall: readonly string[];
}

/**
 * The people to be told, each once. With nobody on call the shift leaders and the managers of the city stand in, and a municipio without a head is answered for
 * by the managers of the city: an alert must reach somebody.
 */
export function recipientsOf(audience: readonly Audience[], about: AlertSubject, directory: readonly StaffMember[], at: number): readonly StaffMember[] {
  const staff = directory.filter((member) => isActive(member, at));
  const told = new Set(audience.flatMap((one) => behind(one, about, staff)));
  return staff.filter((member) => told.has(member));
}

function behind(audience: Audience, about: AlertSubject, staff: readonly StaffMember[]): readonly StaffMember[] {
  const municipio = about.municipio ?? CENTRAL;
  switch (audience) {
    case 'owner':
      return staff.filter(({ id }) => id === about.owner);
    case 'coordinator':
      return coordinatorsOf(municipio, staff);
    case 'centralCoordinator':
      return coordinatorsOf(CENTRAL, staff);
    case 'shiftLeader':
      return staff.filter(({ roles }) => roles.includes('shiftLeader'));
    case 'manager':
      return cityManagers(staff);
    case 'municipioHead': {
      const heads = staff.filter(({ roles, municipi }) => roles.includes('manager') && municipi.includes(municipio));
      return heads.length > 0 ? heads : cityManagers(staff);
    }
    case 'onCall': {
      const onCall = staff.filter(({ id }) => about.onCall.includes(id));
      return onCall.length > 0 ? onCall : [...behind('shiftLeader', about, staff), ...cityManagers(staff)];
    }
  }
}

function coordinatorsOf(municipio: Territory, staff: readonly StaffMember[]): readonly StaffMember[] {
  return staff.filter(({ roles, municipi }) => roles.includes('coordinator') && municipi.includes(municipio));
}

function cityManagers(staff: readonly StaffMember[]): readonly StaffMember[] {
  const managers = staff.filter(({ roles }) => roles.includes('manager'));
  const ofCity = managers.filter(({ municipi }) => municipi.length === 0);
  return ofCity.length > 0 ? ofCity : managers;
}
