/** `cli keys`: the ring of master keys. Secrets are never printed. */
import { setTimeout } from 'node:timers/promises';
import type { Knex } from 'knex';
import { createDatabase } from '../../db/knex.ts';
import { addKey, ensureKeyFile, KEY_FILE_REFRESH_MS, keyFileIn, keysFromFile, readKeyFile } from '../../db/protection/key-file.ts';
import type { KeyRing } from '../../db/protection/key-ring.ts';
import { openKeys, type KeySettings } from '../../db/protection/key-source.ts';
import { createProtection } from '../../db/protection/protection.ts';
import { readKeyUse } from '../../db/repositories/household-upkeep.ts';
import { withRotation, type Rotation } from '../../db/rotate-keys.ts';
import type { DataDirectory, Environment } from '../config.ts';

type Print = (text: string) => void;

/** The keys of a command: `MASTER_KEYS`, else the key file of the data directory. */
export function keySettings(data: DataDirectory, { MASTER_KEYS: masterKeys = '' }: Environment): KeySettings {
  return { masterKeys: masterKeys === '' ? null : masterKeys, file: keyFileIn(data.path) };
}

/** Makes the key file where there is none. */
export function createKeys({ file }: KeySettings, print: Print): void {
  const made = ensureKeyFile(file, Date.now());
  const { id } = readKeyFile(file).current;
  print(
    made
      ? `${file} holds the new key ${id}.\nKeep a copy where the database's copies are not: without it the data cannot be read.\n`
      : `${file} is there: ${id} is current.\n`,
  );
}

/** What each key of the ring still holds. */
export async function listKeys(databaseUrl: string, settings: KeySettings, print: Print): Promise<void> {
  const ring = openKeys(settings)();
  await withDatabase(databaseUrl, async (knex) => {
    const use = await readKeyUse(knex);
    const ids = [...new Set([...ring.all.map(({ id }) => id), ...use.map(({ keyId }) => keyId)])];
    for (const id of ids) {
      const { households = 0, tokens = 0 } = use.find(({ keyId }) => keyId === id) ?? {};
      print(`${id}\t${households} households\t${tokens} index entries\t${stateOf(id, ring)}\n`);
    }
  });
}

function stateOf(id: string, ring: KeyRing): string {
  if (id === ring.current.id) return 'current';
  return ring.all.some((key) => key.id === id) ? 'kept' : 'MISSING from the ring';
}

/**
 * Brings everything to a new master key. Where a rotation was cut off that one is finished; else a key file gets a new key first. With `MASTER_KEYS` whoever
 * runs the system has put the new key first before.
 */
export async function rotateKeys(databaseUrl: string, settings: KeySettings, print: Print): Promise<void> {
  const keys = settings.masterKeys === null ? keysFromFile(settings.file) : openKeys(settings);
  await withDatabase(databaseUrl, (knex) =>
    withRotation(knex, createProtection(keys), async (rotation) => {
      const left = await rotation.left();
      if (left > 0) print(`going on with ${keys().current.id}\n`);
      else if (settings.masterKeys === null) await takeNewKey(settings.file, print);
      else print(`everything is with ${keys().current.id}: to rotate, put a new key first in MASTER_KEYS of every process, then run this again\n`);
      print(`${await runRotation(rotation, print)} households are with ${keys().current.id}\n`);
    }),
  );
}

/** Processes that run learn of the key before anything is found by it alone. */
async function takeNewKey(file: string, print: Print): Promise<void> {
  print(`${addKey(file, Date.now())} is the current key now; keep a copy of ${file}\n`);
  await setTimeout(2 * KEY_FILE_REFRESH_MS);
}

async function runRotation(rotation: Rotation, print: Print): Promise<number> {
  let done = 0;
  await rotation.run((households) => {
    if (Math.floor((done + households) / 1_000) > Math.floor(done / 1_000)) print(`${done + households} households\n`);
    done += households;
  });
  return done;
}

async function withDatabase(url: string, work: (knex: Knex) => Promise<void>): Promise<void> {
  // The lock is held, idle, for as long as it takes.
  const knex = createDatabase({ url, applicationName: 'secondo-livello keys', poolSize: 3, statementTimeoutMs: 0 });
  try {
    await work(knex);
  } finally {
    await knex.destroy();
  }
}
