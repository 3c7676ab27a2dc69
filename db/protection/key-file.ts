/**
 * The key ring as a file, `DATA_DIR/keys/master-keys.json`. The contract:
 * 1. Its owner alone may read it (0600): a file others can read is refused, as ssh refuses a key.
 * 2. It is replaced whole, never written in place; of two processes that make the first one, one wins and both use it.
 * 3. A process that runs learns of a new key within a second of its being written.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KeyRingInvalid } from './errors.ts';
import { createKeyRing, type KeyRing, type KeyRingSource, type WrittenKey } from './key-ring.ts';

/** Longest time a process goes on without looking whether the file changed. */
export const KEY_FILE_REFRESH_MS = 1_000;

const KEY_BYTES = 32;
const OTHERS = 0o077;

interface KeyFile {
  readonly current: string;
  readonly keys: readonly (WrittenKey & { readonly createdAt: string })[];
}

/** The key file of a data directory. */
export function keyFileIn(dataDir: string): string {
  return join(dataDir, 'keys', 'master-keys.json');
}

/** Makes the file with one new key where there is none. Returns whether it made it. */
export function ensureKeyFile(file: string, now: number): boolean {
  if (statSync(file, { throwIfNoEntry: false }) !== undefined) return false;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const key = newKey(now);
  const made = writeBeside(file, { current: key.id, keys: [key] });
  try {
    linkSync(made, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(made, { force: true });
  }
}

/** Adds a new key and makes it current; the others stay. Returns its id. */
export function addKey(file: string, now: number): string {
  const { keys } = read(file);
  const key = newKey(now);
  renameSync(writeBeside(file, { current: key.id, keys: [...keys, key] }), file);
  return key.id;
}

/** Reads the ring of a file. Throws `KeyRingInvalid`. */
export function readKeyFile(file: string): KeyRing {
  const { current, keys } = read(file);
  const first = keys.find(({ id }) => id === current);
  if (first === undefined) throw new KeyRingInvalid(`${file} names ${current} as its current key and does not hold it: put the file right.`);
  return createKeyRing([first, ...keys.filter((key) => key !== first)]);
}

/** The ring of a file, read again when it changed. Throws `KeyRingInvalid`, at once where the file cannot be used. */
export function keysFromFile(file: string, now: () => number = Date.now): KeyRingSource {
  let ring = readKeyFile(file);
  let stamp = stampOf(file);
  let lookedAt = now();
  return () => {
    if (now() - lookedAt < KEY_FILE_REFRESH_MS) return ring;
    lookedAt = now();
    const found = stampOf(file);
    // What is not there any more changes nothing for who has read it.
    if (found !== null && found !== stamp) {
      ring = readKeyFile(file);
      stamp = found;
    }
    return ring;
  };
}

function stampOf(file: string): string | null {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.ino}:${stat.mtimeMs}:${stat.size}`;
}

function read(file: string): KeyFile {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) throw new KeyRingInvalid(`There is no key file ${file}: make one with "npm run cli -- keys create", or set MASTER_KEYS.`);
  if ((stat.mode & OTHERS) !== 0) throw new KeyRingInvalid(`${file} can be read by others: chmod 600 ${file}`);
  try {
    const written = JSON.parse(readFileSync(file, 'utf8')) as Partial<KeyFile>;
    if (typeof written.current === 'string' && Array.isArray(written.keys)) return written as KeyFile;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new KeyRingInvalid(`${file} is no key file: restore it from where the keys are kept; without it the data cannot be read.`);
}

function writeBeside(file: string, content: KeyFile): string {
  const beside = `${file}.${randomUUID()}`;
  writeFileSync(beside, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  return beside;
}

/** Named by its day, so that people can tell them apart; the rest keeps two of a day apart. */
function newKey(now: number): KeyFile['keys'][number] {
  const createdAt = new Date(now).toISOString();
  return { id: `${createdAt.slice(0, 10)}-${randomBytes(3).toString('hex')}`, key: randomBytes(KEY_BYTES).toString('base64'), createdAt };
}
