/**
 * One case of a batch. The contract:
 * 1. Its command is named after batch and case: sent twice it is done once, and what the log holds under that name is the result.
 * 2. What would change nothing is not sent. A dry run sends nothing.
 * 3. A case whose workflow does not answer is asked again for a while, then given up with a code: one case never stops the others.
 * 4. What the database cannot answer is thrown: the page is done again.
 */
import { setTimeout } from 'node:timers/promises';
import {
  isGrpcServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { rebaseAim } from '../db/rebase-aim.ts';
import type { CaseLogRepository } from '../db/repositories/case-log.ts';
import type { CaseResult } from '../db/repositories/rebase-progress.ts';
import type { RebaseBatch } from '../db/repositories/rebases.ts';
import type { RulebookSource } from '../db/repositories/rulebook-source.ts';
import type { Actor } from '../domain/case/commands.ts';
import type { Revision } from '../domain/case/events.ts';
import { fold } from '../domain/case/evolve.ts';
import { previewRebase } from '../domain/case/rebase-preview.ts';
import type { MovedClock } from '../domain/case/rebase.ts';
import type { CaseState } from '../domain/case/state.ts';
import type { Rulebook } from '../domain/sla/policy.ts';
import type { CommandEnvelope } from '../workflows/case/messages.ts';
import { caseWorkflowId } from '../workflows/case/start-options.ts';
import type { CaseStarter } from './start-case.ts';

export interface RebaseCaseDeps {
  readonly client: Client;
  readonly caseLog: Pick<CaseLogRepository, 'loadRevisions'>;
  readonly starter: CaseStarter;
  readonly rulebooks: RulebookSource;
  readonly now: () => number;
}

/** What all cases of a batch share. */
export type BatchInHand = Pick<RebaseBatch, 'batchId' | 'reason' | 'target' | 'dryRun' | 'createdBy'>;

const CALL_MS = 10_000;
/** After each attempt: longer in all than a run that is started again from its log needs. */
const PAUSES_MS = [500, 1_000, 2_000, 4_000];

export async function rebaseCase(deps: RebaseCaseDeps, batch: BatchInHand, caseId: string): Promise<CaseResult> {
  let fault = 'unanswered';
  for (const pause of PAUSES_MS) {
    const attempted = await attempt(deps, batch, caseId);
    if (!('fault' in attempted)) return { caseId, ...attempted };
    fault = attempted.fault;
    await setTimeout(pause);
  }
  return { caseId, outcome: 'failed', reason: fault, moved: [] };
}

type Result = Omit<CaseResult, 'caseId'>;

async function attempt(deps: RebaseCaseDeps, batch: BatchInHand, caseId: string): Promise<Result | { readonly fault: string }> {
  const commandId = `rebase-${batch.batchId}-${caseId}`;
  const revisions = await deps.caseLog.loadRevisions(caseId);
  const stored = movedBy(revisions, commandId);
  if (stored !== null) return rebased(stored);
  const plan = await planOf(deps, batch, fold(revisions));
  if ('outcome' in plan) return plan;
  if (batch.dryRun) return rebased(plan.moved);
  const sent = await send(deps, plan.state, envelopeOf(batch, commandId, plan.rulebook));
  if (sent.kind === 'fault') return { fault: sent.code };
  if (sent.kind === 'refused') return sent.code === 'command_not_allowed' ? unchanged('closed') : failed(sent.code);
  // The log has the last word: the case may have been rebased by another since it was looked at.
  const moved = movedBy(await deps.caseLog.loadRevisions(caseId), commandId);
  return moved === null ? unchanged('same_rulebook') : rebased(moved);
}

function rebased(moved: readonly MovedClock[]): Result {
  return moved.length === 0 ? unchanged('no_deadline_moved') : { outcome: 'moved', reason: null, moved };
}

function unchanged(reason: string): Result {
  return { outcome: 'unchanged', reason, moved: [] };
}

function failed(reason: string): Result {
  return { outcome: 'failed', reason, moved: [] };
}

/** What an earlier attempt of the same command moved; null when there was none. */
function movedBy(revisions: readonly Revision[], commandId: string): readonly MovedClock[] | null {
  const revision = revisions.find((one) => one.commandId === commandId);
  const event = revision?.events.find((one) => one.type === 'rebased');
  return event === undefined ? null : (event.moved ?? []);
}

type Plan = Result | { readonly state: CaseState; readonly rulebook: Rulebook; readonly moved: readonly MovedClock[] };

async function planOf({ rulebooks, now }: RebaseCaseDeps, { target, reason }: BatchInHand, state: CaseState | null): Promise<Plan> {
  if (state === null) return failed('case_lost');
  const at = now();
  const aim = await rebaseAim(rulebooks, { target, state, at });
  if ('skip' in aim) return aim.skip === 'no_policy' ? failed(aim.skip) : unchanged(aim.skip);
  const effect = previewRebase(state, aim.rulebook, reason, at);
  if (effect.kind === 'rebased') return { state, rulebook: aim.rulebook, moved: effect.moved };
  return unchanged(effect.kind === 'closed' ? 'closed' : 'same_rulebook');
}

/** By the system, for the person who asked: it answers no review and changes nobody's ETag. */
function envelopeOf({ reason, batchId, createdBy }: BatchInHand, commandId: string, rulebook: Rulebook): CommandEnvelope<'rebase'> {
  const actor: Actor = { kind: 'system', id: createdBy, roles: [], municipi: [] };
  return { commandId, actor, ifMatch: null, fingerprint: null, requestId: batchId, command: { type: 'rebase', rulebook, reason, batch: batchId } };
}

type Sent = { readonly kind: 'answered' } | { readonly kind: 'refused'; readonly code: string } | { readonly kind: 'fault'; readonly code: string };

async function send({ client, starter }: RebaseCaseDeps, { caseId, episode }: CaseState, envelope: CommandEnvelope<'rebase'>): Promise<Sent> {
  const handle = client.workflow.getHandle(caseWorkflowId(caseId, episode));
  const options = { args: [envelope] as [CommandEnvelope], updateId: envelope.commandId };
  try {
    await client.withDeadline(Date.now() + CALL_MS, () => handle.executeUpdate('rebase', options));
    return { kind: 'answered' };
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) return refusalOf(error.cause);
    if (error instanceof WorkflowNotFoundError) return startMissing(starter, caseId);
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isGrpcServiceError(error)) return { kind: 'fault', code: 'unanswered' };
    throw error;
  }
}

/** A run that is ending is looked for again; a fault of its code is the case's. */
const PASSING = ['log_behind', 'AcceptedUpdateCompletedWorkflow'];

function refusalOf(cause: unknown): Sent {
  const code = cause instanceof ApplicationFailure ? (cause.type ?? 'unknown') : 'unknown';
  return PASSING.includes(code) ? { kind: 'fault', code } : { kind: 'refused', code };
}

async function startMissing(starter: CaseStarter, caseId: string): Promise<Sent> {
  try {
    await starter.start(caseId);
  } catch (error) {
    if (!isGrpcServiceError(error)) throw error;
  }
  return { kind: 'fault', code: 'workflow_missing' };
}
