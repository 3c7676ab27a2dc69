/** Everything `verify` checks, put together for one running system. */
import type { Client } from '@temporalio/client';
import type { ReplayWorkerOptions } from '@temporalio/worker';
import type { Knex } from 'knex';
import { createCaseLogRepository } from '../../db/repositories/case-log.ts';
import { createRulebookRepository } from '../../db/repositories/rulebooks.ts';
import { createEngineFacts } from '../../db/verify/engine-facts.ts';
import { verifyLog } from '../../db/verify/verify-log.ts';
import { createEngine } from './engine.ts';
import type { Invariant } from './invariant.ts';
import { logInvariants } from './log-invariants.ts';
import { openingsInvariant } from './openings.ts';
import { progressInvariant } from './progress.ts';
import { replayInvariant } from './replay.ts';
import { workflowStateInvariant } from './workflow-state.ts';

export interface SystemOptions {
  readonly knex: Knex;
  readonly client: Client;
  /** The bundle of the code that runs now, and how its payloads are read. */
  readonly replay: ReplayWorkerOptions;
  /** Folder of recorded histories. */
  readonly fixtures: string;
  /** What was due or asked for so recently is in flight.
   * @default 60_000 */
  readonly inFlightMs?: number;
  /** How many of the newest cases are replayed.
   * @default 100 */
  readonly sample?: number;
  /** @default the machine's clock */
  readonly now?: () => number;
}

export function systemInvariants(options: SystemOptions): readonly Invariant[] {
  const { knex, client, replay, fixtures, inFlightMs = 60_000, sample = 100, now = Date.now } = options;
  const facts = createEngineFacts(knex);
  const engine = createEngine(client);
  const caseLog = createCaseLogRepository(knex, createRulebookRepository(knex));
  return [
    openingsInvariant({ facts, engine, now, inFlightMs }),
    workflowStateInvariant({ facts, engine, loadRevisions: (caseId) => caseLog.loadRevisions(caseId) }),
    ...logInvariants((onProgress) => verifyLog(knex, { asOf: now(), inFlightMs, onProgress })),
    progressInvariant({ facts, engine, now, inFlightMs }),
    replayInvariant({ facts, engine, replay, sample, fixtures }),
  ];
}
