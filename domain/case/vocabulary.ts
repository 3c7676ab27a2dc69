/** What a language needs to tell why a clock stands where it stands, and how a family's waiting was spent. Complete by type: a code without its words does not compile. */
import type { ClockName, PauseReason, Span, Urgency } from '../sla/policy.ts';
import type { AssignReason, BreachCause, CompetenceReason, HandoverReason, RebaseReason, ReopenReason, UrgencyReason } from './codes.ts';
import type { Cause, DueReason } from './explanation.ts';
import type { WaitingKind } from './accountability.ts';
import type { EventOf } from './events.ts';

/** Reasons of what begins a new leg, and of how a pause ended. */
export type ToldReason = UrgencyReason | AssignReason | HandoverReason | CompetenceReason | RebaseReason | ReopenReason | EventOf<'resumed'>['cause'];

/** A range or an instant already in words. */
type Words = string;

export interface Vocabulary {
  readonly clocks: Readonly<Record<ClockName, string>>;
  readonly urgencies: Readonly<Record<Urgency, string>>;
  readonly reasons: Readonly<Record<ToldReason, string>>;
  readonly pauses: Readonly<Record<PauseReason, string>>;
  readonly breachCauses: Readonly<Record<BreachCause, string>>;
  /** `by` already has its preposition. */
  readonly by: (actor: Cause['actor']) => Words;
  /** A clause that follows "when": what began or ended a clock. */
  readonly when: Readonly<Record<Cause['type'], (by: Words, to: string | null) => Words>>;
  readonly territory: (municipio: string | null) => Words;
  /** `4 h di apertura`. */
  readonly span: (span: Span) => Words;
  readonly part: PartWords;
  readonly clock: ClockWords;
  readonly due: Readonly<Record<DueReason, (due: DueWords) => Words>>;
  readonly waiting: WaitingWords;
}

/** One sentence for each kind of part. */
export interface PartWords {
  readonly open: (range: Words, label: Words, shift: Words, length: Words) => Words;
  readonly roundTheClock: (range: Words, shift: Words, length: Words) => Words;
  readonly closed: (range: Words, label: Words) => Words;
  readonly holiday: (range: Words, label: Words) => Words;
  readonly paused: (range: Words, why: Words, by: Words) => Words;
  readonly unpromised: (range: Words) => Words;
  /** The clock goes back (negative) or forward within the part. */
  readonly shift: (back: boolean, length: Words) => Words;
  /** How a length counts: `contate 2 h 30 min`. */
  readonly counted: (ms: number) => Words;
  /** The same for what is still to come: `si conteranno`. */
  readonly toCount: (ms: number) => Words;
}

export interface ClockWords {
  readonly started: (name: Words, at: Words, clause: Words) => Words;
  readonly startedIdle: (name: Words, at: Words) => Words;
  readonly promised: (span: Words) => Words;
  readonly promisedFor: (at: Words) => Words;
  readonly nothingPromised: Words;
  readonly urgencyChanged: (at: Words, from: Words, to: Words, reason: Words, by: Words) => Words;
  readonly moved: (at: Words, from: Words, to: Words, reason: Words, by: Words) => Words;
  readonly rebased: (at: Words, from: Words, to: Words, reason: Words, by: Words) => Words;
  readonly newPromise: (span: Words) => Words;
  readonly noPromiseNow: Words;
  readonly pauseEnded: (at: Words, how: Words, by: Words) => Words;
  readonly consumed: (ms: number, running: boolean) => Words;
  readonly left: (ms: number) => Words;
  readonly over: (ms: number) => Words;
  readonly due: (at: Words, past: boolean, why: Words) => Words;
  readonly met: (at: Words, clause: Words, late: boolean) => Words;
  readonly ended: (at: Words, clause: Words) => Words;
  readonly endedIdle: (at: Words) => Words;
  readonly breach: (dueAt: Words, detectedAt: Words) => Words;
  readonly recordedLate: Words;
  readonly cause: (cause: Words, by: Words, at: Words) => Words;
}

export interface DueWords {
  readonly budget: Span | null;
  readonly promisedAt: Words;
  readonly paused: Words | null;
}

export interface WaitingWords {
  readonly kinds: Readonly<Record<WaitingKind, string>>;
  readonly whole: (from: Words, to: Words, length: Words, end: 'reached' | 'closed' | 'waiting') => Words;
  readonly spent: (split: Words) => Words;
  readonly hop: (holder: Words, from: Words, to: Words, length: Words, split: Words) => Words;
  readonly holder: (territory: Words, owner: string | null) => Words;
  readonly share: (kind: Words, length: Words) => Words;
}
