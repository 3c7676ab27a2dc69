/** The script's own record of every request it made and of every answer it got: what the system is held against at the end. */
import type { Role } from '../../domain/case/codes.ts';

/** Synthetic; nobody real stands behind it. */
export interface Caller {
  readonly sub: string;
  readonly roles: readonly Role[];
  readonly municipi: readonly string[];
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface Entry {
  readonly caller: Caller;
  readonly key: string;
  readonly path: string;
  readonly body: unknown;
  /** Null for an opening, until it is answered. */
  readonly caseId: string | null;
  readonly command: string;
  /** Every time it was sent; more than once when an answer did not come. */
  readonly sentAt: number[];
  /** The final answer; null while there is none. */
  answer: Answer | null;
  answeredAt: number | null;
  /** Whoever sent it went away without an answer: the system may have done it or not, but not twice. */
  abandoned: boolean;
}

export class Ledger {
  readonly entries: Entry[] = [];

  add(entry: Pick<Entry, 'caller' | 'key' | 'path' | 'body' | 'caseId' | 'command'>): Entry {
    const whole: Entry = { ...entry, sentAt: [], answer: null, answeredAt: null, abandoned: false };
    this.entries.push(whole);
    return whole;
  }

  acknowledged(): readonly Entry[] {
    return this.entries.filter(({ answer }) => answer !== null && isDone(answer.status));
  }

  unanswered(): readonly Entry[] {
    return this.entries.filter(({ answer, abandoned }) => answer === null && !abandoned);
  }
}

/** Done, and said so. */
export function isDone(status: number): boolean {
  return status === 200 || status === 201;
}

/** Neither done nor refused: the same key has to be asked again. */
export function isPending(status: number): boolean {
  return status === 202 || status === 429 || status >= 500;
}
