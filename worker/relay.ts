/**
 * Carries out what was written to the outbox and not yet done. Several may run: rows are leased, the workflow id is fixed.
 * It looks each second and leaves a new row alone for one: the API tries each start itself, at once, and a relay woken by a notification would only do
 * every start twice.
 */
import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { OutboxRepository, OutboxRow } from '../db/repositories/outbox.ts';
import type { RestartPayload } from '../activities/recovery.ts';
import type { CaseComparer } from '../activities/compare-case.ts';
import type { CaseStarter } from '../activities/start-case.ts';

export interface RelayOptions {
  readonly outbox: OutboxRepository;
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

const BATCH = 50;
const WIDTH = 8;
/** Longer than a start may take, so that no second relay begins it meanwhile. */
const LEASE_MS = 30_000;

export function startRelay(options: RelayOptions): Relay {
  const { pollMs = 1_000, logger } = options;
  const stopping = new AbortController();
  let fault: unknown = null;

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      let more = false;
      try {
        more = await relayBatch(options, stopping.signal);
        fault = null;
      } catch (error) {
        fault = error;
        logger.warn({ err: error }, 'the outbox cannot be read');
      }
      if (!more) await setTimeout(pollMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
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

/** Whether there may be more at once. */
async function relayBatch(options: RelayOptions, stopping: AbortSignal): Promise<boolean> {
  const asOf = options.now() - (options.headStartMs ?? 1_000);
  const rows = await options.outbox.claimBatch({ limit: BATCH, leaseMs: LEASE_MS, asOf });
  for (let index = 0; index < rows.length && !stopping.aborted; index += WIDTH) {
    await Promise.all(rows.slice(index, index + WIDTH).map((row) => carryOut(options, row)));
  }
  return rows.length === BATCH;
}

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
    await outbox.markFailed(key, error instanceof Error ? error.name : 'unknown', now());
  }
}

function perform({ starter, comparer }: RelayOptions, { kind, caseId, payload }: OutboxRow): Promise<string> {
  switch (kind) {
    case 'start_workflow':
      return starter.start(caseId, (payload as Partial<RestartPayload>).endingRunId);
    case 'catch_up':
      return comparer.catchUp(caseId);
  }
}

/** A case the log does not know stays in the outbox, where somebody sees it. */
const DONE: readonly string[] = ['running', 'closed', 'together'];
