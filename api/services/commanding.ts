/**
 * Commands on an open case. The contract:
 * 1. A command that is in the log already is answered from there (422 if its payload differs); only then is `If-Match` looked at.
 * 2. The rules are asked here first, dry, on the folded case: a refusal costs no engine.
 * 3. A run that is missing is started from the log, and the command repeated once, on the case as it then stands.
 * 4. After a command that was sent and not answered its workflow is held against the log by the relay, whether or not anybody asks again.
 * 5. A refusal counts only from a workflow that stands where the log does. One that stands elsewhere (the log was restored from a backup, or the engine
 *    forgot a task) is put right by the relay, and the caller asked to repeat.
 */
import type { AnsweredCommand, CaseLogRepository, LoadedCase } from '../../db/repositories/case-log.ts';
import type { OutboxRepository } from '../../db/repositories/outbox.ts';
import { scopeFor, type Person } from '../../domain/access/policy.ts';
import { scopeAdmits } from '../../domain/access/reach.ts';
import { inScope, unionOf, type CaseScope } from '../../domain/access/scope.ts';
import type { Actor, UpdateCommand } from '../../domain/case/commands.ts';
import { decide } from '../../domain/case/decide.ts';
import { fold } from '../../domain/case/evolve.ts';
import type { CommandAnswer } from '../../domain/case/projection.ts';
import type { CaseState } from '../../domain/case/state.ts';
import { ApiProblem, CommandRefused } from '../api-problem.ts';
import { ANSWERS_CARRIED } from '../../workflows/case/start-options.ts';
import type { CaseEngine, CommandOutcome } from '../temporal.ts';

/** A key as a command id, with what it was first used for. */
export interface RequestKey {
  readonly commandId: string;
  readonly fingerprint: string;
}

export interface CommandRequest {
  readonly caseId: string;
  readonly person: Person;
  readonly scope: CaseScope;
  readonly key: RequestKey;
  /** Revisions the caller takes for current; null for any. */
  readonly ifMatch: readonly number[] | null;
  readonly requestId: string;
  readonly command: UpdateCommand;
  /** Who the events say did it. @default the person */
  readonly actor?: Actor;
  /** Refuses what the rules of a case do not know of. A key that was answered before is not held to it. Throws `ApiProblem`. */
  readonly assertValid?: () => void;
}

export type CommandResult =
  | { readonly kind: 'answered'; readonly episode: number; readonly answer: CommandAnswer; readonly replayed: boolean }
  | { readonly kind: 'pending' };

export interface Commanding {
  /** Throws `ApiProblem` or `CommandRefused`. */
  execute(request: CommandRequest): Promise<CommandResult>;
}

const RETRY_AFTER_S = 2;

/** A command on its way may be written this late; only then its workflow is held against the log. */
const CATCH_UP_MS = 10_000;

export interface CommandingDeps {
  readonly caseLog: CaseLogRepository;
  readonly outbox: Pick<OutboxRepository, 'post'>;
  readonly engine: CaseEngine;
  readonly now: () => number;
}

export function createCommanding({ caseLog, outbox, engine, now }: CommandingDeps): Commanding {
  async function attempt(request: CommandRequest, startFirst: boolean): Promise<CommandResult | 'missing'> {
    const found = await loadOrReplay(caseLog, request);
    if ('kind' in found) return found;
    const { loaded, state } = found;
    assertMayAct(request, loaded.row);
    const ifMatch = pickRevision(request.ifMatch, state);
    const actor = request.actor ?? actorOf(request.person);
    const decision = decide(state, { command: request.command, actor, ifMatch }, now());
    if (!decision.ok) throw new CommandRefused(decision.rejection);
    if (startFirst) await startRun(state);
    const { key, requestId, command } = request;
    const outcome = await engine.execute(request.caseId, state.episode, { ...key, actor, ifMatch, requestId, command });
    if (outcome.kind === 'refused' && (await standsElsewhere(outcome.revision, state))) {
      await askToCatchUp(outbox, request, now());
      throw unavailable();
    }
    return resultOf(outcome, state.episode);
  }

  /** Behind what was in the log before it was asked, or ahead of all that is in it now. */
  async function standsElsewhere(revision: number, { caseId, revision: before }: CaseState): Promise<boolean> {
    if (revision === before) return false;
    return revision < before || revision > (await caseLog.lastRevision(caseId));
  }

  /** A run this process cannot start (it completed, and the log was restored to before that) is left to the relay, which knows how. */
  async function startRun(state: CaseState): Promise<void> {
    const { caseId, episode, revision } = state;
    if ((await engine.start(state, await caseLog.recentAnswers(caseId, ANSWERS_CARRIED))) === 'started') return;
    const entry = { kind: 'start_workflow' as const, key: `start:${caseId}:${episode}:from-${revision}`, payload: { caseId, episode } };
    await outbox.post(entry, { caseId, at: now() });
    throw unavailable();
  }

  return {
    async execute(request) {
      const first = await attempt(request, false);
      const result = first === 'missing' ? await attempt(request, true) : first;
      if (result === 'missing') throw unavailable();
      if (result.kind === 'pending') await askToCatchUp(outbox, request, now() + CATCH_UP_MS);
      return result;
    },
  };
}

/** The engine may have forgotten a task whose append is written, and the case would keep its old deadlines. */
async function askToCatchUp(outbox: Pick<OutboxRepository, 'post'>, { caseId, key }: CommandRequest, at: number): Promise<void> {
  const entry = { kind: 'catch_up' as const, key: `catch-up:${caseId}:${key.commandId}`, payload: {} };
  // Where the database is away too nothing was appended yet, and the worker that will do it has not forgotten.
  await outbox.post(entry, { caseId, at }).catch(() => undefined);
}

/** A case in reach of who asks, folded: 404 for one they may not even read, 403 for one they may read but not do this to. */
export async function loadCase(
  caseLog: CaseLogRepository,
  caseId: string,
  { person, scope }: { readonly person: Person; readonly scope: CaseScope },
  commandId?: string,
): Promise<{ readonly loaded: LoadedCase; readonly state: CaseState }> {
  const visible = unionOf(scope, scopeFor('case.read', person) ?? { kind: 'none' });
  const loaded = await caseLog.loadCase(caseId, visible, commandId === undefined ? {} : { commandId });
  const state = loaded === null ? null : fold(loaded.revisions);
  if (loaded === null || state === null) throw new ApiProblem('case_unknown');
  if (!inScope(scope, loaded.row)) throw new ApiProblem('forbidden');
  return { loaded, state };
}

function assertMayAct({ scope, command, assertValid }: CommandRequest, row: LoadedCase['row']): void {
  if (!scopeAdmits(scope, command.type, row)) throw new ApiProblem('forbidden');
  assertValid?.();
}

type Replayed = CommandResult & { readonly kind: 'answered' };

/** A case in reach, or the first answer of a key that is in the log: also when that very command moved the case out of reach of who repeats it. */
export async function loadOrReplay(
  caseLog: CaseLogRepository,
  request: { readonly caseId: string; readonly person: Person; readonly scope: CaseScope; readonly key: RequestKey },
): Promise<{ readonly loaded: LoadedCase; readonly state: CaseState } | Replayed> {
  const { caseId, key } = request;
  try {
    const found = await loadCase(caseLog, caseId, request, key.commandId);
    return replayOf(found.loaded.command, caseId, key) ?? found;
  } catch (error) {
    const outOfReach = error instanceof ApiProblem && ['case_unknown', 'forbidden'].includes(error.code);
    const replayed = outOfReach ? replayOf(await caseLog.findCommand(key.commandId), caseId, key) : null;
    if (replayed === null) throw error;
    return replayed;
  }
}

/** A key is a person's own: what it once answered may be told again. Null for a new one. */
function replayOf(command: AnsweredCommand | null, caseId: string, key: RequestKey): Replayed | null {
  if (command === null) return null;
  if (command.caseId !== caseId || command.fingerprint !== key.fingerprint) throw new ApiProblem('idempotency_key_reused');
  return { kind: 'answered', episode: command.episode, answer: command.answer, replayed: true };
}

/** Of several revisions that would do, the one that matches; else the first, which will not. */
export function pickRevision(ifMatch: readonly number[] | null, state: CaseState): number | null {
  if (ifMatch === null) return null;
  return ifMatch.find((revision) => revision === state.humanRevision) ?? ifMatch[0] ?? null;
}

/** Who acts, as commands and events know them. */
export function actorOf({ id, roles, municipi, onCall }: Person): Actor {
  return { kind: 'person', id, roles, municipi, ...(onCall === undefined ? {} : { onCall }) };
}

function resultOf(outcome: CommandOutcome, episode: number): CommandResult | 'missing' {
  switch (outcome.kind) {
    case 'answered':
      return { kind: 'answered', episode, answer: outcome.answer, replayed: false };
    case 'refused':
      throw new CommandRefused(outcome.rejection);
    case 'pending':
      return { kind: 'pending' };
    case 'unavailable':
      throw unavailable();
    case 'missing':
      return 'missing';
    case 'key_reused':
      throw new ApiProblem('idempotency_key_reused');
    case 'out_of_reach':
      throw new ApiProblem('case_unknown');
    case 'failed':
      throw new Error(`The case engine failed: ${outcome.type}`);
  }
}

function unavailable(): ApiProblem {
  return new ApiProblem('engine_unavailable', { retryAfterSeconds: RETRY_AFTER_S });
}
