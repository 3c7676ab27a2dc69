/** What delivering needs besides real servers, in memory: a directory, a roster, messages and delivery rows with the meaning of the real ones. */
import type { Client } from '@temporalio/client';
import { createAnnounceActivities } from '../../activities/announce.ts';
import { createBeginNotification } from '../../activities/notify/begin.ts';
import type { Senders } from '../../activities/notify/channel.ts';
import { createDeliveryActivities } from '../../activities/notify/delivery.ts';
import type { Delivery, DeliveryId, DeliveryRepository } from '../../db/repositories/deliveries.ts';
import type { Incident } from '../../db/repositories/incidents.ts';
import type { StaffMessage } from '../../db/repositories/staff-messages.ts';
import type { StaffMember } from '../../domain/staff/staff.ts';
import type { HarnessParts } from './case-harness.ts';

export interface ToldStaff {
  readonly staff: StaffMember[];
  onCall: readonly string[];
  readonly deliveries: Map<string, Delivery>;
  readonly counted: string[];
  /** Activities for a worker whose cases are in a log. */
  activities(client: Client, harness: HarnessParts, senders: Senders): object;
}

const idOf = ({ key, recipient, channel }: DeliveryId) => `${key} ${recipient} ${channel}`;

export function createToldStaff(staff: StaffMember[]): ToldStaff {
  const deliveries = new Map<string, Delivery>();
  const messages = new Map<string, Omit<StaffMessage, 'readAt'>>();
  const change = (id: DeliveryId, over: Partial<Delivery>) => {
    const before = deliveries.get(idOf(id));
    if (before !== undefined) deliveries.set(idOf(id), { ...before, ...over });
    return Promise.resolve();
  };
  const repository: DeliveryRepository = {
    plan(key, planned) {
      for (const one of planned) {
        const fresh: Delivery = { key, ...one, status: 'pending', attempts: 0, lastError: null };
        if (!deliveries.has(idOf(fresh))) deliveries.set(idOf(fresh), fresh);
      }
      return Promise.resolve([...deliveries.values()].filter((one) => one.key === key && one.status === 'pending'));
    },
    find: (id) => Promise.resolve(deliveries.get(idOf(id)) ?? null),
    begin: (id) => change(id, { attempts: (deliveries.get(idOf(id))?.attempts ?? 0) + 1 }),
    note: (id, code) => change(id, { lastError: code }),
    async settle(id, status) {
      if (deliveries.get(idOf(id))?.status !== 'pending') return false;
      await change(id, { status });
      return true;
    },
  };
  const staffMessages = {
    insert(message: Omit<StaffMessage, 'readAt'>) {
      const isNew = !messages.has(message.key);
      if (isNew) messages.set(message.key, message);
      return Promise.resolve(isNew);
    },
    find: (key: string) => Promise.resolve(messages.get(key) ?? null),
  };
  const told: ToldStaff = {
    staff,
    onCall: [],
    deliveries,
    counted: [],
    activities(client, { log, taskQueue, recorded }, senders) {
      const incidents = {
        record: ({ kind, caseId, details }: Pick<Incident, 'kind' | 'caseId' | 'details'>) =>
          Promise.resolve(recorded.incidents.push({ kind, caseId, details }) > 0),
      };
      const begin = createBeginNotification(client, taskQueue);
      return {
        ...createAnnounceActivities({ staffMessages, incidents, begin: (input) => begin({ ...input, attempts: 10 }), now: Date.now }),
        ...createDeliveryActivities({
          ...{ staffMessages, incidents, senders, timeZone: 'UTC', now: Date.now, deliveries: repository },
          caseLog: { loadRevisions: (caseId) => Promise.resolve(log.revisions(caseId)) },
          handoverLists: { made: () => Promise.resolve(null) },
          staff: { list: () => Promise.resolve(told.staff), find: (id) => Promise.resolve(told.staff.find((member) => member.id === id) ?? null) },
          onCall: { peopleFor: () => Promise.resolve(told.onCall) },
          metrics: { notified: (channel, outcome) => void told.counted.push(`${channel} ${outcome}`) },
        }),
      };
    },
  };
  return told;
}
