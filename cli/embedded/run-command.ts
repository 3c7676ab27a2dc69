import { spawn } from 'node:child_process';

/** What a finished command left behind. */
export type CommandResult = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Environment handed down from the composition root. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Options of {@link runCommand}. */
export type CommandOptions = {
  readonly env: Environment;
  /** Milliseconds before the command is killed. */
  readonly timeoutMs: number;
  /** @default the caller's directory */
  readonly cwd?: string;
  /** Account to run as (only root may choose). @default the caller's */
  readonly account?: { readonly uid: number; readonly gid: number };
};

/** Runs a command to its end and collects its output. A command that cannot be started, or is killed at the timeout, has code null. */
export async function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...options.account,
    });
    // Not spawn's own `timeout`: its timer stays when the command cannot be started, and would hold the process for as long.
    const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const end = (result: CommandResult): void => {
      clearTimeout(timer);
      resolve(result);
    };
    child.on('error', (error) => end({ code: null, stdout, stderr: error.message }));
    child.on('close', (code, signal) => end({ code, stdout, stderr: code === null ? `${stderr}ended by ${signal}` : stderr }));
  });
}

/** The last line of a command's complaint that says something: enough for a reason, short enough for a list. */
export function lastLine(text: string): string {
  return (
    text
      .split('\n')
      .map((line) => line.trim())
      .findLast((line) => line !== '') ?? 'no message'
  );
}
