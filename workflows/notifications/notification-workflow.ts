/**
 * One message on its way to people outside the product. The contract:
 * 1. Who is told is found out when it is delivered; for whoever is not to be disturbed that is the end of their quiet hours, slept through here.
 * 2. Each person and channel goes its own way: a mail server that is away keeps nobody from the webhook. Tried for a day.
 * 3. What is given up is an incident and, while the case is open, an event of the case.
 */
import { getExternalWorkflowHandle, isCancellation, log, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import type { DeliveryActivities, PlannedDelivery } from '../../activities/notify/delivery.ts';
import { deliveryQueue, EFFECT_FAILED, type NotificationInput, type NotificationReport } from './messages.ts';

// Of the database only: tried until it is there.
const { planDeliveries, giveUpDelivery } = proxyActivities<DeliveryActivities>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '5s', maximumInterval: '10m' },
});

/** 5 s, 10 s ... 10 min between them: about a day. */
const ATTEMPTS = 150;

export async function notificationWorkflow({ key, caseWorkflow, attempts = ATTEMPTS }: NotificationInput): Promise<NotificationReport> {
  const { deliver } = proxyActivities<DeliveryActivities>({
    taskQueue: deliveryQueue(workflowInfo().taskQueue),
    startToCloseTimeout: '1m',
    retry: { initialInterval: '5s', maximumInterval: '10m', maximumAttempts: attempts },
    summary: 'Avviso a una persona',
  });
  const begun = new Set<string>();
  const report = { delivered: 0, dropped: 0, failed: 0 };

  async function beginNew(): Promise<void> {
    const planned = await planDeliveries({ key, at: Date.now() });
    const isNew = planned.filter(({ recipient, channel }) => !begun.has(`${channel} ${recipient}`));
    for (const { recipient, channel } of isNew) begun.add(`${channel} ${recipient}`);
    await Promise.all(isNew.map(bring));
  }

  async function bring(planned: PlannedDelivery): Promise<void> {
    const quietMs = planned.notBefore - Date.now();
    if (quietMs > 0) await sleep(quietMs, { summary: 'Ore di silenzio' });
    // Overnight others may have come to answer for the case, and some may not be told any more.
    const others = quietMs > 0 ? beginNew() : undefined;
    report[await attempt(planned)] += 1;
    await others;
  }

  async function attempt({ recipient, channel }: PlannedDelivery): Promise<keyof NotificationReport> {
    try {
      return await deliver({ key, recipient, channel, at: Date.now() });
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.error('a notification could not be delivered', { key, channel });
      await giveUpDelivery({ key, recipient, channel });
      await tellCase(caseWorkflow, `${key}/${channel}/${recipient}`);
      return 'failed';
    }
  }

  await beginNew();
  return report;
}

/** A case that is over has no one to tell: the incident remains. */
async function tellCase(workflowId: string | null, about: string): Promise<void> {
  if (workflowId === null) return;
  await getExternalWorkflowHandle(workflowId)
    .signal(EFFECT_FAILED, about)
    .catch((error: unknown) => {
      if (isCancellation(error)) throw error;
      log.info('the case does not say so: it is over', { about });
    });
}
