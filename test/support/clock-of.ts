/** One clock of a case by its id, in the current episode. */
import { deriveClocks, type Clock } from '../../domain/case/clocks.ts';
import type { CaseState } from '../../domain/case/state.ts';

export function clockOf(state: CaseState, id: string): Clock {
  const found = deriveClocks(state).find(({ clock }) => clock.id === id);
  if (found === undefined)
    throw new Error(
      `no clock ${id} among ${deriveClocks(state)
        .map(({ clock }) => clock.id)
        .join(', ')}`,
    );
  return found.clock;
}
