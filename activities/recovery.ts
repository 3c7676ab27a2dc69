/** A case whose workflow cannot go on is started again from its log, by the relay, a little later: the run that asks must have ended first. */
import type { Knex } from 'knex';
import type { IncidentRepository } from '../db/repositories/incidents.ts';
import type { OutboxRepository } from '../db/repositories/outbox.ts';

/** Why a case is started again. */
export interface RestartRequest {
  readonly caseId: string;
  readonly episode: number;
  /** The revision at which the run stood still: one request for each. */
  readonly revision: number;
  readonly reason: 'log_behind' | 'internal_error' | 'engine_cancelled';
  /** The run that is about to end: what the relay must not find running any more. */
  readonly runId: string;
  readonly details?: Readonly<Record<string, string | number>>;
}

/** Records an incident and asks for the restart; asked twice it does it once. */
export interface Recovery {
  restart(request: RestartRequest): Promise<void>;
}

/** What the outbox row of a restart says besides its case. */
export interface RestartPayload {
  readonly episode: number;
  readonly endingRunId?: string;
}

export interface RecoveryDeps {
  readonly knex: Knex;
  readonly incidents: IncidentRepository;
  readonly outbox: OutboxRepository;
  readonly now: () => number;
}

const DELAY_MS: Record<RestartRequest['reason'], number> = {
  log_behind: 3_000,
  engine_cancelled: 3_000,
  // The same code on the same events fails the same way: often enough for a repaired worker, seldom enough for a broken one.
  internal_error: 60_000,
};

export function createRecovery({ knex, incidents, outbox, now }: RecoveryDeps): Recovery {
  return {
    async restart({ caseId, episode, revision, reason, runId, details }) {
      await knex.transaction(async (trx) => {
        await incidents.record({ kind: reason, caseId, details: { episode, revision, ...details }, at: now() }, trx);
        const payload: RestartPayload = { episode, endingRunId: runId };
        // The run is part of the key: a restart that stands still at the same revision asks again.
        const key = `start:${caseId}:${episode}:recover-${revision}-${runId}`;
        await outbox.post({ kind: 'start_workflow', key, payload }, { caseId, at: now() + DELAY_MS[reason] }, trx);
      });
    },
  };
}

/** Activities of a run that cannot go on. */
export function createRecoveryActivities(deps: { readonly recovery: Recovery }) {
  return {
    async requestRestart(request: RestartRequest): Promise<void> {
      await deps.recovery.restart(request);
    },
  };
}

export type RecoveryActivities = ReturnType<typeof createRecoveryActivities>;
