/** Rules about urgency, alerts, the duty to report, and what the engine itself records. */
import { audiencesOf } from '../access/audience.ts';
import type { Audience } from '../sla/policy.ts';
import { sameRulebook } from '../sla/rulebook.ts';
import type { Actor } from './commands.ts';
import type { CaseEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { movedClocks } from './rebase.ts';
import type { Rejection } from './rejection.ts';
import { refuse, type Context } from './rules.ts';
import { currentPause, rulebookOf, type CaseState } from './state.ts';
import { actsAsSupervisor, unseenRed } from './transitions.ts';

type Outcome = readonly CaseEvent[] | Rejection;

/** Software may raise an urgency, never lower it: lowering takes a named person and a reason. A red case does not wait for the family. */
export function changeUrgency({ state, command, actor, at, base }: Context<'changeUrgency'>): Outcome {
  if (command.urgency === state.urgency) return refuse(state, 'changeUrgency', 'urgency_unchanged', { urgency: state.urgency });
  if (actor.kind === 'system' && rank(command.urgency) < rank(state.urgency)) return refuse(state, 'changeUrgency', 'supervisor_required');
  const pauseEnds: CaseEvent[] =
    command.urgency === 'red' && currentPause(state) !== null ? [{ ...base, type: 'resumed', cause: 'urgency_red', detectedAt: at }] : [];
  const change = { from: state.urgency, to: command.urgency, reason: command.reason, redFlags: command.redFlags ?? [] };
  return [...pauseEnds, { ...base, type: 'urgencyChanged', ...change }];
}

/** A supervisor may also acknowledge after somebody else did, as long as no supervisor has seen a red case. Only a red case is seen: what was acknowledged before it rose does not count. */
export function acknowledgeAlert({ state, command, actor, base }: Context<'acknowledgeAlert'>): Outcome {
  const alert = state.alerts.find((candidate) => candidate.alert === command.alert);
  if (alert === undefined) return refuse(state, 'acknowledgeAlert', 'alert_unknown', { alert: command.alert });
  const bySupervisor = actsAsSupervisor(actor);
  const open = alert.settledAt === null && (alert.acknowledgedAt === null || (bySupervisor && unseenRed(state)));
  if (!open) return refuse(state, 'acknowledgeAlert', 'alert_settled', { alert: alert.alert });
  if (!isTold(state, alert.audience, actor)) return refuse(state, 'acknowledgeAlert', 'alert_not_yours', { audience: alert.audience });
  return [{ ...base, type: 'alertAcknowledged', alert: alert.alert, note: command.note, bySupervisor: bySupervisor && state.urgency === 'red' }];
}

/** Whether the alert asks this person: a colleague's answer must not keep it from climbing to whom it was meant for. A manager may answer any. */
function isTold(state: CaseState, audience: readonly Audience[], actor: Actor): boolean {
  if (actor.roles.includes('manager') || (audience.includes('owner') && state.stage.owner === actor.id)) return true;
  return audiencesOf(actor).some((one) => audience.includes(one));
}

export function raiseReportAssessment({ state, command, base }: Context<'raiseReportAssessment'>): Outcome {
  return [{ ...base, type: 'reportAssessmentRaised', assessment: state.numbers.assessment + 1, ground: command.ground }];
}

export function decideReportAssessment({ state, command, base }: Context<'decideReportAssessment'>): Outcome {
  if (state.reportAssessment?.assessment !== command.assessment) {
    return refuse(state, 'decideReportAssessment', 'assessment_unknown', { assessment: command.assessment });
  }
  return [{ ...base, type: 'reportAssessmentDecided', assessment: command.assessment, decision: command.decision, reason: command.reason }];
}

/** From now on the case is measured by another rulebook; what it used up and where it waited stays. The same rulebook again is nothing to record. */
export function rebase({ state, command, base }: Context<'rebase'>): Outcome {
  const { reason, rulebook, batch } = command;
  if (sameRulebook(rulebookOf(state), rulebook)) return [];
  const rebased = { ...base, type: 'rebased' as const, reason, rulebook, ...(batch === undefined ? {} : { batch }) };
  return [{ ...rebased, moved: movedClocks(state, evolve(state, rebased)) }];
}

export function raiseRules({ state, command, base }: Context<'raiseRules'>): Outcome {
  if (command.to <= state.rulesVersion) return refuse(state, 'raiseRules', 'rules_not_newer', { rulesVersion: state.rulesVersion });
  return [{ ...base, type: 'rulesRaised', to: command.to }];
}

export function recordIncident({ command, base }: Context<'recordIncident'>): Outcome {
  return [{ ...base, type: 'incidentRecorded', incident: command.incident, about: command.about }];
}

function rank(urgency: 'red' | 'yellow' | 'green'): number {
  return { green: 0, yellow: 1, red: 2 }[urgency];
}
