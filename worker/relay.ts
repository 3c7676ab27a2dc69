/**
 * Carries out what was written to the outbox and not yet done. Several may run: rows are leased, the workflow id is fixed.
 * It takes only what it begins at once, so that a lease is as long as the longest effect; one that hangs keeps one place, not those behind it.
 * One that starts makes due what is leased: what it died of last time would wait for the end of its lease. An effect another relay is at is then done twice,
 * which harms nothing. It looks each second and leaves a new row alone for one: the API tries each start itself, at once, and a relay woken by a notification would only do
 * every start twice.
 */
import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { OutboxRepository, OutboxRow } from '../db/repositories/outbox.ts';
import type { IncidentRepository } from '../db/repositories/incidents.ts';
import type { RestartPayload } from '../activities/recovery.ts';
import { LONGEST_CATCH_UP_MS, type CaseComparer } from '../activities/compare-case.ts';
import type { CaseStarter } from '../activities/start-case.ts';
import { RELAY_WIDTH } from './limits.ts';

export interface RelayOptions {
  readonly outbox: Pick<OutboxRepository, 'claimBatch' | 'releaseLeases' | 'markDone' | 'markFailed'>;
  readonly incidents: Pick<IncidentRepository, 'record'>;
  readonly starter: CaseStarter;
  readonly comparer: CaseComparer;
  readonly logger: Logger;
  readonly now: () => number;
  /** @default 1_000 */
  readonly pollMs?: number;
  /** How long a new row is left to whoever wrote it.
   * @default 1_000 */
  readonly headStartMs?: number;
}

export interface Relay {
  /** Throws when the last look at the outbox failed. */
  check(): void;
  /** Ends after what is under way. */
  stop(): Promise<void>;
}

/** No second relay begins what this one is at: the longest effect, and a while for the database. */
const LEASE_MS = LONGEST_CATCH_UP_MS + 6_000;

export function startRelay(options: RelayOptions): Relay {
  const { pollMs = 1_000, logger } = options;
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  let fault: unknown = null;

  async function run(): Promise<void> {
    await options.outbox.releaseLeases(options.now()).then(noFault, noRows);
    while (!stopping.signal.aborted) {
      const free = RELAY_WIDTH - underWay.size;
      const rows = await claim(options, free).then(noFault, noRows);
      for (const row of rows) begin(row);
      // With every place taken there may be more: as soon as one is free.
      if (underWay.size === RELAY_WIDTH) await Promise.race(underWay);
      else await setTimeout(pollMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
    await Promise.all(underWay);
  }

  function begin(row: OutboxRow): void {
    const work: Promise<void> = carryOut(options, row).finally(() => underWay.delete(work));
    underWay.add(work);
  }

  function noFault<T>(value: T): T {
    fault = null;
    return value;
  }

  function noRows(error: unknown): readonly OutboxRow[] {
    fault = error;
    logger.warn({ err: error }, 'the outbox cannot be read');
    return [];
  }

  const ended = run();
  return {
    check() {
      if (fault !== null) throw fault instanceof Error ? fault : new Error('the outbox cannot be read');
    },
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

function claim({ outbox, now, headStartMs = 1_000 }: RelayOptions, limit: number): Promise<readonly OutboxRow[]> {
  return outbox.claimBatch({ limit, leaseMs: LEASE_MS, asOf: now() - headStartMs });
}

/** Never fails: what cannot even be noted down is due again when its lease ends. */
async function carryOut(options: RelayOptions, row: OutboxRow): Promise<void> {
  const { outbox, logger, now } = options;
  const { kind, key, caseId, attempts } = row;
  try {
    const outcome = await perform(options, row);
    if (DONE.includes(outcome)) await outbox.markDone(key, now());
    else await outbox.markFailed(key, outcome, now());
    logger.info({ kind, key, caseId, outcome, attempts }, 'effect relayed');
  } catch (error) {
    logger.warn({ kind, key, caseId, attempts, err: error }, 'effect failed');
    await outbox.markFailed(key, error instanceof Error ? error.name : 'unknown', now()).catch(() => undefined);
  }
}

async function perform({ starter, comparer, incidents, now }: RelayOptions, { kind, key, caseId, payload }: OutboxRow): Promise<string> {
  switch (kind) {
    case 'start_workflow': {
      const outcome = await starter.start(caseId, (payload as Partial<RestartPayload>).endingRunId);
      // Its opening was lost with a restored backup: no repetition brings it back, people have to.
      if (outcome === 'unknown') await incidents.record({ kind: 'case_lost', caseId, details: { effect: key }, at: now() });
      return outcome;
    }
    case 'catch_up':
      return comparer.catchUp(caseId);
  }
}

const DONE: readonly string[] = ['running', 'closed', 'unknown', 'together'];
