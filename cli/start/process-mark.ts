/**
 * Telling one process from another that has got its number since: a pid alone is not enough to end something after a crash or a restart of the machine.
 * The mark is the boot and the start tick on Linux, the start time elsewhere; null where neither can be read.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';

/** Whether a process of this number exists now, whoever it is. A zombie is not one: it waits only to be noticed. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return linuxStat(pid)?.[0] !== 'Z';
}

/** What makes a running process itself and no later one of the same number. */
export function processMark(pid: number): string | null {
  const stat = linuxStat(pid);
  if (stat !== null) return `${bootId()}:${stat[19] ?? ''}`;
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return started === '' ? null : started;
  } catch {
    return null;
  }
}

/** Whether the process recorded earlier still runs. Without a mark nobody can tell, and the answer is no: better a failed start than a stranger killed. */
export function isSameProcess(recorded: { readonly pid: number; readonly mark: string | null }): boolean {
  return recorded.mark !== null && isAlive(recorded.pid) && processMark(recorded.pid) === recorded.mark;
}

/** The fields of /proc/<pid>/stat after the name, from the state on; null where there is no such file. */
function linuxStat(pid: number): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in parentheses and may hold anything, spaces too: what follows its last one is fixed.
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
