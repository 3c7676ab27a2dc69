import { readFile, readdir, readlink, realpath } from 'node:fs/promises';
import { basename, sep } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from './run-command.ts';

const PS_TIMEOUT_MS = 5_000;
const POLL_MS = 20;

/** The fields of /proc/<pid>/stat after the command name, which may itself hold blanks and brackets. */
async function procStat(pid: number): Promise<string[] | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}

/**
 * What tells a process from a later one with the same number: when it was started, within this boot.
 * Undefined when there is no such process, or only its zombie (in a container nobody may ever collect it).
 */
export async function identityOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const fields = await procStat(pid);
    if (fields === undefined || fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
    return `${boot.trim()}:${fields[19]}`;
  }
  const { code, stdout } = await runCommand('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { env: { PATH: '/usr/bin:/bin' }, timeoutMs: PS_TIMEOUT_MS });
  const answer = stdout.trim();
  if (code !== 0 || answer === '' || answer.startsWith('Z')) return undefined;
  return answer.replace(/^\S+\s+/, '');
}

/** True while a process runs (a zombie does not). */
export async function isRunning(pid: number): Promise<boolean> {
  return (await identityOf(pid)) !== undefined;
}

/**
 * Processes of one program that work inside a directory. This, not a process number in a file, is what proves that a leftover server is ours:
 * numbers are reused. Linux only; elsewhere the list is empty and the recorded identity decides.
 */
export async function programsWithin(program: string, directory: string): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  const home = await realpath(directory).catch(() => undefined);
  if (home === undefined) return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const matches = await Promise.all(pids.map((pid) => worksWithin(pid, program, home)));
  return pids.filter((_pid, index) => matches[index]);
}

async function worksWithin(pid: number, program: string, home: string): Promise<boolean> {
  try {
    const cwd = await readlink(`/proc/${pid}/cwd`);
    if (cwd !== home && !cwd.startsWith(home + sep)) return false;
    const executable = basename((await readlink(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, ''));
    return executable.startsWith(program) && (await isRunning(pid));
  } catch {
    // It ended meanwhile, or belongs to somebody else: either way not ours.
    return false;
  }
}

/** One step of stopping a process: the signal, and how long it may take before the next step. */
export type StopStep = { readonly signal: NodeJS.Signals; readonly graceMs: number };

/** To a process that may have ended meanwhile. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Already gone.
  }
}

/** Stops one process, politely first. Resolves when it is gone; false when it outlived every step. */
export async function stopProcess(pid: number, steps: readonly StopStep[]): Promise<boolean> {
  for (const { signal, graceMs } of steps) {
    if (!(await isRunning(pid))) return true;
    sendSignal(pid, signal);
    const deadline = Date.now() + graceMs;
    while (Date.now() < deadline) {
      await sleep(POLL_MS);
      if (!(await isRunning(pid))) return true;
    }
  }
  return !(await isRunning(pid));
}
