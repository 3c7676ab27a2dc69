/** What a rebase would do to a case, without doing it. */
import type { Rulebook } from '../sla/policy.ts';
import type { RebaseReason } from './codes.ts';
import { SYSTEM } from './commands.ts';
import { decide } from './decide.ts';
import type { MovedClock } from './rebase.ts';
import { isOpen, type CaseState } from './state.ts';

export type RebaseEffect =
  | { readonly kind: 'closed' }
  /** The case is measured like that already. */
  | { readonly kind: 'same' }
  | { readonly kind: 'rebased'; readonly moved: readonly MovedClock[]; readonly overdue: readonly string[] };

/** At an instant, with time passed up to it. `overdue`: the moved promises that would be past due from then on and were not before. */
export function previewRebase(state: CaseState, rulebook: Rulebook, reason: RebaseReason, at: number): RebaseEffect {
  if (!isOpen(state)) return { kind: 'closed' };
  const decision = decide(state, { command: { type: 'rebase', reason, rulebook }, actor: SYSTEM }, at);
  const rebased = decision.ok ? decision.events.find((event) => event.type === 'rebased') : undefined;
  if (rebased === undefined) return { kind: 'same' };
  const moved = rebased.moved ?? [];
  const overdue = moved
    .filter(({ before, after }) => after !== null && after <= rebased.at && (before === null || before > rebased.at))
    .map(({ clock }) => clock);
  return { kind: 'rebased', moved, overdue };
}
