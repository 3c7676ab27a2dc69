/** What activities count and measure, for whoever watches the engine: docs/reference/metrics.md. */
import type { CaseEvent } from '../domain/case/events.ts';

export interface EngineMetrics {
  /** Milliseconds from the instant a promise was broken to the instant that stood in the log. */
  readonly breachRecorded: (lagMs: number) => void;
  /** An append was tried for the sixth time or more. */
  readonly appendDelayed: () => void;
  /** Log and workflows did not agree. */
  readonly difference: (kind: string) => void;
  /** What became of a notification to one person by one channel. */
  readonly notified: (channel: string, outcome: 'delivered' | 'dropped' | 'failed') => void;
}

/** For those who measure nothing. */
export const UNMEASURED: EngineMetrics = { breachRecorded: () => {}, appendDelayed: () => {}, difference: () => {}, notified: () => {} };

/**
 * How late each breach among these events is at `recordedAt`. Counted from when it took effect: a promise that was overdue when it came to exist (urgency was
 * raised, an attempt corrected) was not noticed late.
 */
export function breachLags(events: readonly CaseEvent[], recordedAt: number): readonly number[] {
  return events.flatMap((event) => (event.type === 'clockBreached' ? [Math.max(0, recordedAt - event.at)] : []));
}
