/** Clocks as they are shown: instants readable, overdue by the instant of the question and not by what was recorded. */
import type { Clock } from '../../domain/case/clocks.ts';
import { toIso, toIsoOrNull } from '../instants.ts';
import type { ClockViewBody } from '../schemas/clock.ts';

/** Running past its due instant at `asOf`, whether the breach was recorded yet or not. */
export function isOverdue({ status, dueAt }: Clock, asOf: number): boolean {
  return status === 'running' && dueAt !== null && dueAt <= asOf;
}

export function clockView(clock: Clock, overdue: boolean): ClockViewBody {
  const { id, name, ordinal, episode, party, ref, status, startedAt, stoppedAt, dueAt, paused, breach, warned } = clock;
  return {
    ...{ id, name, ordinal, episode, party, ref, status, paused },
    startedAt: toIso(startedAt),
    stoppedAt: toIsoOrNull(stoppedAt),
    dueAt: toIsoOrNull(dueAt),
    overdue,
    breach:
      breach === null
        ? null
        : {
            dueAt: toIso(breach.dueAt),
            detectedAt: toIso(breach.detectedAt),
            recordedLate: breach.recordedLate,
            municipio: breach.municipio,
            urgency: breach.urgency,
          },
    warnings: warned.length,
  };
}
