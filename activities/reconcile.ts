/**
 * Compares the log with the workflows. The contract:
 * 1. An open case without a running workflow gets one, from its folded state.
 * 2. A running workflow that stands elsewhere than its log is started again from it (compare-case.ts): every case in a deep look, those changed last in any.
 * 3. A running workflow whose case is closed or unknown is reported, never ended: somebody must look.
 * 4. Every difference is an incident, a metric and a log line.
 */
import { activityInfo, heartbeat, log } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { CaseListRepository, OpenEpisode } from '../db/repositories/case-lists.ts';
import type { CaseLogRepository } from '../db/repositories/case-log.ts';
import type { IncidentKind, IncidentRepository } from '../db/repositories/incidents.ts';
import { fold } from '../domain/case/evolve.ts';
import { isOpen } from '../domain/case/state.ts';
import { CASE_WORKFLOW } from '../workflows/case/messages.ts';
import { caseWorkflowId, parseCaseWorkflowId } from '../workflows/case/start-options.ts';
import type { ReconciliationReport } from '../workflows/reconciliation/messages.ts';
import type { CaseComparer } from './compare-case.ts';
import { inParallel } from './in-parallel.ts';
import type { EngineMetrics } from './metrics.ts';
import type { CaseStarter } from './start-case.ts';

export interface ReconcileDeps {
  readonly client: Client;
  readonly cases: Pick<CaseListRepository, 'openEpisodes' | 'recentlyChanged'>;
  readonly comparer: CaseComparer;
  readonly caseLog: Pick<CaseLogRepository, 'loadRevisions'>;
  readonly incidents: Pick<IncidentRepository, 'record'>;
  readonly starter: CaseStarter;
  readonly metrics: EngineMetrics;
  readonly now: () => number;
}

const BATCH = 100;
/** Cases looked at beside each other, each with a connection. */
export const RECONCILED_AT_ONCE = 8;
const CALL_MS = 10_000;
/** How long the start of a new episode may take. */
const START_MS = 30_000;
/** More than all workers can have had in hand at one moment. */
const RECENT = 200;

interface Progress {
  readonly after: string | null;
  readonly report: Mutable<ReconciliationReport>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends Readonly<Record<string, number>> ? Record<string, number> : T[K] };

export function createReconcileActivities(deps: ReconcileDeps) {
  return {
    async reconcileOpenCases({ deep, graceMs }: { readonly deep: boolean; readonly graceMs: number }): Promise<ReconciliationReport> {
      const progress = (activityInfo().heartbeatDetails as Progress | undefined) ?? { after: null, report: emptyReport() };
      const { report } = progress;
      for (let after = progress.after; ; ) {
        const batch = await deps.cases.openEpisodes(after, BATCH);
        const last = batch[batch.length - 1];
        if (last === undefined) break;
        report.openCases += batch.length;
        await inParallel(batch, RECONCILED_AT_ONCE, (episode) => reconcileCase(deps, report, episode, deep ? graceMs : null));
        after = last.caseId;
        heartbeat({ after, report } satisfies Progress);
      }
      // What was going on when everything went down: the engine may have forgotten the end of it.
      if (!deep) await inParallel(await deps.cases.recentlyChanged(RECENT), RECONCILED_AT_ONCE, (episode) => compareCase(deps, report, episode, graceMs));
      return report;
    },

    async reconcileRunningWorkflows(): Promise<Record<string, number>> {
      const differences: Record<string, number> = {};
      for await (const { workflowId } of deps.client.workflow.list({ query: `WorkflowType = "${CASE_WORKFLOW}" AND ExecutionStatus = "Running"` })) {
        heartbeat();
        const stray = await findStray(deps, workflowId);
        if (stray !== null) await report(deps, differences, stray.kind, stray.caseId, { workflowId });
      }
      return differences;
    },
  };
}

export type ReconcileActivities = ReturnType<typeof createReconcileActivities>;

/** `graceMs` null: the workflow's state is not asked for. */
async function reconcileCase(
  deps: ReconcileDeps,
  into: Mutable<ReconciliationReport>,
  { caseId, episode, episodeOpenedAt }: OpenEpisode,
  graceMs: number | null,
) {
  const status = await statusOf(deps.client, caseWorkflowId(caseId, episode));
  if (status === 'RUNNING') {
    if (graceMs !== null) await compareCase(deps, into, { caseId, episode }, graceMs);
    return;
  }
  const outcome = await deps.starter.start(caseId);
  // Closed since the list was read.
  if (outcome !== 'running') return;
  into.started += 1;
  // An episode just opened may still be on its way through the outbox.
  if (deps.now() - episodeOpenedAt > START_MS) await report(deps, into.differences, 'workflow_missing', caseId, { episode, status });
}

async function compareCase(
  deps: ReconcileDeps,
  into: Mutable<ReconciliationReport>,
  { caseId, episode }: Pick<OpenEpisode, 'caseId' | 'episode'>,
  graceMs: number,
) {
  const difference = await deps.comparer.compare(caseId, episode, graceMs);
  heartbeat();
  if (difference === null) return;
  if (difference.restarted) into.restarted += 1;
  await report(deps, into.differences, difference.kind, caseId, difference.details);
}

async function findStray(deps: ReconcileDeps, workflowId: string): Promise<{ readonly kind: IncidentKind; readonly caseId: string | null } | null> {
  const named = parseCaseWorkflowId(workflowId);
  if (named === null) return { kind: 'workflow_without_case', caseId: null };
  const { caseId, episode } = named;
  const folded = fold(await deps.caseLog.loadRevisions(caseId));
  if (folded !== null && isOpen(folded) && folded.episode === episode) return null;
  // The list trails behind, and a workflow may outlive its episode while it still tells somebody something.
  const described = await describe(deps.client, workflowId);
  if (described?.status.name !== 'RUNNING' || (described.raw.pendingActivities ?? []).length > 0) return null;
  return { kind: folded === null ? 'workflow_without_case' : 'workflow_of_closed_case', caseId };
}

async function report(deps: ReconcileDeps, counts: Record<string, number>, kind: IncidentKind, caseId: string | null, details: object): Promise<void> {
  counts[kind] = (counts[kind] ?? 0) + 1;
  deps.metrics.difference(kind);
  log.warn('log and workflows differ', { kind, caseId, ...details });
  await deps.incidents.record({ kind, caseId, details: { ...details }, at: deps.now() });
}

async function statusOf(client: Client, workflowId: string): Promise<string> {
  return (await describe(client, workflowId))?.status.name ?? 'ABSENT';
}

async function describe(client: Client, workflowId: string) {
  try {
    return await within(client, () => client.workflow.getHandle(workflowId).describe());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

function within<T>(client: Client, call: () => Promise<T>): Promise<T> {
  return client.withDeadline(Date.now() + CALL_MS, call);
}

function emptyReport(): Mutable<ReconciliationReport> {
  return { openCases: 0, started: 0, restarted: 0, differences: {} };
}
