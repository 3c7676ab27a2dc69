/**
 * Where a running embedded default writes down what it is, so that the other commands find it: `DATA_DIR/run/system.json`, readable by its owner alone because
 * the address of the database holds its password.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { identityOf } from './embedded/process-identity.ts';
import { CliError, EXIT } from './errors.ts';

/** The environment as a composition root hands it on. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a running system is, for the commands that use it. */
export interface SystemRecord {
  /** The supervisor: the system runs as long as it does. */
  readonly pid: number;
  readonly identity: string;
  readonly startedAt: string;
  readonly url: string;
  readonly metricsUrl: string;
  readonly workerHealthUrl: string;
  /** Where caught mail is shown; null where mail goes out, or nowhere. */
  readonly mailUrl: string | null;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly taskQueue: string;
  readonly speed: number;
  /** Process numbers by part, for people and for fault tests; a part that was restarted has its new one. */
  readonly pids: Readonly<Record<string, number>>;
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

/** The system that runs on a data directory, or null. */
export async function findSystem(data: DataDirectory): Promise<SystemRecord | null> {
  const record = readSystem(data);
  return record !== null && (await identityOf(record.pid)) === record.identity ? record : null;
}

/** The system that runs on a data directory; throws where none does. */
export async function runningSystem(data: DataDirectory): Promise<SystemRecord> {
  const running = await findSystem(data);
  if (running !== null) return running;
  const advice = 'Start it in another terminal with "npm start", or name its data directory with --data DIR.';
  throw new CliError(`Nothing is running on ${data.path}.`, advice, EXIT.unavailable);
}

function readSystem(data: DataDirectory): SystemRecord | null {
  try {
    return JSON.parse(readFileSync(join(data.run, 'system.json'), 'utf8')) as SystemRecord;
  } catch {
    // Absent, or cut off when the machine lost its power: nothing is on record then.
    return null;
  }
}

/** The rename is atomic: a reader sees the old record or the new one. */
export function writeSystem(data: DataDirectory, record: SystemRecord): void {
  mkdirSync(data.run, { recursive: true, mode: 0o700 });
  const file = join(data.run, 'system.json');
  writeFileSync(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export function removeSystem(data: DataDirectory): void {
  rmSync(join(data.run, 'system.json'), { force: true });
}
