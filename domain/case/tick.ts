/**
 * Where a case breaches. `elapse` lets time pass up to an instant: every warning, breach, ladder step, reminder and pause end that fell due, one after the other,
 * each with the instant it was due. Called late or in pieces it decides the same events as on time, but for the instant of detection.
 */
import { eventActor, SYSTEM } from './commands.ts';
import { earliestDeadline, type Deadline } from './deadlines.ts';
import { evolve } from './evolve.ts';
import type { CaseEvent } from './events.ts';
import { nightAlertFacts } from './night-handover.ts';
import type { CaseState } from './state.ts';

export interface Elapsed {
  readonly state: CaseState;
  readonly events: readonly CaseEvent[];
}

/**
 * The most that is decided at once. A system stopped for weeks wakes to months of reviews nobody answered (a demonstration sped up sixty times, in days): what is
 * left stays due, and the next tick goes on. A workflow's task would not live through all of it.
 */
const MOST_AT_ONCE = 250;

/** What fell due up to and including `now`: everything, or the earliest `MOST_AT_ONCE`. */
export function elapse(state: CaseState, now: number): Elapsed {
  const events: CaseEvent[] = [];
  let current = state;
  for (let next = earliestDeadline(current); next !== undefined && next.at <= now && events.length < MOST_AT_ONCE; next = earliestDeadline(current)) {
    const event = eventOf(current, next, now);
    current = evolve(current, event);
    events.push(event);
  }
  return { state: current, events };
}

function eventOf(state: CaseState, deadline: Deadline, detectedAt: number): CaseEvent {
  const base = { at: deadline.at, actor: eventActor(SYSTEM), detectedAt };
  const clock = deadline.clock?.clock;
  switch (deadline.kind) {
    case 'pauseEnd':
      return { ...base, type: 'resumed', cause: 'end_reached' };
    case 'reminder':
      return { ...base, type: 'callbackReminded', callback: deadline.index };
    case 'warning':
      return { ...base, type: 'clockWarned', clock: clock!.id, name: clock!.name, startedAt: clock!.startedAt, warning: deadline.index };
    case 'breach':
      return { ...base, type: 'clockBreached', clock: clock!.id, name: clock!.name, dueAt: deadline.dueAt, startedAt: clock!.startedAt };
    case 'closing':
      return { ...base, type: 'alertRaised', alert: nextAlert(state), ...nightAlertFacts(state), municipio: state.stage.municipio };
    case 'waited':
    case 'ladder': {
      const audience = deadline.kind === 'waited' ? WAITED_TOO_LONG : deadline.clock!.target!.ladder[deadline.index - 1]!.audience;
      const about = { clock: clock!.id, name: clock!.name, startedAt: clock!.startedAt, step: deadline.index };
      return { ...base, type: 'alertRaised', alert: nextAlert(state), ...about, audience, municipio: state.stage.municipio };
    }
  }
}

/** Who decides about a family that was waited for as long as may be. */
const WAITED_TOO_LONG = ['coordinator'] as const;

/** Number of the next alert of a case. */
export function nextAlert(state: CaseState): number {
  return (state.alerts[state.alerts.length - 1]?.alert ?? 0) + 1;
}
