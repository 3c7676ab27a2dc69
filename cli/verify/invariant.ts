/** What `verify` reports. Findings are counted without limit and listed up to one: a broken system must not fill the memory of what looks at it. */

/** One place where an invariant does not hold. */
export interface Violation {
  /** What it is about: a case, a workflow, an outbox key, a recorded history. */
  readonly subject: string;
  readonly detail: string;
}

/** What one look at an invariant found. */
export interface Outcome {
  /** How much was looked at, by kind: `{ "open cases": 12 }`. */
  readonly counts: Readonly<Record<string, number>>;
  /** The first of them. */
  readonly violations: readonly Violation[];
  /** All of them. */
  readonly violationCount: number;
}

/** One invariant of the system: something that must hold whatever happens. */
export interface Invariant {
  readonly number: number;
  readonly title: string;
  readonly check: () => Promise<Outcome>;
}

/** Gathers what a check finds. */
export interface Findings {
  readonly count: (kind: string, by?: number) => void;
  readonly violation: (subject: string, detail: string) => void;
  readonly outcome: () => Outcome;
}

const MOST_LISTED = 100;

/** Starts with every kind at zero, so that "nothing was looked at" is seen too. */
export function createFindings(...kinds: readonly string[]): Findings {
  const counts = new Map<string, number>(kinds.map((kind) => [kind, 0]));
  const violations: Violation[] = [];
  let violationCount = 0;
  return {
    count: (kind, by = 1) => counts.set(kind, (counts.get(kind) ?? 0) + by),
    violation(subject, detail) {
      violationCount += 1;
      if (violations.length < MOST_LISTED) violations.push({ subject, detail });
    },
    outcome: () => ({ counts: Object.fromEntries(counts), violations, violationCount }),
  };
}
