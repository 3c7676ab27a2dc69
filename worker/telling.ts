/** Everything that tells staff something, put together: messages inside the product, mail and webhooks where there are any, and lists before closings. */
import type { Client } from '@temporalio/client';
import type { Knex } from 'knex';
import { createAnnounceActivities } from '../activities/announce.ts';
import { createClosingActivities } from '../activities/closings.ts';
import type { EngineMetrics } from '../activities/metrics.ts';
import { createBeginNotification, INSIDE_ONLY } from '../activities/notify/begin.ts';
import type { Senders } from '../activities/notify/channel.ts';
import { createDeliveryActivities } from '../activities/notify/delivery.ts';
import { createMailSender } from '../activities/notify/mail.ts';
import { createWebhookSender } from '../activities/notify/webhook.ts';
import type { CaseLogRepository } from '../db/repositories/case-log.ts';
import { createDeliveryRepository } from '../db/repositories/deliveries.ts';
import { createHandoverListRepository } from '../db/repositories/handover-lists.ts';
import type { IncidentRepository } from '../db/repositories/incidents.ts';
import { createOnCallRepository } from '../db/repositories/on-call.ts';
import type { RulebookSource } from '../db/repositories/rulebook-source.ts';
import { createStaffRepository } from '../db/repositories/staff.ts';
import { createStaffMessageRepository } from '../db/repositories/staff-messages.ts';
import type { Territory } from '../domain/sla/policy.ts';
import type { NotificationConfig } from './config.ts';

export interface TellingDeps {
  readonly knex: Knex;
  readonly client: Client;
  readonly taskQueue: string;
  readonly caseLog: CaseLogRepository;
  readonly incidents: IncidentRepository;
  readonly rulebooks: RulebookSource;
  readonly metrics: EngineMetrics;
  readonly territories?: readonly Territory[] | undefined;
  readonly notifications?: NotificationConfig | undefined;
  readonly now: () => number;
}

const NOT_AT_ALL: NotificationConfig = { timeZone: 'Europe/Rome', mail: null, webhook: null };

/** Activities. Without a channel nobody is notified, and no workflow is started for it. */
export function createTelling(deps: TellingDeps) {
  const { knex, client, taskQueue, incidents, territories = [], notifications = NOT_AT_ALL, now } = deps;
  const senders = sendersOf(notifications, now);
  const staffMessages = createStaffMessageRepository(knex);
  const handoverLists = createHandoverListRepository(knex);
  const begin = Object.keys(senders).length === 0 ? INSIDE_ONLY : createBeginNotification(client, taskQueue);
  return {
    ...createAnnounceActivities({ staffMessages, incidents, begin, now }),
    ...createClosingActivities({ territories, rulebooks: deps.rulebooks, handoverLists, staffMessages, begin }),
    ...createDeliveryActivities({
      ...{ caseLog: deps.caseLog, handoverLists, staffMessages, incidents, senders, metrics: deps.metrics, now },
      staff: createStaffRepository(knex),
      onCall: createOnCallRepository(knex),
      deliveries: createDeliveryRepository(knex),
      timeZone: notifications.timeZone,
    }),
  };
}

function sendersOf({ mail, webhook }: NotificationConfig, now: () => number): Senders {
  return {
    ...(mail === null ? {} : { mail: createMailSender(mail).send }),
    ...(webhook === null ? {} : { webhook: createWebhookSender({ ...webhook, now }) }),
  };
}
