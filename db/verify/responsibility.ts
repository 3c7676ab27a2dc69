/** Invariant 12: somebody answers for each open case, and something will remind them. */
import { nextDeadline } from '../../domain/case/deadlines.ts';
import { isOpen, responsibleParty, type CaseState } from '../../domain/case/state.ts';
import type { CaseRecord } from '../case-records.ts';
import type { Violation } from './violation.ts';

/** By the log and by the row: a queue shows the row, the engine goes by the log. `state` is null when the log does not fold. */
export function checkResponsibility({ caseId, row }: CaseRecord, state: CaseState | null): readonly Violation[] {
  const found: string[] = [];
  if (state !== null && isOpen(state)) {
    if (responsibleParty(state) === null) found.push('by the log nobody answers for the case');
    if (nextDeadline(state) === undefined) found.push('by the log the case has no pending alarm');
  }
  if (row !== null && row.status !== 'closed') {
    if (row.responsible === null) found.push('its row names nobody who answers for the case');
    if (row.nextDeadline === null) found.push('its row has no pending alarm');
  }
  return found.map((what) => ({ invariant: 12, caseId, what }));
}
