/** How long to wait before something that ended by itself is started again: at first hardly at all, then twice as long each time; from the start again once it has lived for a while. */
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;
const LIVED_MS = 20_000;

export interface RestartDelay {
  /** To be told of every start. */
  readonly started: () => void;
  /** How long to wait now that it has ended. */
  readonly next: () => number;
}

/** Delays of one part; `now` is monotonic or not, only differences count. */
export function createRestartDelay(now: () => number = Date.now): RestartDelay {
  let delayMs = FIRST_DELAY_MS;
  let startedAt = now();
  return {
    started() {
      startedAt = now();
    },
    next() {
      if (now() - startedAt > LIVED_MS) delayMs = FIRST_DELAY_MS;
      const wait = delayMs;
      delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS);
      return wait;
    },
  };
}
