/** Tells staff about an alert. Each alert is announced once, however often this runs. */
import type { Audience, Territory } from '../domain/sla/policy.ts';

/** An alert to be announced; `key` is the same whoever announces it. */
export interface Announcement {
  /** See `alertKey`. */
  readonly key: string;
  readonly caseId: string;
  readonly alert: number;
  readonly clockId: string;
  readonly municipio: Territory | null;
  readonly audience: readonly Audience[];
  readonly raisedAt: number;
}

/** Where in-app messages to staff are kept; a key that exists is left as it is. */
export interface StaffMessages {
  announce(announcement: Announcement): Promise<void>;
}

/** Activities that tell people. */
export function createAnnounceActivities(deps: { readonly staffMessages: StaffMessages }) {
  return {
    async announceAlert(announcement: Announcement): Promise<void> {
      await deps.staffMessages.announce(announcement);
    },
  };
}

export type AnnounceActivities = ReturnType<typeof createAnnounceActivities>;
