/** Nightly, and at a worker's start: does every open case have a workflow, and does it believe what the log says? Every difference is reported. */
import { proxyActivities } from '@temporalio/workflow';
import type { ReconcileActivities } from '../../activities/reconcile.ts';
import type { ReconciliationInput, ReconciliationReport } from './messages.ts';

const { reconcileOpenCases, reconcileRunningWorkflows } = proxyActivities<ReconcileActivities>({
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
  return { ...report, differences: { ...report.differences, ...strays } };
}
