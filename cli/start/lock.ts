/** One supervisor a data directory. The lock is a file with the process that holds it; one left by a process that is gone is taken over. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { readSystem, type DataDirectory, type ProcessRecord } from '../config.ts';
import { CliError, EXIT } from '../errors.ts';
import { isSameProcess, processMark } from './process-mark.ts';

/** Takes the data directory for this process; throws where another start holds it. Returns how to give it back. */
export function lockDataDirectory(data: DataDirectory): () => void {
  mkdirSync(data.run, { recursive: true, mode: 0o700 });
  const file = join(data.run, 'start.lock');
  if (!tryLock(file)) {
    const holder = readHolder(file);
    if (holder !== null && isSameProcess(holder)) {
      const url = readSystem(data)?.url;
      throw new CliError(
        `${data.path} is in use: process ${holder.pid} is running on it${url === undefined ? '' : `, at ${url}`}.`,
        'Use that one, stop it with Ctrl+C in its terminal, or choose another directory with --data DIR.',
        EXIT.busy,
      );
    }
    rmSync(file, { force: true });
    if (!tryLock(file)) throw new CliError(`${data.path} was taken by another start at this moment.`, 'Try again.', EXIT.busy);
  }
  return () => rmSync(file, { force: true });
}

function tryLock(file: string): boolean {
  const own: ProcessRecord = { name: 'start', pid: process.pid, mark: processMark(process.pid) };
  try {
    writeFileSync(file, JSON.stringify(own), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(file: string): ProcessRecord | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessRecord;
  } catch {
    return null;
  }
}
