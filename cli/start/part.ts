/** One part of the running system: a process that is kept running and stopped in its turn. */
export interface Part {
  readonly name: string;
  readonly pid: () => number | undefined;
  /** Asks it to end, waits, forces it in the end. Nothing is started after it. */
  readonly stop: () => Promise<void>;
  /** Ends it without asking: a second Ctrl+C. */
  readonly kill: () => void;
}

/** What a part tells its supervisor. */
export interface PartEvents {
  /** A start, the first or a later one. */
  readonly onStarted: (name: string, pid: number) => void;
  /** A line for people: it ended, it is started again. */
  readonly report: (line: string) => void;
  /** It cannot run as it is configured: it is not started again. */
  readonly onHopeless: (name: string, logFile: string) => void;
}
