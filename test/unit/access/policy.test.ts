import { describe, expect, test } from '@jest/globals';
import { ROLES, type Role } from '../../../domain/case/codes.ts';
import { PERSON_COMMANDS } from '../../../domain/case/commands.ts';
import { ACCESS, ACTIONS, mayDo, scopeFor, type Action, type Person } from '../../../domain/access/policy.ts';
import { inScope, unionOf, type ScopedCase } from '../../../domain/access/scope.ts';

function person(roles: readonly Role[], municipi: readonly string[] = [], id = 'p1'): Person {
  return { id, roles, municipi };
}

function scoped(over: Partial<ScopedCase> = {}): ScopedCase {
  return { municipio: '6', owner: null, handoverTo: null, disputed: false, centralAlerted: false, ...over };
}

function reaches(action: Action, who: Person, subject: ScopedCase): boolean {
  const scope = scopeFor(action, who);
  return scope !== null && inScope(scope, subject);
}

describe('the access table', () => {
  test('names an action for every command of a person', () => {
    expect(PERSON_COMMANDS.map((command) => `case.${command}`).filter((action) => !ACTIONS.includes(action as Action))).toEqual([]);
  });

  test('gives every action to somebody', () => {
    expect(ACTIONS.filter((action) => !ROLES.some((role) => ACCESS[action][role] !== undefined))).toEqual([]);
  });

  test('lets nobody without a role do anything', () => {
    expect(ACTIONS.filter((action) => mayDo(action, person([])))).toEqual([]);
  });

  test('keeps administrators and auditors away from changing cases', () => {
    const changing = ACTIONS.filter((action) => action.startsWith('case.') && !['case.read', 'case.list'].includes(action));
    expect(changing.filter((action) => mayDo(action, person(['admin'])) || mayDo(action, person(['auditor'])))).toEqual([]);
  });
});

describe('scopes', () => {
  test('a social worker reaches the cases of their municipi, no others', () => {
    const worker = person(['socialWorker'], ['6']);
    expect(reaches('case.claim', worker, scoped())).toBe(true);
    expect(reaches('case.claim', worker, scoped({ municipio: '3' }))).toBe(false);
  });

  test('a handed over case is visible to the receiving municipio and to the person it was offered to', () => {
    const worker = person(['socialWorker'], ['6']);
    expect(reaches('case.acceptHandover', worker, scoped({ municipio: '3', handoverTo: 'team:6' }))).toBe(true);
    expect(reaches('case.acceptHandover', worker, scoped({ municipio: '3', handoverTo: 'p1' }))).toBe(true);
    expect(reaches('case.acceptHandover', worker, scoped({ municipio: '3', handoverTo: 'team:5' }))).toBe(false);
  });

  test('disputed cases and cases without a municipio are visible to the central team', () => {
    const central = person(['coordinator'], ['CENTRAL']);
    expect(reaches('case.read', central, scoped({ municipio: '3', disputed: true }))).toBe(true);
    expect(reaches('case.read', central, scoped({ municipio: null }))).toBe(true);
    expect(reaches('case.read', central, scoped({ municipio: '3' }))).toBe(false);
  });

  test('competence is resolved by the central coordinator or a manager', () => {
    expect(mayDo('case.resolveCompetence', person(['coordinator'], ['6']))).toBe(false);
    expect(reaches('case.resolveCompetence', person(['coordinator'], ['CENTRAL']), scoped({ disputed: true }))).toBe(true);
    expect(reaches('case.resolveCompetence', person(['manager']), scoped({ disputed: true }))).toBe(true);
    expect(reaches('case.resolveCompetence', person(['coordinator'], ['CENTRAL']), scoped())).toBe(false);
    expect(reaches('case.resolveCompetence', person(['coordinator'], ['CENTRAL', '6']), scoped())).toBe(true);
  });

  test('a social worker acknowledges alerts of own cases only', () => {
    const worker = person(['socialWorker'], ['6']);
    expect(reaches('case.acknowledgeAlert', worker, scoped({ owner: 'p1' }))).toBe(true);
    expect(reaches('case.acknowledgeAlert', worker, scoped({ owner: 'p2' }))).toBe(false);
  });

  test('several roles add up', () => {
    const both = person(['operator', 'socialWorker'], ['6']);
    expect(scopeFor('case.read', both)).toEqual({ kind: 'all' });
    expect(scopeFor('case.claim', both)).toEqual({ kind: 'municipi', municipi: ['6'], person: 'p1' });
    const own = { kind: 'municipi', municipi: [], person: 'p1' } as const;
    const six = { kind: 'municipi', municipi: ['6'], person: 'p1' } as const;
    expect(unionOf(own, six)).toEqual(six);
    expect(unionOf({ kind: 'none' }, six)).toEqual(six);
    expect(unionOf(six, { kind: 'none' })).toEqual(six);
    expect(unionOf(six, { kind: 'all' })).toEqual({ kind: 'all' });
    expect(inScope({ kind: 'none' }, scoped())).toBe(false);
  });
});

test('nobody may do to a case they may not read what they may do to others', () => {
  const cases = [scoped(), scoped({ disputed: true }), scoped({ municipio: null }), scoped({ municipio: '3', handoverTo: 'team:6' }), scoped({ owner: 'p1' })];
  const people = ROLES.flatMap((role) => [['6'], ['3'], ['CENTRAL'], []].map((municipi) => person([role], municipi)));
  const actions = ACTIONS.filter((action) => action.startsWith('case.') && !['case.open', 'case.takeNext'].includes(action));
  const unseen = people.flatMap((who) =>
    actions.filter((action) => cases.some((subject) => reaches(action, who, subject) && !reaches('case.read', who, subject))).map((action) => [who, action]),
  );
  expect(unseen).toEqual([]);
});
