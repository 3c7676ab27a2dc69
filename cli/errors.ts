/** Exit codes, after sysexits.h. 1 is kept for "it ran, and what it checked is not so". */
export const EXIT = { difference: 1, usage: 64, data: 65, unavailable: 69, software: 70, cannotCreate: 73, busy: 75, config: 78 } as const;

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
  const foreseen = foreseenFailure(error);
  if (foreseen !== null) return foreseen;
  if (isListenFailure(error)) return { text: describeListenFailure(error), exitCode: EXIT.unavailable };
  const exitCode = (error as { exitCode?: unknown }).exitCode;
  if (typeof exitCode === 'number') return { text: error.message, exitCode };
  const code = OWN_ERRORS[(error as { type?: unknown }).type as string];
  if (code !== undefined) return { text: error.message, exitCode: code };
  return { text: error.stack ?? error.message, exitCode: EXIT.software };
}

/** What a machine may refuse whatever the command: where data are to be kept, and a server that is not there. */
function foreseenFailure(error: Error): { readonly text: string; readonly exitCode: number } | null {
  const { code = '', syscall, path, address, port } = error as SystemFailure;
  const fault = FILE_FAULTS[code];
  if (fault !== undefined && path !== undefined) {
    return { text: `${path} ${fault}.\nPut that right, or choose another data directory with --data DIR.`, exitCode: EXIT.cannotCreate };
  }
  if (syscall === 'connect' && address !== undefined && port !== undefined) {
    return {
      text: `Nothing answers at ${address} port ${port} (${code}).\nStart what should listen there, or put the address right.`,
      exitCode: EXIT.unavailable,
    };
  }
  const refused = DATABASE_FAULTS[code];
  return refused === undefined ? null : { text: `${error.message}.\n${refused}`, exitCode: EXIT.unavailable };
}

interface SystemFailure extends Error {
  readonly code?: string;
  readonly syscall?: string;
  readonly path?: string;
  readonly address?: string;
  readonly port?: number;
}

const FILE_FAULTS: Readonly<Record<string, string>> = {
  EACCES: 'may not be used by this account',
  EPERM: 'may not be used by this account',
  EROFS: 'is on a disk that cannot be written',
  ENOTDIR: 'cannot be made: something above it is no directory',
  EEXIST: 'is there already and is no directory',
  ENOSPC: 'cannot be written: the disk is full',
  EDQUOT: 'cannot be written: the quota is used up',
};

/** SQLSTATE of a connection Postgres refuses. */
const DATABASE_FAULTS: Readonly<Record<string, string>> = {
  '28P01': 'Put name and password in DATABASE_URL right.',
  '28000': 'Put name and password in DATABASE_URL right.',
  '3D000': 'Create that database, or put its name in DATABASE_URL right.',
};

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
  rotation_running: EXIT.busy,
  seal_broken: EXIT.data,
  SchemaNewer: EXIT.config,
  SchemaOlder: EXIT.config,
};
