/**
 * Ctrl+C and its relatives. The first asks for an orderly stop, a second for an immediate one. `npm start` hands a Ctrl+C on that the terminal has already
 * sent to the whole group: two within a moment are one.
 */
import process from 'node:process';

const ECHO_MS = 700;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface StopRequest {
  /** Resolves at the first signal, with its name. */
  readonly requested: Promise<string>;
  /** Asks for it from here. */
  readonly request: (this: void, reason: string) => void;
  /** Whether it has come. */
  readonly isRequested: (this: void) => boolean;
  /** No more signals are listened to. */
  readonly release: () => void;
}

/** Listens from now on. `onSecond` is told of a second signal. */
export function listenForStop(onSecond: () => void): StopRequest {
  let firstAt: number | undefined;
  let resolveRequested: (signal: string) => void = () => undefined;
  const requested = new Promise<string>((resolve) => {
    resolveRequested = resolve;
  });
  const onSignal = (signal: string): void => {
    const now = Date.now();
    if (firstAt === undefined) {
      firstAt = now;
      resolveRequested(signal);
    } else if (now - firstAt > ECHO_MS) onSecond();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    requested,
    request: onSignal,
    isRequested: () => firstAt !== undefined,
    release() {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
