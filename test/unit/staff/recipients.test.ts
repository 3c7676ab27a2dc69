import { describe, expect, test } from '@jest/globals';
import type { Role } from '../../../domain/case/codes.ts';
import type { Audience } from '../../../domain/sla/policy.ts';
import { recipientsOf } from '../../../domain/staff/recipients.ts';
import { USUAL_QUIET_HOURS, type StaffMember } from '../../../domain/staff/staff.ts';

const NOW = Date.UTC(2026, 9, 5, 7);

function member(id: string, roles: readonly Role[], municipi: readonly string[] = [], over: Partial<StaffMember> = {}): StaffMember {
  return { id, roles, municipi, mail: `${id}@example.org`, language: 'it', activeUntil: null, channels: ['mail'], quiet: USUAL_QUIET_HOURS, ...over };
}

const STAFF = [
  member('owner', ['socialWorker'], ['6']),
  member('worker', ['socialWorker'], ['6']),
  member('coordinator-6', ['coordinator'], ['6']),
  member('coordinator-3', ['coordinator'], ['3']),
  member('central', ['coordinator'], ['CENTRAL']),
  member('head-6', ['manager'], ['6']),
  member('city', ['manager']),
  member('leader', ['shiftLeader']),
  member('gone', ['shiftLeader', 'manager', 'coordinator'], ['6'], { activeUntil: NOW }),
];
const told = (audience: readonly Audience[], over: Partial<Parameters<typeof recipientsOf>[1]> = {}, staff = STAFF) =>
  recipientsOf(audience, { municipio: '6', owner: 'owner', onCall: ['worker'], ...over }, staff, NOW).map(({ id }) => id);

describe('behind an audience stand', () => {
  test.each<[Audience, string[]]>([
    ['owner', ['owner']],
    ['coordinator', ['coordinator-6']],
    ['centralCoordinator', ['central']],
    ['manager', ['city']],
    ['municipioHead', ['head-6']],
    ['shiftLeader', ['leader']],
    ['onCall', ['worker']],
  ])('%s: %j', (audience, people) => {
    expect(told([audience])).toEqual(people);
  });

  test('each person once, whatever they are told as', () => {
    expect(told(['coordinator', 'shiftLeader', 'coordinator', 'owner'], { owner: 'coordinator-6' })).toEqual(['coordinator-6', 'leader']);
  });

  test('the central team, for what no municipio has', () => {
    expect(told(['coordinator'], { municipio: null })).toEqual(['central']);
  });

  test('the managers of the city for a municipio without a head, and any manager for a city without its own', () => {
    expect(told(['municipioHead'], { municipio: '3' })).toEqual(['city']);
    expect(told(['manager'], {}, [member('head-1', ['manager'], ['1'])])).toEqual(['head-1']);
  });

  test('shift leaders and managers of the city when nobody is on call, or who was has left', () => {
    expect(told(['onCall'], { onCall: [] })).toEqual(['city', 'leader']);
    expect(told(['onCall'], { onCall: ['gone'] })).toEqual(['city', 'leader']);
  });

  test('nobody who has left, and nobody where nobody is', () => {
    expect(told(['owner'], { owner: null })).toEqual([]);
    expect(told(['shiftLeader'], {}, [member('gone', ['shiftLeader'], [], { activeUntil: NOW })])).toEqual([]);
    expect(told(['shiftLeader'], {}, [member('leaving', ['shiftLeader'], [], { activeUntil: NOW + 1 })])).toEqual(['leaving']);
  });
});
