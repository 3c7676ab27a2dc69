/** Events about clocks, alerts and the duty to report. */
import type { EventOf } from './events.ts';
import { addMilestones } from './evolve-episode.ts';
import type { CaseState, ClockRecord } from './state.ts';

/** What time decided about a clock is kept for good. */
export function recorded(state: CaseState, event: EventOf<'clockWarned'> | EventOf<'clockBreached'>): CaseState {
  const record = recordOf(state, event);
  const next: ClockRecord =
    event.type === 'clockWarned'
      ? { ...record, warned: [...record.warned, event.warning] }
      : { ...record, breach: { dueAt: event.dueAt, detectedAt: event.detectedAt, municipio: state.stage.municipio, urgency: state.urgency } };
  return { ...state, records: { ...state.records, [event.clock]: next } };
}

export function alertRaised(state: CaseState, event: EventOf<'alertRaised'>): CaseState {
  const alert = {
    alert: event.alert,
    clock: event.clock,
    step: event.step,
    audience: event.audience,
    raisedAt: event.at,
    acknowledgedAt: null,
    acknowledgedBy: null,
    settledAt: null,
  };
  const raised: CaseState = { ...state, alerts: [...state.alerts, alert], records: recordsWith(state, event) };
  return addMilestones(raised, event.at, [{ milestone: 'alerted', ref: event.alert }]);
}

function recordsWith(state: CaseState, event: EventOf<'alertRaised'>): CaseState['records'] {
  const { name, clock, step, alert } = event;
  if (name === 'nightHandover') return state.records;
  const record = recordOf(state, { ...event, name });
  const alerts = step === 0 ? record.alerts : [...record.alerts, { step, alert }];
  return { ...state.records, [clock]: { ...record, alerts } };
}

export function alertAcknowledged(state: CaseState, event: EventOf<'alertAcknowledged'>): CaseState {
  const alerts = state.alerts.map((alert) =>
    alert.alert === event.alert && alert.acknowledgedAt === null ? { ...alert, acknowledgedAt: event.at, acknowledgedBy: event.actor.id } : alert,
  );
  const seen = event.bySupervisor ? [{ milestone: 'seenBySupervisor' as const, ref: event.alert }] : [];
  return addMilestones({ ...state, alerts }, event.at, [{ milestone: 'acknowledged', ref: event.alert }, ...seen]);
}

export function reportAssessmentRaised(state: CaseState, event: EventOf<'reportAssessmentRaised'>): CaseState {
  const raised: CaseState = {
    ...state,
    reportAssessment: { assessment: event.assessment, since: event.at },
    numbers: { ...state.numbers, assessment: event.assessment },
  };
  return addMilestones(raised, event.at, [{ milestone: 'reportRaised', ref: event.assessment }]);
}

function recordOf(state: CaseState, event: Pick<ClockRecord, 'name' | 'startedAt'> & { readonly clock: string }): ClockRecord {
  return state.records[event.clock] ?? { name: event.name, startedAt: event.startedAt, warned: [], breach: null, alerts: [] };
}
