/** Exit codes, after sysexits.h. 1 is kept for "it ran, and what it checked is not so". */
export const EXIT = { difference: 1, usage: 64, data: 65, unavailable: 69, software: 70, busy: 75, config: 78 } as const;

/** A failure a person can do something about: one line that says what is wrong, one that says what to do. */
export class CliError extends Error {
  readonly advice: string;
  readonly exitCode: number;

  constructor(message: string, advice: string, exitCode: number) {
    super(message);
    this.name = 'CliError';
    this.advice = advice;
    this.exitCode = exitCode;
  }
}

/** What to print for any failure, and the code to leave with. Messages of our own errors say what to do; a stack is for what nobody foresaw. */
export function describeFailure(error: unknown): { readonly text: string; readonly exitCode: number } {
  if (error instanceof CliError) return { text: `${error.message}\n${error.advice}`, exitCode: error.exitCode };
  if (!(error instanceof Error)) return { text: String(error), exitCode: EXIT.software };
  if (isListenFailure(error)) return { text: describeListenFailure(error), exitCode: EXIT.unavailable };
  const exitCode = (error as { exitCode?: unknown }).exitCode;
  if (typeof exitCode === 'number') return { text: error.message, exitCode };
  const code = OWN_ERRORS[(error as { type?: unknown }).type as string];
  if (code !== undefined) return { text: error.message, exitCode: code };
  return { text: error.stack ?? error.message, exitCode: EXIT.software };
}

const LISTEN_FAULTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken: stop what listens there, or choose another port',
  EADDRNOTAVAIL: 'is no address of this machine',
  EACCES: 'may not be listened on by this account',
};

interface ListenFailure extends Error {
  readonly code: string;
  readonly address?: string;
  readonly port?: number;
}

/** A server of any library ends in Node's own error. */
function isListenFailure(error: Error): error is ListenFailure {
  return (error as NodeJS.ErrnoException).syscall === 'listen' && (error as NodeJS.ErrnoException).code !== undefined;
}

function describeListenFailure({ code, address, port, message }: ListenFailure): string {
  const fault = LISTEN_FAULTS[code];
  return fault === undefined || address === undefined || port === undefined ? message : `${address} port ${port} ${fault}.`;
}

/** Errors of the embedded parts carry their own advice. */
const OWN_ERRORS: Readonly<Record<string, number>> = {
  binary_unavailable: EXIT.unavailable,
  embedded_part_missing: EXIT.config,
  directory_in_use: EXIT.busy,
  server_start_failed: EXIT.unavailable,
  metrics_unavailable: EXIT.unavailable,
  invalid_environment: EXIT.config,
  SchemaNewer: EXIT.config,
  SchemaOlder: EXIT.config,
};
