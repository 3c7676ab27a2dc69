/** Tells staff about an alert. Each alert is announced once, however often this runs. */
import { activityInfo } from '@temporalio/activity';
import type { IncidentRepository } from '../db/repositories/incidents.ts';
import type { Audience, Territory } from '../domain/sla/policy.ts';
import type { StaffMessageRepository } from '../db/repositories/staff-messages.ts';
import { INSIDE_ONLY, type BeginNotification } from './notify/begin.ts';

/** An alert to be announced; `key` is the same whoever announces it. */
export interface Announcement {
  readonly key: string;
  readonly caseId: string;
  readonly municipio: Territory | null;
  readonly audience: readonly Audience[];
  readonly alert: number;
  readonly clockId: string;
  readonly raisedAt: number;
}

export interface AnnounceDeps {
  readonly staffMessages: Pick<StaffMessageRepository, 'insert'>;
  readonly incidents: Pick<IncidentRepository, 'record'>;
  /** Brings it to people outside the product besides. @default inside only */
  readonly begin?: BeginNotification;
  readonly now: () => number;
}

/** Activities that tell people. */
export function createAnnounceActivities({ staffMessages, incidents, begin = INSIDE_ONLY, now }: AnnounceDeps) {
  return {
    async announceAlert({ raisedAt, ...message }: Announcement): Promise<void> {
      await staffMessages.insert({ ...message, kind: 'alert', createdAt: raisedAt });
      // Also where the API had told it already: it tells inside the product only.
      await begin({ key: message.key, caseWorkflow: activityInfo().workflowExecution?.workflowId ?? null });
    },

    /** Tells those who keep the system running of an alert that could not be announced: the case may be closed by now, and say nothing. */
    async reportUnannounced({ key, caseId, clockId }: Announcement): Promise<void> {
      await incidents.record({ kind: 'effect_failed', caseId, details: { effect: key, clock: clockId }, at: now() });
    },
  };
}

export type AnnounceActivities = ReturnType<typeof createAnnounceActivities>;
