/**
 * Danger has no opening hours: a red case still open when its municipio closes is handed to somebody who is awake, and that is recorded. The contract:
 * 1. What is recorded while the municipio is open counts for the closing that follows; what is recorded while it is closed counts for that night.
 * 2. A closing that finds neither raises an alert at that very instant, for who is on call and for the head of the municipio. Each evening anew.
 * 3. It is settled when the hand-over is recorded after all, when the case is red no longer, or when it is closed.
 * 4. The closing is that of the calendar the case is measured by. A service that never closes has none.
 */
import { serviceDayAfter } from '../sla/closings.ts';
import { serviceCalendar } from './attempts.ts';
import type { CaseEvent, EventOf } from './events.ts';
import type { Context } from './rules.ts';
import { isOpen, redSince, type Alert, type CaseState, type NightHandover } from './state.ts';

const ABOUT = 'nightHandover';

/** Recording it: what was done, and who answers for the night. That they were told is for who records it to see to. */
export function recordNightHandover({ command, base }: Context<'recordNightHandover'>): readonly CaseEvent[] {
  return [{ ...base, type: 'nightHandoverRecorded', route: command.route, onCall: command.onCall }];
}

export function nightHandoverRecorded(state: CaseState, event: EventOf<'nightHandoverRecorded'>): CaseState {
  return { ...state, nightHandover: { route: event.route, onCall: event.onCall, at: event.at, by: event.actor.id } };
}

/** The closing at which the alert is due unless a hand-over is recorded before it; null where there is none. */
export function missedClosingAt(state: CaseState): number | null {
  if (!isOpen(state) || state.urgency !== 'red') return null;
  const calendar = serviceCalendar(state);
  const alerted = state.alerts.filter(isAboutNight).at(-1)?.raisedAt ?? Number.NEGATIVE_INFINITY;
  // A calendar that changes makes no closing of the past one that was missed.
  const from = Math.max(state.bases[state.bases.length - 1]!.from, alerted);
  const recorded = lastHandover(state);
  if (recorded === null || recorded.at < redSince(state)) return serviceDayAfter(calendar, from)?.closesAt ?? null;
  const day = serviceDayAfter(calendar, recorded.at);
  // Recorded on a service day it counts for the closing of that day, in the night until the morning.
  const covered = day !== null && day.opensAt <= recorded.at ? day.closesAt : recorded.at;
  return serviceDayAfter(calendar, Math.max(from, covered))?.closesAt ?? null;
}

/** Of the alert raised then: it belongs to no clock, so it brings a name of its own. */
export function nightAlertFacts(state: CaseState): Pick<EventOf<'alertRaised'>, 'clock' | 'name' | 'startedAt' | 'step' | 'audience'> {
  const ordinal = state.alerts.filter(isAboutNight).length + 1;
  return { clock: `${ABOUT}-${ordinal}`, name: ABOUT, startedAt: redSince(state), step: 0, audience: ['onCall', 'municipioHead'] };
}

export function isAboutNight({ clock }: Pick<Alert, 'clock'>): boolean {
  return clock.startsWith(`${ABOUT}-`);
}

/** Whether an alert about the night asks for nobody any more. */
export function isNightSettled(state: CaseState, alert: Alert): boolean {
  const recorded = lastHandover(state);
  return state.urgency !== 'red' || (recorded !== null && recorded.at >= alert.raisedAt);
}

/** A run that began before hand-overs were recorded was given a state that does not know of them. */
function lastHandover({ nightHandover }: { readonly nightHandover?: NightHandover | null }): NightHandover | null {
  return nightHandover ?? null;
}
