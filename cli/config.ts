/**
 * Where a running embedded default writes down what it is, so that the other commands find it: `DATA_DIR/run/system.json`, readable by its owner alone because
 * the address of the database holds its password. `processes.json` beside it lists what was started, for the start after a crash.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CliError, EXIT } from './errors.ts';
import { isSameProcess } from './start/process-mark.ts';

/** The environment as a composition root hands it on. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a running system is, for the commands that use it. */
export interface SystemRecord {
  readonly supervisor: ProcessRecord;
  readonly startedAt: string;
  readonly url: string;
  readonly metricsUrl: string;
  readonly workerHealthUrl: string;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly taskQueue: string;
  readonly speed: number;
}

export interface ProcessRecord {
  readonly name: string;
  readonly pid: number;
  readonly mark: string | null;
}

export interface DataDirectory {
  readonly path: string;
  readonly run: string;
  readonly logs: string;
  readonly keys: string;
}

/** The data directory: the option, else `DATA_DIR`, else `.data` where the command runs. */
export function dataDirectory(option: string | undefined, env: Environment): DataDirectory {
  const path = resolve(option ?? env['DATA_DIR'] ?? '.data');
  return { path, run: join(path, 'run'), logs: join(path, 'logs'), keys: join(path, 'keys') };
}

/** The system that runs on a data directory; throws where none does. */
export function runningSystem(data: DataDirectory): SystemRecord {
  const record = readSystem(data);
  if (record !== null && isSameProcess(record.supervisor)) return record;
  throw new CliError(
    record === null ? `Nothing is running on ${data.path}.` : `Nothing is running on ${data.path}: the system recorded there has ended.`,
    'Start it in another terminal with "npm start", or name its data directory with --data DIR.',
    EXIT.unavailable,
  );
}

/** The last system recorded, running or not. */
export function readSystem(data: DataDirectory): SystemRecord | null {
  return readJson<SystemRecord>(join(data.run, 'system.json'));
}

export function writeSystem(data: DataDirectory, record: SystemRecord): void {
  writeJson(data, 'system.json', record);
}

export function removeSystem(data: DataDirectory): void {
  rmSync(join(data.run, 'system.json'), { force: true });
}

/** What an earlier start has left on record, running or not. */
export function readProcesses(data: DataDirectory): readonly ProcessRecord[] {
  return readJson<readonly ProcessRecord[]>(join(data.run, 'processes.json')) ?? [];
}

export function writeProcesses(data: DataDirectory, processes: readonly ProcessRecord[]): void {
  writeJson(data, 'processes.json', processes);
}

function readJson<T>(file: string): T | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    // Absent, or half written by a machine that lost its power: nothing is on record then.
    return null;
  }
}

/** The rename is atomic: a reader sees the old file or the new one. */
function writeJson(data: DataDirectory, name: string, value: unknown): void {
  mkdirSync(data.run, { recursive: true, mode: 0o700 });
  const file = join(data.run, name);
  writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
