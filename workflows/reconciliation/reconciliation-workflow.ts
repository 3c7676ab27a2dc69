/**
 * Nightly, and at a worker's start: does every open case have a workflow, and does it believe what the log says? Every difference is reported. At night calendars
 * about to run out are renewed and what has outlived its retention is forgotten too, last: lost cases do not wait for it.
 */
import { proxyActivities } from '@temporalio/workflow';
import type { PruneActivities } from '../../activities/prune.ts';
import type { ReconcileActivities } from '../../activities/reconcile.ts';
import type { RenewalActivities } from '../../activities/renewal.ts';
import type { ReconciliationInput, ReconciliationReport } from './messages.ts';

const { reconcileOpenCases, reconcileRunningWorkflows, queueRenewal, pruneRecords } = proxyActivities<
  ReconcileActivities & RenewalActivities & PruneActivities
>({
  startToCloseTimeout: '10m',
  scheduleToCloseTimeout: '1h',
  heartbeatTimeout: '1m',
  retry: { maximumAttempts: 3 },
});

export async function reconciliationWorkflow(input: ReconciliationInput): Promise<ReconciliationReport> {
  const { deep = true, graceMs = 15_000 } = input;
  const report = await reconcileOpenCases({ deep, graceMs });
  if (!deep) return report;
  const strays = await reconcileRunningWorkflows();
  await queueRenewal();
  const pruned = await pruneRecords();
  return { ...report, differences: { ...report.differences, ...strays }, pruned };
}
