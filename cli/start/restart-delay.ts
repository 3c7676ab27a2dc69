/** How long to wait before something that ended by itself is started again: not at all once it has lived for a while; else a moment, then twice as long each time. */
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;
const LIVED_MS = 10_000;

export interface RestartDelay {
  /** To be told of every start. */
  readonly started: () => void;
  /** How long to wait now that it has ended. */
  readonly next: () => number;
}

/** Delays of one part; `now` is monotonic or not, only differences count. */
export function createRestartDelay(now: () => number = Date.now): RestartDelay {
  let delayMs = 0;
  let startedAt = now();
  return {
    started() {
      startedAt = now();
    },
    next() {
      if (now() - startedAt > LIVED_MS) delayMs = 0;
      const wait = delayMs;
      delayMs = Math.min(Math.max(FIRST_DELAY_MS, delayMs * 2), LONGEST_DELAY_MS);
      return wait;
    },
  };
}

/** A delay as people are told of it. */
export function inWords(delayMs: number): string {
  return delayMs === 0 ? 'at once' : `in ${delayMs / 1_000} s`;
}
