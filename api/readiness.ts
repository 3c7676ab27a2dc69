/** Which parts a request needs are there. A part that hangs counts as down, so that a probe hears which one it is instead of running out of time. */
import { setTimeout } from 'node:timers/promises';
import type { Knex } from 'knex';
import { migrationsPending } from '../db/migrate.ts';
import type { CaseEngine } from './temporal.ts';

export interface Readiness {
  /** Degraded when only the case engine is away: cases can still be opened and read. */
  readonly status: 'ready' | 'degraded' | 'down';
  readonly parts: { readonly database: 'up' | 'down'; readonly migrations: 'current' | 'pending' | 'unknown'; readonly temporal: 'up' | 'down' };
}

type Said = Readiness['parts'];

interface Parts {
  readonly knex: Knex;
  readonly engine: Pick<CaseEngine, 'isReachable'>;
}

const CHECK_MS = 1_000;
const CACHED_MS = 1_000;

/** Asks the parts at most once a second, however many probes there are. */
export function createReadiness({ knex, engine }: Parts): () => Promise<Readiness> {
  let known: { readonly at: number; readonly readiness: Promise<Readiness> } | undefined;
  const check = async (): Promise<Readiness> => {
    const [database, migrations, temporal] = await Promise.all([
      within<Said['database']>('down', async () => {
        await knex.raw('SELECT 1');
        return 'up';
      }),
      within<Said['migrations']>('unknown', async () => ((await migrationsPending(knex)).length === 0 ? 'current' : 'pending')),
      within<Said['temporal']>('down', async () => ((await engine.isReachable()) ? 'up' : 'down')),
    ]);
    const serves = database === 'up' && migrations === 'current';
    return { status: !serves ? 'down' : temporal === 'up' ? 'ready' : 'degraded', parts: { database, migrations, temporal } };
  };
  return () => {
    const now = performance.now();
    if (known === undefined || now - known.at >= CACHED_MS) known = { at: now, readiness: check() };
    return known.readiness;
  };
}

/** What a check says, or the other value when it fails or takes too long. */
async function within<State>(otherwise: State, check: () => Promise<State>): Promise<State> {
  return Promise.race([check().catch(() => otherwise), setTimeout(CHECK_MS, otherwise, { ref: false })]);
}
