/** A notification put off, tried again and given up for one person, the case that is told so, and the closings of a day: histories that are kept. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { Worker, type NativeConnection, type WorkflowBundleOption } from '@temporalio/worker';
import { Undelivered } from '../../activities/notify/channel.ts';
import type { PlannedDelivery } from '../../activities/notify/delivery.ts';
import type { StaffMember } from '../../domain/staff/staff.ts';
import { CLOSINGS_WORKFLOW, type Closings, type ClosingsInput } from '../../workflows/closings/messages.ts';
import { deliveryQueue, notificationWorkflowId } from '../../workflows/notifications/messages.ts';
import { createHarness, eventually } from './case-harness.ts';
import { createToldStaff } from './told-staff.ts';

/** Recorded together. */
export const TELLING = 'telling';
export const TELLING_PATHS = ['notification', 'effect-given-up', 'closings'] as const;

export interface RecordedRun {
  readonly name: (typeof TELLING_PATHS)[number];
  readonly workflowId: string;
  readonly runId: string;
}

interface Recording {
  readonly client: Client;
  readonly connection: NativeConnection;
  readonly bundle: WorkflowBundleOption;
  readonly identity: string;
}

const STAFF: StaffMember[] = [
  {
    id: 'coordinator-3',
    roles: ['coordinator'],
    municipi: ['3'],
    mail: 'a@example.org',
    language: 'it',
    activeUntil: null,
    channels: ['mail', 'webhook'],
    quiet: null,
  },
];

/** Plays both to their end. */
export async function playTelling(recording: Recording): Promise<readonly RecordedRun[]> {
  return [...(await playNotification(recording)), await playClosings(recording)];
}

async function playNotification({ client, connection, bundle, identity }: Recording): Promise<readonly RecordedRun[]> {
  let activities: object = {};
  let attempts = 0;
  const mail = () => (attempts++ === 0 ? Promise.reject(new Undelivered('smtp_451')) : Promise.resolve());
  const webhook = () => Promise.reject(new Undelivered('webhook_410', { final: true }));
  const more = (harness: Parameters<ReturnType<typeof createToldStaff>['activities']>[1]) =>
    (activities = delayed(createToldStaff(STAFF).activities(client, harness, { mail, webhook })));
  const engine = await createHarness({ client, connection, bundle, identity, now: () => Promise.resolve(Date.now()), more });
  const deliverer = await Worker.create({ connection, taskQueue: deliveryQueue(engine.taskQueue), activities, identity });
  const delivering = deliverer.run();
  try {
    const running = await engine.open({ urgency: 'red', redFlags: ['R1'] });
    await eventually(() => {
      if (running.count('incidentRecorded') < 1) throw new Error('the case was not told');
    }, 20_000);
    const handle = client.workflow.getHandle(notificationWorkflowId(`${running.caseId}:1:alert-1`));
    await handle.result();
    const { runId } = await handle.describe();
    return [
      { name: 'notification', workflowId: handle.workflowId, runId },
      { name: 'effect-given-up', workflowId: running.handle.workflowId, runId: running.handle.firstExecutionRunId },
    ];
  } finally {
    deliverer.shutdown();
    await delivering;
    await engine.stop();
  }
}

/** A second of quiet for each. */
function delayed(activities: object): object {
  const { planDeliveries, ...others } = activities as { planDeliveries: (asked: { key: string; at: number }) => Promise<readonly PlannedDelivery[]> };
  return {
    ...others,
    planDeliveries: async (asked: { key: string; at: number }) => (await planDeliveries(asked)).map((one) => ({ ...one, notBefore: asked.at + 1_000 })),
  };
}

async function playClosings({ client, connection, bundle, identity }: Recording): Promise<RecordedRun> {
  const taskQueue = `closings-${randomUUID()}`;
  let turns = 0;
  const activities = {
    nextClosings({ at }: { readonly at: number }): Promise<Closings | null> {
      turns += 1;
      return Promise.resolve({ listAt: at + 1_000, closesAt: at + 2_000, territories: ['3', '6'] });
    },
    makeHandoverLists: () => Promise.resolve(),
  };
  const worker = await Worker.create({ connection, taskQueue, workflowBundle: bundle, activities, identity });
  const working = worker.run();
  const input: ClosingsInput = { continueAfter: 2 };
  const handle = await client.workflow.start(CLOSINGS_WORKFLOW, { workflowId: `closings-${randomUUID()}`, taskQueue, args: [input] });
  try {
    await eventually(() => {
      if (turns < 3) throw new Error('not continued yet');
    }, 20_000);
    return { name: 'closings', workflowId: handle.workflowId, runId: handle.firstExecutionRunId };
  } finally {
    await client.workflow.getHandle(handle.workflowId).terminate('recorded');
    worker.shutdown();
    await working;
  }
}
