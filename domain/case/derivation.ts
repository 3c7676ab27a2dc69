/**
 * What follows from a state is worked out once per state: states are never changed, and one command looks at the clocks and deadlines of each state on its
 * way a dozen times (measured: half of what a command costs the domain).
 */
import type { CaseState } from './state.ts';

const known = new WeakMap<CaseState, Map<unknown, unknown>>();

/** A function of a state that remembers its result with the state. It must not look at the revision numbers. */
export function derivedOnce<T>(derive: (state: CaseState) => T): (state: CaseState) => T {
  return (state) => {
    const results = resultsOf(state);
    if (!results.has(derive)) results.set(derive, derive(state));
    return results.get(derive) as T;
  };
}

/** The state as the one a revision left, with everything derived from it so far. A person's revision moves the ETag; time passing and recovery do not. */
export function numbered(state: CaseState, revision: number, by: 'person' | 'system'): CaseState {
  const next = { ...state, revision, humanRevision: by === 'person' ? revision : state.humanRevision };
  known.set(next, resultsOf(state));
  return next;
}

function resultsOf(state: CaseState): Map<unknown, unknown> {
  const results = known.get(state) ?? new Map<unknown, unknown>();
  known.set(state, results);
  return results;
}
