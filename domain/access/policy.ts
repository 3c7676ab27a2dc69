/**
 * Who may do what, and where: one table. Every route names an action of it; `scopeFor` answers with the cases the action reaches, or null when none of the
 * person's roles may do it at all. What a case admits in its state is another question (`domain/case/transitions.ts`).
 */
import type { Role } from '../case/codes.ts';
import type { PersonCommandType } from '../case/commands.ts';
import type { Territory } from '../sla/policy.ts';
import { WHOLE_CITY } from '../staff/on-call.ts';
import { CENTRAL, unionOf, type CaseScope } from './scope.ts';

/**
 * How far a role reaches. `city`: every case. `municipi`: the municipi of the person's claims. `own`: what they own or were offered. `central`: like
 * `municipi`, but only for who works in the central team (whose cases include those in dispute). `none`: the action is about no case.
 */
export type Reach = 'city' | 'municipi' | 'own' | 'central' | 'none';

type Rule = Readonly<Partial<Record<Role, Reach>>>;

const EVERYBODY: Rule = {
  operator: 'none',
  shiftLeader: 'none',
  socialWorker: 'none',
  coordinator: 'none',
  manager: 'none',
  admin: 'none',
  auditor: 'none',
};
/** Whoever may look at a case. The line sees the city (a family calls again), the second level its municipi. */
const READERS: Rule = {
  operator: 'city',
  shiftLeader: 'city',
  socialWorker: 'municipi',
  coordinator: 'municipi',
  manager: 'city',
  auditor: 'city',
};
/** Whoever speaks with families: nobody else needs to know who they are. */
const WITH_FAMILIES: Rule = { operator: 'city', shiftLeader: 'city', socialWorker: 'municipi', coordinator: 'municipi' };
/** The second level at work on its cases. */
const SECOND_LEVEL: Rule = { socialWorker: 'municipi', coordinator: 'municipi' };
const COORDINATION: Rule = { coordinator: 'municipi' };

const COMMANDS: Readonly<Record<PersonCommandType, Rule>> = {
  assign: { shiftLeader: 'city', coordinator: 'municipi' },
  claim: SECOND_LEVEL,
  assignTo: COORDINATION,
  release: SECOND_LEVEL,
  reassign: SECOND_LEVEL,
  transfer: SECOND_LEVEL,
  acceptHandover: SECOND_LEVEL,
  declineHandover: SECOND_LEVEL,
  withdrawHandover: SECOND_LEVEL,
  agreeCallback: { operator: 'city', shiftLeader: 'city', socialWorker: 'municipi', coordinator: 'municipi' },
  logAttempt: SECOND_LEVEL,
  correctAttempt: SECOND_LEVEL,
  decideUnreachable: COORDINATION,
  recordDecision: SECOND_LEVEL,
  planFollowUp: SECOND_LEVEL,
  completeFollowUp: SECOND_LEVEL,
  rescheduleFollowUp: SECOND_LEVEL,
  cancelFollowUp: SECOND_LEVEL,
  pause: SECOND_LEVEL,
  resume: SECOND_LEVEL,
  disputeCompetence: { shiftLeader: 'city', socialWorker: 'municipi', coordinator: 'municipi' },
  resolveCompetence: { coordinator: 'central', manager: 'city' },
  changeUrgency: { shiftLeader: 'city', socialWorker: 'municipi', coordinator: 'municipi' },
  acknowledgeAlert: { shiftLeader: 'city', socialWorker: 'own', coordinator: 'municipi', manager: 'city' },
  recordNightHandover: { shiftLeader: 'city', socialWorker: 'municipi', coordinator: 'municipi', manager: 'city' },
  // Whoever learns of it has the duty; who decides is a qualified professional.
  raiseReportAssessment: { operator: 'city', shiftLeader: 'city', socialWorker: 'municipi', coordinator: 'municipi' },
  decideReportAssessment: SECOND_LEVEL,
  proposeClosure: SECOND_LEVEL,
  approveClosure: { shiftLeader: 'city', coordinator: 'municipi' },
  close: SECOND_LEVEL,
};

const OTHERS = {
  'case.open': { operator: 'none', shiftLeader: 'none', socialWorker: 'none', coordinator: 'none' },
  'case.reopen': { operator: 'city', shiftLeader: 'city', socialWorker: 'municipi', coordinator: 'municipi' },
  'case.read': READERS,
  'case.list': READERS,
  'case.takeNext': SECOND_LEVEL,
  'case.whatIf': { shiftLeader: 'city', socialWorker: 'municipi', coordinator: 'municipi', manager: 'city' },
  // People's data. A manager and an auditor work with cases and figures; who the families are is none of it.
  'household.read': WITH_FAMILIES,
  'household.edit': WITH_FAMILIES,
  'people.search': WITH_FAMILIES,
  'note.read': WITH_FAMILIES,
  // The first level never reads what the second keeps to itself.
  'note.readSecondLevel': SECOND_LEVEL,
  'note.write': WITH_FAMILIES,
  // Where a refuge is, and crime: who has the case, and who answers for it.
  'restricted.read': { socialWorker: 'own', coordinator: 'municipi' },
  'restricted.edit': { socialWorker: 'own', coordinator: 'municipi' },
  'breach.list': { coordinator: 'municipi', manager: 'city', auditor: 'city' },
  'breach.review': { coordinator: 'municipi', manager: 'city' },
  'alert.list': { shiftLeader: 'city', socialWorker: 'own', coordinator: 'municipi', manager: 'city' },
  'handover.list': { shiftLeader: 'city', socialWorker: 'municipi', coordinator: 'municipi', manager: 'city' },
  'calendar.read': { manager: 'none', admin: 'none' },
  'calendar.edit': { admin: 'none' },
  'calendar.publish': { manager: 'none', admin: 'none' },
  'policy.read': { manager: 'none', admin: 'none' },
  'policy.edit': { admin: 'none' },
  'policy.publish': { manager: 'none', admin: 'none' },
  // Moves promises of open cases; what happened to a family is not shown by it.
  'rebase.run': { manager: 'city', admin: 'city' },
  // A coordinator keeps the roster of their municipio, and must see who there is to choose from.
  'onCall.read': { shiftLeader: 'city', socialWorker: 'municipi', coordinator: 'municipi', manager: 'city', admin: 'city' },
  'onCall.edit': { coordinator: 'municipi', manager: 'city', admin: 'city' },
  'staff.read': { coordinator: 'none', manager: 'none', admin: 'none' },
  'staff.edit': { admin: 'none' },
  'me.read': EVERYBODY,
  'me.notifications': EVERYBODY,
  'sla.compute': EVERYBODY,
  'policy.register': EVERYBODY,
} as const satisfies Readonly<Record<string, Rule>>;

export type Action = keyof typeof OTHERS | `case.${PersonCommandType}`;

/** The whole table. */
export const ACCESS: Readonly<Record<Action, Rule>> = {
  ...OTHERS,
  ...(Object.fromEntries(Object.entries(COMMANDS).map(([command, rule]) => [`case.${command}`, rule])) as Record<`case.${PersonCommandType}`, Rule>),
};

export const ACTIONS = Object.keys(ACCESS) as readonly Action[];

/** What the table needs to know of a person. */
export interface Person {
  readonly id: string;
  readonly roles: readonly Role[];
  readonly municipi: readonly Territory[];
  /** Territories the person is on call for at this moment, `*` for the city. @default none */
  readonly onCall?: readonly Territory[];
}

/** What somebody who is on call may do to the cases of those territories while they are, whatever their role. */
const ON_CALL: ReadonlySet<Action> = new Set([
  'case.read',
  'case.list',
  // Whoever hands a red case over at night must be able to say how the family is reached.
  'household.read',
  'note.read',
  'case.acknowledgeAlert',
  'case.recordNightHandover',
  'alert.list',
  'handover.list',
  'onCall.read',
] as const);

/** Whether it matters for an action that somebody is on call: also where it only tells what is refused from what does not exist for them. */
export function concernsOnCall(action: Action): boolean {
  return ON_CALL.has(action) || /^(case|household|note|restricted)\./.test(action) || action === 'me.read';
}

/** The cases a person may do this to: the union over their roles and what they are on call for. Null when nothing of that admits it. */
export function scopeFor(action: Action, person: Person): CaseScope | null {
  const rule = ACCESS[action];
  const scopes = person.roles.flatMap((role) => {
    const reach = rule[role];
    const scope = reach === undefined ? null : scopeOf(reach, person);
    return scope === null ? [] : [scope];
  });
  const all = [...scopes, ...onCallScopes(action, person)];
  return all.length === 0 ? null : all.reduce(unionOf);
}

function onCallScopes(action: Action, { id, onCall = [] }: Person): readonly CaseScope[] {
  if (!ON_CALL.has(action) || onCall.length === 0) return [];
  return [onCall.includes(WHOLE_CITY) ? { kind: 'all' } : { kind: 'municipi', municipi: onCall, person: id }];
}

/** Whether a person's roles admit the action at all, whatever the case. */
export function mayDo(action: Action, person: Person): boolean {
  return scopeFor(action, person) !== null;
}

function scopeOf(reach: Reach, person: Person): CaseScope | null {
  switch (reach) {
    case 'city':
      return { kind: 'all' };
    case 'municipi':
      return { kind: 'municipi', municipi: person.municipi, person: person.id };
    case 'own':
      return { kind: 'municipi', municipi: [], person: person.id };
    case 'central':
      return person.municipi.includes(CENTRAL) ? scopeOf('municipi', person) : null;
    case 'none':
      return { kind: 'none' };
  }
}
