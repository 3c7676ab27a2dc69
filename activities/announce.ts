/** Tells staff about an alert. Each alert is announced once, however often this runs. */
import type { StaffMessage, StaffMessageRepository } from '../db/repositories/staff-messages.ts';

/** An alert to be announced; `key` is the same whoever announces it. */
export interface Announcement extends Omit<StaffMessage, 'createdAt' | 'readAt'> {
  readonly raisedAt: number;
}

/** Activities that tell people. */
export function createAnnounceActivities(deps: { readonly staffMessages: Pick<StaffMessageRepository, 'insert'> }) {
  return {
    async announceAlert({ raisedAt, ...message }: Announcement): Promise<void> {
      await deps.staffMessages.insert({ ...message, createdAt: raisedAt });
    },
  };
}

export type AnnounceActivities = ReturnType<typeof createAnnounceActivities>;
