/** Policies and rebases as administrators read them. */
import type { PolicyVersion, PolicyVersionHead } from '../../db/repositories/policies.ts';
import type { RebaseBatch, RebasedCase } from '../../db/repositories/rebases.ts';
import type { MovedClock } from '../../domain/case/rebase.ts';
import { toIso, toIsoOrNull } from '../instants.ts';
import type { PolicyVersionBody, PreviewBodyView } from '../schemas/policies.ts';
import type { RebaseBatchBody } from '../schemas/rebases.ts';
import { versionHeadView } from './versions.ts';
import type { PolicyPreview } from '../services/policy-preview.ts';

export function policyHeadView(head: PolicyVersionHead): Omit<PolicyVersionBody, 'policy'> {
  return { policyId: head.policyId, ...versionHeadView(head) };
}

export function policyView(version: PolicyVersion): PolicyVersionBody {
  return { ...policyHeadView(version), policy: version.policy };
}

export function movedView({ clock, name, before, after }: MovedClock) {
  return { clock, name, before: toIsoOrNull(before), after: toIsoOrNull(after) };
}

export function previewView(policy: string, asOf: number, preview: PolicyPreview): PreviewBodyView {
  return {
    ...preview,
    ...{ policy, asOf: toIso(asOf), exact: preview.examined >= preview.openCases, clocks: { ...preview.clocks } },
    earliest: toIsoOrNull(preview.earliest),
    latest: toIsoOrNull(preview.latest),
    sample: preview.sample.map((one) => ({ ...one, moved: one.moved.map(movedView) })),
  };
}

export function batchView({ target, filter, cancelAskedAt, status, ...batch }: RebaseBatch): RebaseBatchBody {
  const { horizonBefore, ...lists } = filter;
  return {
    ...batch,
    status: status === 'running' && cancelAskedAt !== null ? 'cancelling' : status,
    to: target.to === 'candidate' ? `draft:${target.policy.id}` : target.to,
    policy: target.to === 'inForce' ? (target.policyId ?? null) : null,
    filter: {
      ...Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, [...list]])),
      ...(horizonBefore === undefined ? {} : { horizonBefore: toIso(horizonBefore) }),
    },
    createdAt: toIso(batch.createdAt),
    notBefore: toIso(batch.notBefore),
    startedAt: toIsoOrNull(batch.startedAt),
    finishedAt: toIsoOrNull(batch.finishedAt),
  };
}

export function rebasedCaseView({ moved, ...one }: RebasedCase) {
  return { ...one, moved: moved.map(movedView) };
}
