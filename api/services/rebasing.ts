/** The rebase of one case, by a person: the system does it in their name, so that it answers no review and changes no ETag. */
import type { CaseLogRepository } from '../../db/repositories/case-log.ts';
import { rebaseAim } from '../../db/rebase-aim.ts';
import type { RebaseTarget } from '../../db/repositories/rebases.ts';
import type { RulebookSource } from '../../db/repositories/rulebook-source.ts';
import type { LoggedRevision } from '../../db/repositories/stored-events.ts';
import type { CaseScope } from '../../domain/access/scope.ts';
import type { Person } from '../../domain/access/policy.ts';
import type { Actor } from '../../domain/case/commands.ts';
import { fold } from '../../domain/case/evolve.ts';
import { previewRebase } from '../../domain/case/rebase-preview.ts';
import type { MovedClock } from '../../domain/case/rebase.ts';
import { isOpen, rulebookOf, type CaseState } from '../../domain/case/state.ts';
import type { Rulebook } from '../../domain/sla/policy.ts';
import { policyLabel } from '../../domain/sla/rulebook.ts';
import { ApiProblem } from '../api-problem.ts';
import { loadOrReplay, type Commanding, type RequestKey } from './commanding.ts';

export interface RebaseRequest {
  readonly caseId: string;
  readonly person: Person;
  readonly scope: CaseScope;
  readonly key: RequestKey;
  readonly requestId: string;
  readonly target: Extract<RebaseTarget, { to: 'inForce' | 'calendars' }>;
  readonly dryRun: boolean;
}

export interface Rebased {
  /** Measured by something else from now on; false when it was so already. */
  readonly rebased: boolean;
  readonly from: string;
  readonly to: string;
  readonly moved: readonly MovedClock[];
}

export type RebaseAnswer = { readonly kind: 'answered'; readonly rebased: Rebased; readonly replayed: boolean } | { readonly kind: 'pending' };

export interface Rebasing {
  /** Throws `ApiProblem` or `CommandRefused`. */
  rebase(request: RebaseRequest): Promise<RebaseAnswer>;
}

export interface RebasingDeps {
  readonly caseLog: CaseLogRepository;
  readonly rulebooks: RulebookSource;
  readonly commanding: Commanding;
  readonly now: () => number;
}

export function createRebasing({ caseLog, rulebooks, commanding, now }: RebasingDeps): Rebasing {
  async function aimOf(state: CaseState, target: RebaseRequest['target']): Promise<Rulebook> {
    if (!isOpen(state)) throw new ApiProblem('rebase_of_closed_case', { errors: [{ pointer: '/caseId', rule: 'open', message: state.caseId }] });
    const aim = await rebaseAim(rulebooks, { target, state, at: now() });
    if ('skip' in aim) throw new ApiProblem('no_policy_applies', { errors: [{ pointer: '/caseId', rule: 'policy', message: state.caseId }] });
    return aim.rulebook;
  }

  /** What the log says the command did. */
  async function storedAnswer(caseId: string, commandId: string, replayed: boolean): Promise<RebaseAnswer> {
    return { kind: 'answered', rebased: rebasedBy(await caseLog.loadRevisions(caseId), commandId), replayed };
  }

  return {
    async rebase(request) {
      const { caseId, key, person, dryRun } = request;
      const found = await loadOrReplay(caseLog, request);
      if ('kind' in found) return storedAnswer(caseId, key.commandId, true);
      const { state } = found;
      rulebooks.refresh();
      const rulebook = await aimOf(state, request.target);
      const effect = previewRebase(state, rulebook, 'requested', now());
      const labels = { from: policyLabel(rulebookOf(state).policy), to: policyLabel(rulebook.policy) };
      const moved = effect.kind === 'rebased' ? effect.moved : [];
      if (dryRun || effect.kind !== 'rebased') return { kind: 'answered', rebased: { rebased: effect.kind === 'rebased', ...labels, moved }, replayed: false };
      const actor: Actor = { kind: 'system', id: person.id, roles: person.roles, municipi: [] };
      const result = await commanding.execute({ ...request, ifMatch: null, actor, command: { type: 'rebase', rulebook, reason: 'requested' } });
      return result.kind === 'pending' ? result : storedAnswer(caseId, key.commandId, result.replayed);
    },
  };
}

/** A command that found the case rebased by another meanwhile left no revision. */
function rebasedBy(revisions: readonly LoggedRevision[], commandId: string): Rebased {
  const index = revisions.findIndex((revision) => revision.commandId === commandId);
  const before = fold(index < 0 ? revisions : revisions.slice(0, index));
  const event = revisions[index]?.events.find((one) => one.type === 'rebased');
  const from = before === null ? '' : policyLabel(rulebookOf(before).policy);
  return event === undefined
    ? { rebased: false, from, to: from, moved: [] }
    : { rebased: true, from, to: policyLabel(event.rulebook.policy), moved: event.moved ?? [] };
}
