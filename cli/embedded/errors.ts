/** One route that was tried for a binary and why it did not give one. */
export type RouteAttempt = { readonly route: string; readonly reason: string };

/** No route gave a binary that may be run. The message names every route tried, why each failed, and what to do. */
export class BinaryUnavailableError extends Error {
  readonly type = 'binary_unavailable';
  readonly binary: string;
  readonly attempts: readonly RouteAttempt[];

  constructor(binary: string, attempts: readonly RouteAttempt[], advice: readonly string[]) {
    const tried = attempts.map(({ route, reason }) => `  - ${route}: ${reason}`);
    const todo = advice.map((line) => `  - ${line}`);
    super([`No usable "${binary}" binary. Tried, in this order:`, ...tried, 'What to do (one is enough):', ...todo].join('\n'));
    this.name = 'BinaryUnavailableError';
    this.binary = binary;
    this.attempts = attempts;
  }
}

/** An embedded part needs a package that is not installed (`npm ci --omit=dev` leaves it out) or has no build for this machine. */
export class EmbeddedPartMissingError extends Error {
  readonly type = 'embedded_part_missing';
  readonly part: string;

  constructor(part: string, packageName: string, replacement: string, cause?: unknown) {
    super(`The embedded ${part} needs the package "${packageName}", which is not installed here. Run "npm ci" without --omit=dev, or set ${replacement}.`, {
      cause,
    });
    this.name = 'EmbeddedPartMissingError';
    this.part = part;
  }
}

/** Another running instance owns the data directory: two servers must never share one. */
export class DirectoryInUseError extends Error {
  readonly type = 'directory_in_use';
  readonly directory: string;
  readonly ownerPid: number;

  constructor(directory: string, ownerPid: number) {
    super(`${directory} is in use by the running process ${ownerPid}. Stop it first, or choose another directory with --data DIR.`);
    this.name = 'DirectoryInUseError';
    this.directory = directory;
    this.ownerPid = ownerPid;
  }
}

/** An embedded server did not start or did not answer in time. `log` holds the last lines it wrote. */
export class ServerStartError extends Error {
  readonly type = 'server_start_failed';
  readonly part: string;
  readonly log: string;

  constructor(part: string, reason: string, log: string) {
    super(`The embedded ${part} did not start: ${reason}${log === '' ? '' : `\n${log}`}`);
    this.name = 'ServerStartError';
    this.part = part;
    this.log = log;
  }
}
