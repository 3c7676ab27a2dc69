/**
 * Looks at every invariant, and again at the broken ones for a while: the system goes on while it is looked at, and what was in flight at the first look has
 * landed at the second. What is still broken then is reported.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Invariant, Outcome } from './invariant.ts';

/** An invariant and how it was found. */
export interface Verdict extends Outcome {
  readonly number: number;
  readonly title: string;
  readonly holds: boolean;
}

export interface RunOptions {
  /** How long a broken invariant is looked at again before it is reported. */
  readonly settleMs: number;
  /** Told of each invariant as soon as it is settled. @default nobody */
  readonly onVerdict?: (verdict: Verdict) => void;
}

const PAUSE_MS = 1_000;

/** In the order of their numbers; the settling time is one for all of them. */
export async function runInvariants(invariants: readonly Invariant[], { settleMs, onVerdict }: RunOptions): Promise<readonly Verdict[]> {
  const until = Date.now() + settleMs;
  const verdicts: Verdict[] = [];
  for (const invariant of [...invariants].sort((a, b) => a.number - b.number)) {
    let outcome = await invariant.check();
    while (outcome.violationCount > 0 && Date.now() < until) {
      await sleep(Math.min(PAUSE_MS, Math.max(1, until - Date.now())));
      outcome = await invariant.check();
    }
    const verdict: Verdict = { number: invariant.number, title: invariant.title, holds: outcome.violationCount === 0, ...outcome };
    verdicts.push(verdict);
    onVerdict?.(verdict);
  }
  return verdicts;
}
