/** Tells staff about an alert. Each alert is announced once, however often this runs. */
import type { IncidentRepository } from '../db/repositories/incidents.ts';
import type { StaffMessage, StaffMessageRepository } from '../db/repositories/staff-messages.ts';

/** An alert to be announced; `key` is the same whoever announces it. */
export interface Announcement extends Omit<StaffMessage, 'createdAt' | 'readAt'> {
  readonly raisedAt: number;
}

export interface AnnounceDeps {
  readonly staffMessages: Pick<StaffMessageRepository, 'insert'>;
  readonly incidents: Pick<IncidentRepository, 'record'>;
  readonly now: () => number;
}

/** Activities that tell people. */
export function createAnnounceActivities({ staffMessages, incidents, now }: AnnounceDeps) {
  return {
    async announceAlert({ raisedAt, ...message }: Announcement): Promise<void> {
      await staffMessages.insert({ ...message, createdAt: raisedAt });
    },

    /** Tells those who keep the system running of an alert that could not be announced: the case may be closed by now, and say nothing. */
    async reportUnannounced({ key, caseId, clockId }: Announcement): Promise<void> {
      await incidents.record({ kind: 'effect_failed', caseId, details: { effect: key, clock: clockId }, at: now() });
    },
  };
}

export type AnnounceActivities = ReturnType<typeof createAnnounceActivities>;
