// Who owns a directory: of any number of starts at once exactly one wins, whatever crashed before.
// 1. Claims are numbered files, and the highest counts. One appears whole or not at all (`link` of a finished draft), and only once under its number.
// 2. The claim of an owner that no longer runs, or that has given it up, is succeeded by the next number. Nobody removes the highest: all who read the same
//    stale claim want the same number, and one of them gets it.
// 3. Whoever was so slow that his number was taken, succeeded and tidied away meanwhile finds a higher one after creating his own, and withdraws it.
import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { DirectoryInUseError } from './errors.ts';
import { identityOf } from './process-identity.ts';

/** A process, told from a later one with the same number. */
export type Mark = { readonly pid: number; readonly identity: string };

/** What a claim says. */
export type Claim = {
  /** Null once it was given up. */
  readonly owner: Mark | null;
  readonly server: (Mark & { readonly port: number }) | null;
};

/** The claim of this process. */
export type TakenClaim = {
  /** What the one before it said, when it could be read. */
  readonly previous: Claim | undefined;
  /** Writes down which server serves the directory. */
  readonly record: (server: Claim['server']) => Promise<void>;
  /** Gives the directory up. Safe to call twice. */
  readonly release: () => Promise<void>;
};

type Numbered = { readonly number: number; readonly claim: Claim | undefined };

const NAME = /^running\.(\d+)\.(json|.+\.new)$/;

/** Whether the marked process still runs. */
export async function holds(mark: Mark): Promise<boolean> {
  return (await identityOf(mark.pid)) === mark.identity;
}

/** The mark of a running process; that of an ended one holds for nobody. */
export async function markOf(pid: number): Promise<Mark> {
  return { pid, identity: (await identityOf(pid)) ?? '' };
}

/** What the directory's present claim says; undefined without one, or when a power cut left it unreadable. */
export async function readClaim(directory: string): Promise<Claim | undefined> {
  return (await latest(directory)).claim;
}

/**
 * Makes this process the owner of a directory that exists.
 * @throws DirectoryInUseError while another owner runs
 */
export async function takeClaim(directory: string): Promise<TakenClaim> {
  const owner = await markOf(process.pid);
  for (;;) {
    const { number: last, claim: previous } = await latest(directory);
    const holder = previous?.owner;
    if (holder !== undefined && holder !== null && (await holds(holder))) throw new DirectoryInUseError(directory, holder.pid);
    const number = last + 1;
    // The server left behind stays on record: it is not stopped yet, and we may crash too.
    if (!(await create(directory, number, { owner, server: previous?.server ?? null }))) continue;
    if ((await latestNumber(directory)) !== number) {
      await rm(fileOf(directory, number), { force: true });
      continue;
    }
    await removeBelow(directory, number);
    return { previous, ...ownClaim(directory, number, owner) };
  }
}

function ownClaim(directory: string, number: number, owner: Mark): Omit<TakenClaim, 'previous'> {
  let released = false;
  const write = async (claim: Claim): Promise<void> => {
    const draft = await writeDraft(directory, number, claim);
    await rename(draft, fileOf(directory, number));
  };
  return {
    record: (server) => write({ owner, server }),
    async release() {
      if (released) return;
      released = true;
      await write({ owner: null, server: null }).catch((error: unknown) => {
        // The directory itself is gone: so is the claim.
        if (!isCode(error, 'ENOENT')) throw error;
      });
    },
  };
}

function fileOf(directory: string, number: number): string {
  return join(directory, `running.${number}.json`);
}

async function writeDraft(directory: string, number: number, claim: Claim): Promise<string> {
  const draft = join(directory, `running.${number}.${randomUUID()}.new`);
  await writeFile(draft, JSON.stringify(claim), { flag: 'wx', mode: 0o600 });
  return draft;
}

/** False when the number is taken. */
async function create(directory: string, number: number, claim: Claim): Promise<boolean> {
  const draft = await writeDraft(directory, number, claim);
  try {
    await link(draft, fileOf(directory, number));
    return true;
  } catch (error) {
    // ENOENT: a later owner has tidied the draft away.
    if (isCode(error, 'EEXIST') || isCode(error, 'ENOENT')) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return [];
    throw error;
  });
}

/** 0 when there was never a claim. */
async function latestNumber(directory: string): Promise<number> {
  const numbers = (await namesIn(directory)).map((name) => NAME.exec(name)).map((match) => (match?.[2] === 'json' ? Number(match[1]) : 0));
  return Math.max(0, ...numbers);
}

async function latest(directory: string): Promise<Numbered> {
  for (;;) {
    const number = await latestNumber(directory);
    if (number === 0) return { number, claim: undefined };
    try {
      return { number, claim: JSON.parse(await readFile(fileOf(directory, number), 'utf8')) as Claim };
    } catch (error) {
      if (error instanceof SyntaxError) return { number, claim: undefined };
      // Succeeded and tidied away since we looked.
      if (!isCode(error, 'ENOENT')) throw error;
    }
  }
}

async function removeBelow(directory: string, number: number): Promise<void> {
  for (const name of await namesIn(directory)) {
    const match = NAME.exec(name);
    if (match !== null && Number(match[1]) < number) await rm(join(directory, name), { force: true });
  }
}

function isCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}
