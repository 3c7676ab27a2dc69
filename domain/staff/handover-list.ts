/** The hand-over list: what must not be left lying when a municipio closes. */
import type { CaseStatus } from '../case/state.ts';
import type { Territory, Urgency } from '../sla/policy.ts';

/**
 * `no_plan`: red or yellow, and nobody has agreed a call with the family, planned a next step still to come, or waits for the family. A call or a step that is
 * overdue is no plan any more. `no_night_handover`: red, and not recorded as handed over since the last closing.
 */
export const HANDOVER_REASONS_LISTED = ['no_plan', 'no_night_handover'] as const;
export type ListedReason = (typeof HANDOVER_REASONS_LISTED)[number];

/** Codes, ids and instants only: such a list is kept. */
export interface HandoverItem {
  readonly caseId: string;
  readonly urgency: Urgency;
  readonly status: CaseStatus;
  readonly owner: string | null;
  readonly nearestDueAt: number | null;
  readonly reasons: readonly ListedReason[];
}

export interface HandoverList {
  readonly municipio: Territory;
  readonly closesAt: number;
  readonly madeAt: number;
  readonly items: readonly HandoverItem[];
}
