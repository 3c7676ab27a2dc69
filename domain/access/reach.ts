/**
 * Whether somebody may do something to a case as it stands. Asked twice: when the request comes, and when its turn comes in the case's workflow. Between the two
 * the case may have gone to another municipio, where its people see it and this person no longer does.
 */
import type { PersonCommandType } from '../case/commands.ts';
import { scopeFor, type Person } from './policy.ts';
import { inScope, type CaseScope, type ScopedCase } from './scope.ts';

/** What those may do who reach a case only because it was offered to them, because its competence is disputed and they decide it, or because an alert tells them. */
const FROM_ASIDE: readonly string[] = ['acceptHandover', 'declineHandover', 'acknowledgeAlert', 'assign', 'resolveCompetence'];

/** The work and the duty stay where the case is: with the sender of an offer until it is accepted, with the municipio that has it while competence is disputed. */
export function scopeAdmits(scope: CaseScope, command: string, subject: ScopedCase): boolean {
  return FROM_ASIDE.includes(command) ? inScope(scope, subject) : holdsCase(scope, subject);
}

/** Whether a scope covers a case because it has the case, not only because the case was offered, is disputed, or an alert tells of it. */
export function holdsCase(scope: CaseScope, subject: ScopedCase): boolean {
  return inScope(scope, { ...subject, handoverTo: null, disputed: false, centralAlerted: false });
}

/** Whether any role of the person admits the command on this case. */
export function mayActOn(person: Person, command: PersonCommandType, subject: ScopedCase): boolean {
  const scope = scopeFor(`case.${command}`, person);
  return scope !== null && scopeAdmits(scope, command, subject);
}
