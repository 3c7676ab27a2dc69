/** Invariants 3, 4, 5, 11 and 12: those the log and its rows answer by themselves. One walk over all cases serves the five of them. */
import type { Violation as LogViolation } from '../../db/verify/violation.ts';
import { createFindings, type Invariant, type Outcome } from './invariant.ts';

/** Walks over every case; tells how many it has seen so far. */
export type LogCheck = (onProgress: (cases: number) => void) => Promise<readonly LogViolation[]>;

const TITLES: readonly (readonly [number, string])[] = [
  [3, 'Ownership intervals of a case never overlap'],
  [4, 'Each due clock of an open case has one breach, never early, none after closure'],
  [5, 'Revisions are 1..n without gaps, each command occurs once'],
  [11, 'Folding the events gives the case row and its clock rows'],
  [12, 'Each open case has a responsible party and a pending alarm'],
];

export function logInvariants(check: LogCheck): readonly Invariant[] {
  let walk: Promise<ReadonlyMap<number, Outcome>> | null = null;
  let served = new Set<number>();
  const outcomeOf = async (number: number): Promise<Outcome> => {
    // Whoever asks a second time wants to see the log as it is now.
    if (walk === null || served.has(number)) {
      walk = walkOnce(check);
      served = new Set();
    }
    served.add(number);
    return (await walk).get(number)!;
  };
  return TITLES.map(([number, title]) => ({ number, title, check: () => outcomeOf(number) }));
}

async function walkOnce(check: LogCheck): Promise<ReadonlyMap<number, Outcome>> {
  let cases = 0;
  const violations = await check((seen) => (cases = seen));
  const findings = new Map(TITLES.map(([number]) => [number, createFindings('cases')]));
  for (const found of findings.values()) found.count('cases', cases);
  for (const { invariant, caseId, what } of violations) findings.get(invariant)?.violation(caseId, what);
  return new Map([...findings].map(([number, found]) => [number, found.outcome()]));
}
