/**
 * What people do to policies: save a draft, publish it for an instant, retire it. Changes are made one after another, under a lock. Whatever is refused leaves
 * nothing behind.
 */
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { PolicyDraft, PolicyRepository, PolicyVersion } from '../../db/repositories/policies.ts';
import type { RebaseBatch, RebaseRepository } from '../../db/repositories/rebases.ts';
import { NEED_CATEGORIES } from '../../domain/case/codes.ts';
import { checkPolicy, type PolicyCheck, type PolicyProblem } from '../../domain/sla/policy-check.ts';
import { inForceAt } from '../../domain/sla/policy-match.ts';
import type { Policy, Territory } from '../../domain/sla/policy.ts';
import { ApiProblem } from '../api-problem.ts';
import { toIso } from '../instants.ts';
import { policyFaults } from '../problems-of-policies.ts';

export interface PolicyAdmin {
  /** Everything that keeps a policy from being published for an instant. */
  problemsOf(policy: Policy, validFrom: number): Promise<readonly PolicyProblem[]>;
  saveDraft(draft: PolicyDraft, by: string, ifMatch: readonly number[] | null): Promise<PolicyVersion>;
  discardDraft(policyId: string): Promise<void>;
  /** In the transaction it is given. `validFrom` null: from now. */
  publish(trx: Knex, request: PublishRequest): Promise<{ readonly version: PolicyVersion; readonly batch: RebaseBatch | null }>;
  /** In the transaction it is given; with the version of the policy that counts then, if any. */
  retire(trx: Knex, request: RetireRequest): Promise<{ readonly version: PolicyVersion; readonly instead: number | null }>;
}

export interface PublishRequest {
  readonly policyId: string;
  readonly by: string;
  readonly validFrom: number | null;
  readonly openCases: 'keep' | 'rebase';
  readonly ifMatch: readonly number[] | null;
}

export interface RetireRequest {
  readonly policyId: string;
  readonly version: number;
  readonly by: string;
}

export interface PolicyAdminDeps {
  readonly knex: Knex;
  readonly policies: PolicyRepository;
  readonly rebases: Pick<RebaseRepository, 'create'>;
  readonly territories: readonly Territory[];
  /** What must be looked up elsewhere: who is on call. */
  readonly checks: readonly PolicyCheck[];
  readonly now: () => number;
}

/** Longer ahead nobody knows what will be promised; a slip of the keyboard does. */
const FARTHEST_MS = 2 * 366 * 86_400_000;

export function createPolicyAdmin(deps: PolicyAdminDeps): PolicyAdmin {
  const { knex, policies, rebases, now } = deps;
  const problemsOf = createChecking(deps);
  return {
    problemsOf,

    async saveDraft(draft, by, ifMatch) {
      // What may be published later is not asked yet: nobody need be on call for a draft.
      assertNone(checkDraft(deps, { ...draft, version: 1 }));
      return knex.transaction(async (trx) => {
        await policies.lock(trx);
        const saved = await policies.saveDraft(draft, { by, at: now(), ifEdit: ifMatch }, trx);
        if (saved === null) throw new ApiProblem('policy_changed');
        return saved;
      });
    },

    async discardDraft(policyId) {
      if (!(await policies.discardDraft(policyId))) throw new ApiProblem('policy_draft_missing');
    },

    async publish(trx, { policyId, by, validFrom, openCases, ifMatch }) {
      await policies.lock(trx);
      const at = now();
      const draft = await policies.find(policyId, 'draft', trx);
      if (draft === null) throw new ApiProblem('policy_draft_missing');
      if (ifMatch !== null && !ifMatch.includes(draft.edit)) throw new ApiProblem('policy_changed');
      const from = assertAhead(validFrom ?? at, at);
      assertNone(await problemsOf(draft.policy, from));
      const version = (await policies.publishDraft(policyId, { by, at, validFrom: from }, trx))!;
      if (openCases === 'keep') return { version, batch: null };
      const what = { reason: 'policy_published' as const, target: { to: 'inForce' as const, policyId }, filter: draft.policy.appliesTo ?? {}, dryRun: false };
      return { version, batch: await rebases.create({ batchId: randomUUID(), ...what, createdBy: by, createdAt: at, notBefore: from }, trx) };
    },

    async retire(trx, { policyId, version, by }) {
      await policies.lock(trx);
      const at = now();
      const retired = await policies.retire({ policyId, version }, { by, at }, trx);
      if (retired === null) throw new ApiProblem((await policies.find(policyId, version, trx)) === null ? 'policy_version_unknown' : 'policy_not_published');
      return { version: retired, instead: await versionInForce(policies, policyId, at, trx) };
    },
  };
}

function createChecking(deps: PolicyAdminDeps): PolicyAdmin['problemsOf'] {
  return async (policy, validFrom) => {
    const elsewhere = await Promise.all(deps.checks.map((check) => check(policy, validFrom)));
    return [...checkDraft(deps, policy), ...elsewhere.flat()];
  };
}

function checkDraft({ territories }: PolicyAdminDeps, policy: Policy): readonly PolicyProblem[] {
  return checkPolicy(policy, { territories, needs: NEED_CATEGORIES });
}

function assertNone(problems: readonly PolicyProblem[]): void {
  if (problems.length > 0) throw new ApiProblem('policy_invalid', { errors: policyFaults(problems) });
}

/** The version of a policy that counts at an instant. */
async function versionInForce(policies: PolicyRepository, policyId: string, at: number, trx: Knex): Promise<number | null> {
  const heads = (await policies.publishedHeads(trx)).filter((head) => head.policyId === policyId);
  const published = heads.map(({ version, ...when }) => ({ ...when, policy: { id: policyId, version } as Policy }));
  return inForceAt(published, at)[0]?.policy.version ?? null;
}

/** Throws unless an instant is neither in the past nor absurdly far ahead. */
function assertAhead(validFrom: number, now: number): number {
  const fault = { pointer: '/validFrom', message: toIso(validFrom) };
  if (validFrom < now) throw new ApiProblem('valid_from_in_past', { errors: [{ ...fault, rule: 'not_in_past' }], details: { now } });
  if (validFrom > now + FARTHEST_MS) throw new ApiProblem('valid_from_too_far', { errors: [{ ...fault, rule: 'within_two_years' }], details: { now } });
  return validFrom;
}
