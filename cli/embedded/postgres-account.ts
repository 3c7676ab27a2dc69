// Postgres refuses to run as root. Run by root, the server gets an unprivileged account that the machine already has; none is created.
// 1. The account: `postgres`, else `nobody`.
// 2. The binaries may sit where that account cannot enter (a checkout under /root, or made with umask 077): then root keeps a readable copy.
// 3. The data directory may sit there too: on Linux the server reaches it through /proc/self/cwd, which needs no right on the parent directories,
//    so nobody's permissions are widened.
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { runCommand } from './run-command.ts';

/** An operating-system account. */
export type Account = { readonly uid: number; readonly gid: number };

const CANDIDATES = ['postgres', 'nobody'];
const COMMAND_TIMEOUT_MS = 5_000;
const COPIES = '/var/cache/secondo-livello';

async function idOf(flag: '-u' | '-g', name: string): Promise<number | undefined> {
  const { code, stdout } = await runCommand('id', [flag, name], { env: { PATH: '/usr/bin:/bin' }, timeoutMs: COMMAND_TIMEOUT_MS });
  return code === 0 ? Number(stdout.trim()) : undefined;
}

/**
 * The account the server runs as, or undefined for our own.
 * @throws Error when we are root and the machine has no unprivileged account
 */
export async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of CANDIDATES) {
    const [uid, gid] = await Promise.all([idOf('-u', name), idOf('-g', name)]);
    if (uid !== undefined && gid !== undefined && uid !== 0) return { uid, gid };
  }
  throw new Error(`Postgres does not run as root, and none of the accounts ${CANDIDATES.join(', ')} exists. Start as a normal user, or set DATABASE_URL.`);
}

async function mayUse(path: string, account: Account, bits: number): Promise<boolean> {
  const { uid, gid, mode } = await stat(path);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}

/** True when an account may enter every directory above a path. */
export async function canReach(path: string, account: Account): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (!(await mayUse(folder, account, 0o1))) return false;
    if (folder === dirname(folder)) return true;
  }
}

async function makeReadable(path: string): Promise<void> {
  const entry = await lstat(path);
  if (entry.isSymbolicLink()) return;
  await chmod(path, entry.isDirectory() ? 0o755 : (entry.mode & 0o111) === 0 ? 0o644 : 0o755);
  if (entry.isDirectory()) for (const name of await readdir(path)) await makeReadable(join(path, name));
}

/** A copy of the binaries where every account may read them, made once per version; the rename makes it whole or absent. */
async function copyBinaries(native: string, version: string): Promise<string> {
  const target = join(COPIES, `postgres-${version}`);
  if ((await stat(target).catch(() => undefined)) !== undefined) return target;
  await mkdir(COPIES, { recursive: true });
  // Not by mkdir's mode: the umask would take it back.
  await chmod(COPIES, 0o755);
  const draft = await mkdtemp(join(COPIES, 'copy-'));
  await cp(native, draft, { recursive: true, verbatimSymlinks: true });
  await makeReadable(draft);
  await rename(draft, target).catch(async (error: unknown) => {
    // Another process was faster: its copy is as good.
    await rm(draft, { recursive: true, force: true });
    if ((await stat(target).catch(() => undefined)) === undefined) throw error;
  });
  return target;
}

/** The folder of binaries (`bin`, `lib`, `share`) the account can run: the installed one, or a readable copy. */
export async function usableBinaries(native: string, version: string, account: Account | undefined): Promise<string> {
  if (account === undefined) return native;
  const program = join(native, 'bin', 'postgres');
  const usable = (await canReach(program, account)) && (await mayUse(program, account, 0o5));
  return usable ? native : copyBinaries(native, version);
}
