/**
 * The single durable timer of an episode. It is armed again only when the nearest deadline becomes EARLIER than the one it waits for: a deadline that moves
 * away costs nothing, the early firing is an empty tick. (Measured on the prototypes: arming it at every turn doubles the history.)
 */
import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';

export interface DeadlineTimer {
  /** Whether the timer would ring too late for this deadline. */
  readonly isLateFor: (deadline: number | undefined) => boolean;
  readonly arm: (deadline: number | undefined, summary: string) => void;
  readonly rang: () => boolean;
  /** Forgets that it rang: what was due has been seen to. */
  readonly reset: () => void;
}

export function createDeadlineTimer(): DeadlineTimer {
  let armedFor: number | undefined;
  let rang = false;
  let scope: CancellationScope | undefined;

  function isLateFor(deadline: number | undefined): boolean {
    return deadline !== undefined && !rang && (armedFor === undefined || deadline < armedFor);
  }

  return {
    isLateFor,
    arm(deadline, summary) {
      if (deadline === undefined || !isLateFor(deadline)) return;
      scope?.cancel();
      const own = new CancellationScope();
      scope = own;
      armedFor = deadline;
      // A timer of 0 ms is not allowed to be one: the deadline may already be past.
      const ms = Math.max(1, deadline - Date.now());
      own
        .run(() => sleep(ms, { summary }))
        .then(
          () => {
            if (scope !== own) return;
            rang = true;
            armedFor = undefined;
          },
          (error: unknown) => {
            if (!isCancellation(error)) throw error;
          },
        );
    },
    rang: () => rang,
    reset() {
      rang = false;
    },
  };
}
