/** What a rebase does to the promises of a case: said before it is done, and kept in the event when it is. */
import type { ClockName } from '../sla/policy.ts';
import type { CaseFacts } from '../sla/policy-match.ts';
import { deriveClocks } from './clocks.ts';
import type { CaseState } from './state.ts';

/** A running promise whose due instant is another one; null on a side where nothing is promised. */
export interface MovedClock {
  readonly clock: string;
  readonly name: ClockName;
  readonly before: number | null;
  readonly after: number | null;
}

/** The running promises that stand elsewhere in a later state of a case, in the order of the policy. */
export function movedClocks(before: CaseState, after: CaseState): readonly MovedClock[] {
  const [was, is] = [runningClocks(before), runningClocks(after)];
  return [...new Map([...was, ...is])].flatMap(([clock, { name }]) => {
    const [from, to] = [was.get(clock)?.dueAt ?? null, is.get(clock)?.dueAt ?? null];
    return from === to ? [] : [{ clock, name, before: from, after: to }];
  });
}

/** What a policy looks at in a case as it stands. */
export function factsOf({ stage, primaryNeed, urgency }: CaseState): CaseFacts {
  return { territory: stage.municipio ?? 'CENTRAL', primaryNeed, urgency };
}

function runningClocks(state: CaseState): ReadonlyMap<string, { readonly name: ClockName; readonly dueAt: number | null }> {
  return new Map(deriveClocks(state).flatMap(({ clock }) => (clock.status === 'running' ? [[clock.id, clock] as const] : [])));
}
