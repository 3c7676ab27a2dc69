/** Rules about what was planned with the family, and about waiting for it. */
import { workingTime } from '../sla/business-time.ts';
import { serviceCalendar } from './attempts.ts';
import type { CaseEvent } from './events.ts';
import type { Rejection } from './rejection.ts';
import { refuse, type Context } from './rules.ts';
import { rulebookOf, type CaseState, type FollowUpStep } from './state.ts';
import { waitingTime } from './waiting.ts';

type Outcome = readonly CaseEvent[] | Rejection;

export function planFollowUp({ state, command, at, base }: Context<'planFollowUp'>): Outcome {
  if (command.dueAt <= at) return refuse(state, 'planFollowUp', 'due_in_past', { dueAt: command.dueAt, now: at });
  const owner = command.owner ?? state.stage.owner ?? base.actor.id;
  return [{ ...base, type: 'followUpPlanned', step: state.followUps.length + 1, kind: command.kind, owner, dueAt: command.dueAt }];
}

export function completeFollowUp({ state, command, base }: Context<'completeFollowUp'>): Outcome {
  const step = planned(state, command);
  return 'code' in step ? step : [{ ...base, type: 'followUpCompleted', step: step.step }];
}

export function rescheduleFollowUp({ state, command, at, base }: Context<'rescheduleFollowUp'>): Outcome {
  const step = planned(state, command);
  if ('code' in step) return step;
  if (command.dueAt <= at) return refuse(state, command.type, 'due_in_past', { dueAt: command.dueAt, now: at });
  return [{ ...base, type: 'followUpRescheduled', step: step.step, dueAt: command.dueAt }];
}

export function cancelFollowUp({ state, command, base }: Context<'cancelFollowUp'>): Outcome {
  const step = planned(state, command);
  return 'code' in step ? step : [{ ...base, type: 'followUpCancelled', step: step.step, reason: command.reason }];
}

/**
 * Waiting for the family stops decision, follow-up and resolution only. The service days of all pauses of an episode together have a limit, so that one
 * pause after another does not add up to a case nobody looks at.
 */
export function pause({ state, command, at, base }: Context<'pause'>): Outcome {
  if (command.until <= at) return refuse(state, 'pause', 'pause_end_in_past', { until: command.until, now: at });
  const { used, most, latest } = waitingTime(state, at);
  if (workingTime(serviceCalendar(state), at, command.until) + used > most) {
    return refuse(state, 'pause', 'pause_too_long', { maximumServiceDays: rulebookOf(state).policy.maximumPauseDays, latest });
  }
  return [{ ...base, type: 'paused', reason: command.reason, until: command.until }];
}

export function resume({ at, base }: Context<'resume'>): Outcome {
  return [{ ...base, type: 'resumed', cause: 'by_person', detectedAt: at }];
}

type StepCommand = Context<'completeFollowUp'>['command'] | Context<'rescheduleFollowUp'>['command'] | Context<'cancelFollowUp'>['command'];

function planned(state: CaseState, command: StepCommand): FollowUpStep | Rejection {
  const step = state.followUps.find((candidate) => candidate.step === command.step);
  if (step === undefined) return refuse(state, command.type, 'step_unknown', { step: command.step });
  return step.status === 'planned' ? step : refuse(state, command.type, 'step_settled', { step: step.step, status: step.status });
}
