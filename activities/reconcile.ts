/**
 * Compares the log with the workflows. The contract:
 * 1. An open case without a running workflow gets one, from its folded state.
 * 2. A running workflow that differs from its log is looked at again after the grace a command on its way may take. Where the log stands behind it, it is
 *    ended and started again from the log; where it stands behind the log it catches up with its next command.
 * 3. A running workflow whose case is closed or unknown is reported, never ended: somebody must look.
 * 4. Every difference is an incident, a metric and a log line.
 */
import { activityInfo, heartbeat, log, metricMeter } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { setTimeout } from 'node:timers/promises';
import type { CaseListRepository, OpenEpisode } from '../db/repositories/case-lists.ts';
import type { CaseLogRepository } from '../db/repositories/case-log.ts';
import type { IncidentRepository } from '../db/repositories/incidents.ts';
import { fold } from '../domain/case/evolve.ts';
import { isOpen, type CaseState } from '../domain/case/state.ts';
import { CASE_WORKFLOW, GET_STATE } from '../workflows/case/messages.ts';
import { caseWorkflowId } from '../workflows/case/start-options.ts';
import type { ReconciliationReport } from '../workflows/reconciliation/messages.ts';
import type { CaseStarter } from './start-case.ts';

export interface ReconcileDeps {
  readonly client: Client;
  readonly cases: Pick<CaseListRepository, 'openEpisodes'>;
  readonly caseLog: Pick<CaseLogRepository, 'loadRevisions'>;
  readonly incidents: Pick<IncidentRepository, 'record'>;
  readonly starter: CaseStarter;
  readonly now: () => number;
}

const BATCH = 100;
const WIDTH = 8;
const CALL_MS = 10_000;
/** How long the start of a new episode may take. */
const START_MS = 30_000;

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
        if (last === undefined) return report;
        report.openCases += batch.length;
        await inParallel(batch, (episode) => reconcileCase(deps, report, episode, deep ? graceMs : null));
        after = last.caseId;
        heartbeat({ after, report } satisfies Progress);
      }
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
    if (graceMs !== null) await compareStates(deps, into, caseId, episode, graceMs);
    return;
  }
  const outcome = await deps.starter.start(caseId);
  // Closed since the list was read.
  if (outcome !== 'running') return;
  into.started += 1;
  // An episode just opened may still be on its way through the outbox.
  if (deps.now() - episodeOpenedAt > START_MS) await report(deps, into.differences, 'workflow_missing', caseId, { episode, status });
}

async function compareStates(deps: ReconcileDeps, into: Mutable<ReconciliationReport>, caseId: string, episode: number, graceMs: number) {
  const until = Date.now() + graceMs;
  for (;;) {
    const difference = await findDifference(deps, caseId, episode);
    if (difference === null) return;
    if (Date.now() < until) {
      await setTimeout(Math.min(1_000, graceMs));
      continue;
    }
    await report(deps, into.differences, difference.kind, caseId, difference.details);
    if (difference.kind === 'log_behind') await restart(deps, into, caseId, episode);
    return;
  }
}

interface Difference {
  readonly kind: 'log_behind' | 'workflow_behind' | 'workflow_differs' | 'workflow_silent';
  readonly details: Readonly<Record<string, string | number>>;
}

async function findDifference(deps: ReconcileDeps, caseId: string, episode: number): Promise<Difference | null> {
  let held: CaseState;
  try {
    held = await within(deps.client, () => deps.client.workflow.getHandle(caseWorkflowId(caseId, episode)).query<CaseState>(GET_STATE));
  } catch (error) {
    return { kind: 'workflow_silent', details: { episode, error: error instanceof Error ? error.name : 'unknown' } };
  }
  const folded = fold(await deps.caseLog.loadRevisions(caseId));
  // Closed or reopened meanwhile.
  if (folded === null || folded.episode !== episode || !isOpen(folded)) return null;
  const details = { episode, workflowRevision: held.revision, logRevision: folded.revision };
  if (folded.revision < held.revision) return { kind: 'log_behind', details };
  if (folded.revision > held.revision) return { kind: 'workflow_behind', details };
  return canonical(folded) === canonical(held) ? null : { kind: 'workflow_differs', details };
}

/** The log is the record: what the workflow knows beyond it is lost, and said so. */
async function restart(deps: ReconcileDeps, into: Mutable<ReconciliationReport>, caseId: string, episode: number): Promise<void> {
  const handle = deps.client.workflow.getHandle(caseWorkflowId(caseId, episode));
  await within(deps.client, () => handle.terminate('The log stands behind this workflow: started again from it'));
  await deps.starter.start(caseId);
  into.restarted += 1;
}

async function findStray(deps: ReconcileDeps, workflowId: string): Promise<{ readonly kind: string; readonly caseId: string | null } | null> {
  const match = /^case-([0-9a-f-]{36})-(\d+)$/.exec(workflowId);
  if (match === null) return { kind: 'workflow_without_case', caseId: null };
  const caseId = match[1]!;
  const folded = fold(await deps.caseLog.loadRevisions(caseId));
  if (folded !== null && isOpen(folded) && folded.episode === Number(match[2])) return null;
  // The list trails behind, and a workflow may outlive its episode while it still tells somebody something.
  const described = await describe(deps.client, workflowId);
  if (described?.status.name !== 'RUNNING' || (described.raw.pendingActivities ?? []).length > 0) return null;
  return { kind: folded === null ? 'workflow_without_case' : 'workflow_of_closed_case', caseId };
}

async function report(deps: ReconcileDeps, counts: Record<string, number>, kind: string, caseId: string | null, details: object): Promise<void> {
  counts[kind] = (counts[kind] ?? 0) + 1;
  metricMeter.createCounter('reconciliation_differences', '1', 'Differences found between log and workflows').add(1, { kind });
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

/** JSON with sorted keys: the database does not keep their order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let index = 0; index < items.length; index += WIDTH) await Promise.all(items.slice(index, index + WIDTH).map(work));
}
