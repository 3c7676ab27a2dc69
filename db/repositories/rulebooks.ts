/**
 * Rulebooks are stored once, by content: an opening that pins the same policy and calendars as thousands of others costs a hash in its event.
 * 1. The hash is of the canonical JSON, because jsonb does not keep the order of keys.
 * 2. A process remembers which ones it has seen in the database and does not send those again; `append` still requires them to be there (the database may
 *    have been restored from an older backup since) and is repeated with the bodies when they are not.
 */
import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { canonicalJson } from '../../domain/canonical-json.ts';
import type { Rulebook } from '../../domain/sla/policy.ts';

/** A demonstration publishes a policy per scenario: past so many the memory starts afresh. */
const MOST_REMEMBERED = 500;

export interface RulebookRepository {
  /** The name a rulebook is stored under. */
  hashOf(rulebook: Rulebook): string;
  /** Whether this process has seen it in the database. */
  isStored(hash: string): boolean;
  /** To be called once a rulebook is known to be committed. */
  remember(hash: string, rulebook: Rulebook): void;
  /** The rulebooks of these names: at most one query, none when all are remembered. Throws when one is missing. */
  load(hashes: readonly string[], trx?: Knex): Promise<ReadonlyMap<string, Rulebook>>;
  /** Stores a rulebook by itself, before any case names it; returns its name. */
  store(rulebook: Rulebook, trx?: Knex): Promise<string>;
  /** The rulebook of a name; null when nothing is stored under it. */
  find(hash: string, trx?: Knex): Promise<Rulebook | null>;
}

export function createRulebookRepository(knex: Knex): RulebookRepository {
  const memory = createMemory();

  /** Those of the names that are stored. */
  async function fetch(wanted: readonly string[], trx: Knex): Promise<Map<string, Rulebook>> {
    const found = new Map([...new Set(wanted)].flatMap((hash) => memory.entry(hash)));
    const missing = wanted.filter((hash) => !found.has(hash));
    if (missing.length === 0) return found;
    const rows = await trx<{ hash: string; body: Rulebook }>('rulebook').whereIn('hash', missing).select('hash', 'body');
    for (const { hash, body } of rows) {
      memory.remember(hash, body);
      found.set(hash, body);
    }
    return found;
  }

  return {
    hashOf: memory.hashOf,
    remember: memory.remember,
    isStored: (hash) => memory.entry(hash).length > 0,

    async load(wanted, trx = knex) {
      const found = await fetch(wanted, trx);
      const lost = wanted.filter((hash) => !found.has(hash));
      if (lost.length > 0) throw new Error(`Rulebooks named by events are not stored: ${lost.join(', ')}`);
      return found;
    },

    async store(rulebook, trx = knex) {
      const hash = memory.hashOf(rulebook);
      await trx<{ hash: string; body: unknown }>('rulebook')
        .insert({ hash, body: JSON.stringify(rulebook) })
        .onConflict('hash')
        .ignore();
      return hash;
    },

    find: async (hash, trx = knex) => (await fetch([hash], trx)).get(hash) ?? null,
  };
}

/** The rulebooks this process knows to be stored, and the names of those it holds. */
function createMemory() {
  const remembered = new Map<string, Rulebook>();
  const hashes = new WeakMap<Rulebook, string>();
  return {
    entry: (hash: string): readonly (readonly [string, Rulebook])[] => {
      const rulebook = remembered.get(hash);
      return rulebook === undefined ? [] : [[hash, rulebook]];
    },
    remember: (hash: string, rulebook: Rulebook): void => {
      if (remembered.size >= MOST_REMEMBERED) remembered.clear();
      remembered.set(hash, rulebook);
      hashes.set(rulebook, hash);
    },
    hashOf: (rulebook: Rulebook): string => {
      const known = hashes.get(rulebook);
      if (known !== undefined) return known;
      const hash = createHash('sha256').update(canonicalJson(rulebook)).digest('hex');
      hashes.set(rulebook, hash);
      return hash;
    },
  };
}
