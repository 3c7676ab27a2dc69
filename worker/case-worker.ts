/** The Temporal worker of the cases: its activities and its limits. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import type { Knex } from 'knex';
import { createAppendActivities } from '../activities/append.ts';
import { createCaseComparer, type CaseComparer } from '../activities/compare-case.ts';
import { UNMEASURED, type EngineMetrics } from '../activities/metrics.ts';
import { createPruneActivities, type Retention } from '../activities/prune.ts';
import { publishedRulebooks } from '../activities/published-rulebooks.ts';
import { createRebaseActivities } from '../activities/rebase.ts';
import { createReconcileActivities } from '../activities/reconcile.ts';
import { createRecovery, createRecoveryActivities } from '../activities/recovery.ts';
import { createRenewalActivities } from '../activities/renewal.ts';
import { createCaseStarter, type CaseStarter } from '../activities/start-case.ts';
import { createCaseListRepository } from '../db/repositories/case-lists.ts';
import { createCaseLogRepository, type CaseLogRepository } from '../db/repositories/case-log.ts';
import { createIdempotencyRepository } from '../db/repositories/idempotency.ts';
import { createIncidentRepository, type IncidentRepository } from '../db/repositories/incidents.ts';
import { createOutboxRepository, type OutboxRepository } from '../db/repositories/outbox.ts';
import { createRebaseProgressRepository, type RebaseProgressRepository } from '../db/repositories/rebase-progress.ts';
import { createRebaseRepository } from '../db/repositories/rebases.ts';
import { createRulebookRepository } from '../db/repositories/rulebooks.ts';
import type { Territory } from '../domain/sla/policy.ts';
import { deliveryQueue } from '../workflows/notifications/messages.ts';
import type { WorkflowBundle } from './bundle.ts';
import type { NotificationConfig } from './config.ts';
import { ACTIVITY_SLOTS, APPEND_SLOTS, DELIVERY_SLOTS, WORKFLOW_TASK_SLOTS } from './limits.ts';
import { createTelling } from './telling.ts';

/** What the processes of a worker share. */
export interface CaseServices {
  readonly caseLog: CaseLogRepository;
  readonly outbox: OutboxRepository;
  readonly incidents: IncidentRepository;
  readonly starter: CaseStarter;
  readonly comparer: CaseComparer;
  readonly rebases: RebaseProgressRepository;
  readonly activities: object;
}

export interface CaseServiceDeps {
  readonly knex: Knex;
  readonly client: Client;
  readonly taskQueue: string;
  readonly retention: Retention;
  /** Divides every budget, for demonstrations. @default 1 */
  readonly speed?: number | undefined;
  /** Those whose closings are minded. @default none */
  readonly territories?: readonly Territory[] | undefined;
  /** How staff are told besides the messages inside the product. @default not at all */
  readonly notifications?: NotificationConfig | undefined;
  /** @default nothing is measured */
  readonly metrics?: EngineMetrics;
  readonly now: () => number;
}

export function createCaseServices({ knex, client, taskQueue, retention, speed = 1, metrics = UNMEASURED, now, ...telling }: CaseServiceDeps): CaseServices {
  const caseLog = createCaseLogRepository(knex, createRulebookRepository(knex));
  const outbox = createOutboxRepository(knex);
  const incidents = createIncidentRepository(knex);
  const starter = createCaseStarter({ client, caseLog, incidents, taskQueue, now });
  const comparer = createCaseComparer({ client, caseLog, incidents, starter, now });
  const recovery = createRecovery({ knex, incidents, outbox, now });
  const rebases = createRebaseProgressRepository(knex);
  const batches = createRebaseRepository(knex);
  const rulebooks = publishedRulebooks(knex, speed);
  const activities = {
    ...createAppendActivities({ caseLog, recovery, metrics, now }),
    ...createTelling({ knex, client, taskQueue, caseLog, incidents, rulebooks, metrics, now, ...telling }),
    ...createRecoveryActivities({ recovery }),
    ...createReconcileActivities({ client, cases: createCaseListRepository(knex), caseLog, incidents, starter, comparer, metrics, now }),
    ...createPruneActivities({ idempotency: createIdempotencyRepository(knex), outbox, retention, now }),
    ...createRebaseActivities({ client, caseLog, starter, incidents, batches, progress: rebases, rulebooks, now }),
    ...createRenewalActivities({ batches, progress: rebases, newId: () => randomUUID(), now }),
  };
  return { caseLog, outbox, incidents, starter, comparer, rebases, activities };
}

export interface CaseWorkerDeps {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly bundle: WorkflowBundle;
  readonly activities: object;
  /** How payloads are sealed, as the clients do. @default not at all */
  readonly dataConverter?: DataConverter;
  readonly cachedCases: number;
  /** Name of the deployment when worker versioning is on. */
  readonly deployment: string | null;
}

/** Creates the worker; `run()` it. */
export function createCaseWorker(deps: CaseWorkerDeps): Promise<Worker> {
  const { connection, namespace, taskQueue, bundle, activities, dataConverter, cachedCases, deployment } = deps;
  return Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowBundle: bundle.bundle,
    activities,
    ...(dataConverter === undefined ? {} : { dataConverter }),
    maxConcurrentWorkflowTaskExecutions: WORKFLOW_TASK_SLOTS,
    maxConcurrentLocalActivityExecutions: APPEND_SLOTS,
    maxConcurrentActivityTaskExecutions: ACTIVITY_SLOTS,
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    activityTaskPollerBehavior: { type: 'autoscaling' },
    maxCachedWorkflows: cachedCases,
    // With the default of 10 s a warm case answers that late when its worker has died.
    stickyQueueScheduleToStartTimeout: '1s',
    shutdownGraceTime: '20s',
    shutdownForceTime: '25s',
    ...versioning(deployment, bundle.buildId),
  });
}

/** Creates the worker that mails and webhooks leave from: activities only, with slots of their own. */
export function createDeliveryWorker({
  connection,
  namespace,
  taskQueue,
  activities,
  dataConverter,
}: Omit<CaseWorkerDeps, 'bundle' | 'cachedCases' | 'deployment'>): Promise<Worker> {
  return Worker.create({
    connection,
    namespace,
    taskQueue: deliveryQueue(taskQueue),
    activities,
    ...(dataConverter === undefined ? {} : { dataConverter }),
    maxConcurrentActivityTaskExecutions: DELIVERY_SLOTS,
    activityTaskPollerBehavior: { type: 'autoscaling' },
    shutdownGraceTime: '20s',
    shutdownForceTime: '25s',
  });
}

/** Runs workers until one of them ends: then all do. */
export async function runTogether(workers: readonly Worker[]): Promise<void> {
  const runs = workers.map((worker) => worker.run().finally(() => shutDown(workers)));
  const failed = (await Promise.allSettled(runs)).find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

export function shutDown(workers: readonly Worker[]): void {
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
}

/** Running cases move to the newest code by themselves; what differs between versions is behind patches. */
function versioning(deployment: string | null, buildId: string): Pick<WorkerOptions, 'workerDeploymentOptions'> | { readonly buildId: string } {
  if (deployment === null) return { buildId };
  return {
    workerDeploymentOptions: { version: { deploymentName: deployment, buildId }, useWorkerVersioning: true, defaultVersioningBehavior: 'AUTO_UPGRADE' },
  };
}
