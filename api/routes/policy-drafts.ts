/** Drafts of policies: saved, checked, and tried on open cases. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { createOpenCaseRepository } from '../../db/repositories/open-cases.ts';
import type { PolicyDraft } from '../../db/repositories/policies.ts';
import type { Policy } from '../../domain/sla/policy.ts';
import { policyLabel } from '../../domain/sla/rulebook.ts';
import { ApiProblem } from '../api-problem.ts';
import { fromIso } from '../instants.ts';
import { pickLanguage } from '../language.ts';
import { callerOf } from '../plugins/auth.ts';
import { ifMatchOf } from '../plugins/keys.ts';
import { faultsIn } from '../plugins/problems.ts';
import { policyFaults } from '../problems-of-policies.ts';
import { PolicyParams, PolicyVersionRef, PreviewBody, PreviewRef, ValidateBody, ValidationView } from '../schemas/policies.ts';
import { DraftBody } from '../schemas/policy.ts';
import { PROBLEM_RESPONSES } from '../schemas/problem.ts';
import { createPolicyAdmin } from '../services/policies.ts';
import { createPolicyPreview } from '../services/policy-preview.ts';
import { policyView, previewView } from '../views/policies.ts';
import { saveTag } from '../views/versions.ts';
import type { RouteDeps } from './dependencies.ts';

const IfMatch = Type.Optional(Type.String({ description: 'The `ETag` last seen: refused with 412 when the policy was saved since' }));
const EDIT = { action: 'policy.edit' } as const;
/** Changes nothing that a repetition could double. */
const LOOK = { action: 'policy.read', keyless: true } as const;
const common = (operationId: string, summary: string) => ({ operationId, tags: ['policies'], summary, params: PolicyParams });

const SAVE_DRAFT = {
  config: EDIT,
  schema: {
    ...common('savePolicyDraft', 'Save the draft; no case is measured by it yet'),
    headers: Type.Object({ 'if-match': IfMatch }),
    body: DraftBody,
    response: { 200: PolicyVersionRef, ...PROBLEM_RESPONSES },
  },
};
const DISCARD_DRAFT = { config: EDIT, schema: { ...common('discardPolicyDraft', 'Discard the draft'), response: { 204: Type.Null(), ...PROBLEM_RESPONSES } } };
const VALIDATE = {
  config: LOOK,
  schema: {
    ...common('validatePolicy', 'What publishing the draft, or a policy, would meet; nothing is changed'),
    body: ValidateBody,
    response: { 200: ValidationView, ...PROBLEM_RESPONSES },
  },
};
const PREVIEW = {
  config: LOOK,
  schema: {
    ...common('previewPolicy', 'How many deadlines of open cases would move if the draft were published for them too'),
    body: PreviewBody,
    response: { 200: PreviewRef, ...PROBLEM_RESPONSES },
  },
};
/** PUT and DELETE of the draft below /admin/policies/:policyId, POST validate and preview. */
export function policyDraftRoutes(deps: RouteDeps): FastifyPluginAsyncTypebox {
  const { policies, now } = deps;
  const admin = createPolicyAdmin({ ...deps, checks: deps.policyChecks });
  const preview = createPolicyPreview({ ...deps, openCases: createOpenCaseRepository(deps.knex) });
  const draftOf = async (policyId: string): Promise<Policy> => {
    const draft = await policies.find(policyId, 'draft');
    if (draft === null) throw new ApiProblem('policy_draft_missing');
    return draft.policy;
  };
  return async (app) => {
    app.put('/admin/policies/:policyId/draft', SAVE_DRAFT, async (request, reply) => {
      const draft = { id: request.params.policyId, ...request.body } as PolicyDraft;
      const saved = await admin.saveDraft(draft, callerOf(request).person.id, ifMatchOf(request));
      void reply.header('etag', saveTag(saved));
      return policyView(saved);
    });

    app.delete('/admin/policies/:policyId/draft', DISCARD_DRAFT, async ({ params }, reply) => {
      await admin.discardDraft(params.policyId);
      return reply.code(204).send(null);
    });

    app.post('/admin/policies/:policyId/validate', VALIDATE, async ({ params: { policyId }, body, headers }) => {
      const policy = body.policy === undefined ? await draftOf(policyId) : ({ id: policyId, version: 1, ...body.policy } as Policy);
      const problems = await admin.problemsOf(policy, instantOr(body.validFrom, now()));
      return { valid: problems.length === 0, problems: faultsIn(policyFaults(problems), pickLanguage(headers['accept-language'])) };
    });

    app.post('/admin/policies/:policyId/preview', PREVIEW, async ({ params: { policyId }, body }) => {
      const policy = await draftOf(policyId);
      const asOf = now();
      return previewView(policyLabel(policy), asOf, await preview(policy, instantOr(body.validFrom, asOf)));
    });
  };
}

function instantOr<T>(text: string | undefined, otherwise: T): number | T {
  return text === undefined ? otherwise : fromIso(text);
}
