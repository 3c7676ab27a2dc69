/**
 * What a case tells people, off the path of its commands: each alert is announced by a regular activity under a key of its own, with retries for a day.
 * One that fails for good becomes an incident for those who keep the system running and, while the case is open, an event of the case; nothing here holds up a
 * command.
 */
import { isCancellation, log, proxyActivities } from '@temporalio/workflow';
import type { AnnounceActivities, Announcement } from '../../activities/announce.ts';
import { alertKey } from '../../domain/case/alert-key.ts';
import type { CaseEvent } from '../../domain/case/events.ts';
import type { CaseState } from '../../domain/case/state.ts';

const { announceAlert } = proxyActivities<AnnounceActivities>({
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '24h',
  retry: { initialInterval: '5s', maximumInterval: '10m' },
  summary: 'Avviso al personale',
});

// Tried until it is written: nobody would know otherwise.
const { reportUnannounced } = proxyActivities<AnnounceActivities>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '5s', maximumInterval: '10m' },
  summary: 'Avviso non recapitato',
});

export interface Effects {
  readonly add: (announcement: Announcement) => void;
  readonly idle: () => boolean;
}

/** `onFailure` is told the key of an effect that failed for good. */
export function createEffects(onFailure: (key: string) => Promise<unknown>): Effects {
  let running = 0;

  async function perform(announcement: Announcement): Promise<void> {
    try {
      await announceAlert(announcement);
    } catch (error) {
      if (isCancellation(error)) return;
      log.error('an alert could not be announced', { key: announcement.key });
      await reportUnannounced(announcement).catch(() => log.error('the incident could not be recorded', { key: announcement.key }));
      await onFailure(announcement.key).catch(() => log.info('the case does not say so: it is over', { key: announcement.key }));
    }
  }

  return {
    add(announcement) {
      running += 1;
      void perform(announcement).finally(() => (running -= 1));
    },
    idle: () => running === 0,
  };
}

/** What the events of one revision give people to know. */
export function announcementsOf(state: CaseState, events: readonly CaseEvent[]): readonly Announcement[] {
  return events.flatMap((event) =>
    event.type === 'alertRaised'
      ? [announcement(state, { alert: event.alert, clock: event.clock, audience: event.audience, raisedAt: event.at }, event.municipio)]
      : [],
  );
}

/** Alerts nobody has answered, raised before this run: by the opening itself or by a run that was lost. */
export function openAnnouncements(state: CaseState, announced: number): readonly Announcement[] {
  return state.alerts
    .filter((alert) => alert.alert > announced && alert.acknowledgedAt === null && alert.settledAt === null)
    .map((alert) => announcement(state, alert, state.stage.municipio));
}

type AlertFacts = Pick<CaseState['alerts'][number], 'alert' | 'clock' | 'audience' | 'raisedAt'>;

function announcement(state: CaseState, alert: AlertFacts, municipio: Announcement['municipio']): Announcement {
  const key = alertKey(state.caseId, state.episode, alert.alert);
  return { key, caseId: state.caseId, alert: alert.alert, clockId: alert.clock, municipio, audience: alert.audience, raisedAt: alert.raisedAt };
}
