/**
 * One case's workflow held against its log. The contract:
 * 1. The log is the record. A workflow that stands elsewhere for longer than a command on its way may take is ended and started again from it.
 * 2. Ahead of the log: the log was restored from an older backup, and what came after is lost. Behind the log: the engine forgot the task that wrote the last
 *    revision (it was killed after the append). Left alone, such a workflow would keep the wrong deadlines until somebody's next command.
 * 3. One that is at the same revision in another state is a fault of the code: told, not touched.
 */
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { setTimeout } from 'node:timers/promises';
import type { CaseLogRepository } from '../db/repositories/case-log.ts';
import type { IncidentKind, IncidentRepository } from '../db/repositories/incidents.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import { fold } from '../domain/case/evolve.ts';
import { isOpen, type CaseState } from '../domain/case/state.ts';
import { caseWorkflowId } from '../workflows/case/start-options.ts';
import { askState } from './ask-state.ts';
import { LONGEST_START_MS, type CaseStarter } from './start-case.ts';

export interface CompareDeps {
  readonly client: Client;
  readonly caseLog: Pick<CaseLogRepository, 'loadRevisions'>;
  readonly incidents: Pick<IncidentRepository, 'record'>;
  readonly starter: CaseStarter;
  readonly now: () => number;
}

export type DifferenceKind = Extract<IncidentKind, 'log_behind' | 'workflow_behind' | 'workflow_differs' | 'workflow_silent'>;

export interface Difference {
  readonly kind: DifferenceKind;
  readonly details: Readonly<Record<string, string | number>>;
  /** It was started again from the log. */
  readonly restarted: boolean;
}

export interface CaseComparer {
  /** Null when both agree within the grace, or the episode is over; else what differed, put right where it can be. */
  compare(caseId: string, episode: number, graceMs: number): Promise<Difference | null>;
  /** The same for a case whose last command may have been forgotten, its workflow started if it is missing. `waiting`: it could not be asked. */
  catchUp(caseId: string): Promise<'together' | 'waiting'>;
}

const CALL_MS = 10_000;
const LOOK_AGAIN_MS = 1_000;
const CATCH_UP_GRACE_MS = 3_000;
/** A start, the looks, a termination and a start again. */
export const LONGEST_CATCH_UP_MS = LONGEST_START_MS + (CATCH_UP_GRACE_MS + LOOK_AGAIN_MS + CALL_MS) + CALL_MS + LONGEST_START_MS;

export function createCaseComparer(deps: CompareDeps): CaseComparer {
  const { caseLog, incidents, starter, now } = deps;

  async function compare(caseId: string, episode: number, graceMs: number): Promise<Difference | null> {
    const until = Date.now() + graceMs;
    let found = await look(deps, caseId, episode);
    while (found !== null && Date.now() < until) {
      await setTimeout(Math.min(LOOK_AGAIN_MS, graceMs));
      found = await look(deps, caseId, episode);
    }
    if (found === null) return null;
    const restarted = found.kind === 'log_behind' || found.kind === 'workflow_behind';
    if (restarted) await restart(deps, caseId, episode, found.kind);
    return { ...found, restarted };
  }

  return {
    compare,
    async catchUp(caseId) {
      if ((await starter.start(caseId)) !== 'running') return 'together';
      const folded = fold(await caseLog.loadRevisions(caseId));
      const difference = folded === null ? null : await compare(caseId, folded.episode, CATCH_UP_GRACE_MS);
      if (difference?.kind === 'workflow_silent') return 'waiting';
      if (difference !== null) await incidents.record({ kind: difference.kind, caseId, details: { ...difference.details }, at: now() });
      return 'together';
    },
  };
}

async function look({ client, caseLog }: CompareDeps, caseId: string, episode: number): Promise<Omit<Difference, 'restarted'> | null> {
  const held = await stateHeld(client, caseWorkflowId(caseId, episode));
  // The log is read last: it is never behind a workflow that goes on while both are looked at.
  const folded = fold(await caseLog.loadRevisions(caseId));
  if (folded === null || folded.episode !== episode || !isOpen(folded)) return null;
  if (typeof held === 'string') return { kind: 'workflow_silent', details: { episode, error: held } };
  const details = { episode, workflowRevision: held.revision, logRevision: folded.revision };
  if (folded.revision < held.revision) return { kind: 'log_behind', details };
  if (folded.revision > held.revision) return { kind: 'workflow_behind', details };
  return canonicalJson(folded) === canonicalJson(held) ? null : { kind: 'workflow_differs', details };
}

/** The name of the error where the workflow does not answer. */
async function stateHeld(client: Client, workflowId: string): Promise<CaseState | string> {
  try {
    return await within(client, () => askState(client.workflow.getHandle(workflowId)));
  } catch (error) {
    return error instanceof Error ? error.name : 'unknown';
  }
}

async function restart({ client, starter }: CompareDeps, caseId: string, episode: number, reason: DifferenceKind): Promise<void> {
  try {
    await within(client, () => client.workflow.getHandle(caseWorkflowId(caseId, episode)).terminate(`${reason}: started again from the log`));
  } catch (error) {
    // It has ended by itself since.
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
  await starter.start(caseId);
}

function within<T>(client: Client, call: () => Promise<T>): Promise<T> {
  return client.withDeadline(Date.now() + CALL_MS, call);
}
