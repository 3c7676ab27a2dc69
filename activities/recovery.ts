/** A case whose workflow cannot go on is started again from its log, by the relay, a little later: the run that asks must have ended first. */

/** Why a case is started again. */
export interface RestartRequest {
  readonly caseId: string;
  readonly episode: number;
  /** The revision at which the run stood still: one request for each. */
  readonly revision: number;
  readonly reason: 'log_behind' | 'internal_error';
  readonly details?: Readonly<Record<string, string | number>>;
}

/** Records an incident and asks for the restart; asked twice it does it once. */
export interface Recovery {
  restart(request: RestartRequest): Promise<void>;
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
