/** Policies as administrators read and publish them. */
import { Type, type Static } from 'typebox';
import type { Policy } from '../../domain/sla/policy.ts';
import { NEED_CATEGORIES } from '../../domain/case/codes.ts';
import { CLOSED, ClockNameCode, Code, Cursor, Instant, Limit, Nullable, TerritoryCode, UrgencyCode } from './common.ts';
import { DraftBody, PolicyId } from './policy.ts';
import type { FieldFault } from './problem.ts';
import { MovedClockView, RebaseBatchRef } from './rebases.ts';
import { VERSION_HEAD, VersionStatusCode } from './versions.ts';

export const PolicyParams = Type.Object({ policyId: PolicyId });
export const PolicyVersionParams = Type.Object({ policyId: PolicyId, version: Type.String({ maxLength: 16, description: 'A number, or `draft`' }) });
export const PolicyLabel = Type.String({ pattern: '^[\\w.-]{1,100}@(draft|\\d{1,9})$', description: '`<id>@<version>`', examples: ['milano-020202@1'] });

const HEAD = { policyId: PolicyId, ...VERSION_HEAD };

/** The whole policy, as it is written in a draft, with its id and version. */
const WholePolicy = Type.Unsafe<Policy>({ type: 'object', description: 'As in a draft, with `id` and `version`', additionalProperties: true });

export const PolicyVersionView = Type.Object({ ...HEAD, policy: WholePolicy }, { $id: 'PolicyVersion' });
export type PolicyVersionBody = Static<typeof PolicyVersionView>;
export const PolicyVersionRef = Type.Unsafe<PolicyVersionBody>({ $ref: 'PolicyVersion#' });

export const PolicyListQuery = Type.Object(
  { policyId: Type.Optional(PolicyId), status: Type.Optional(VersionStatusCode), limit: Limit, cursor: Cursor },
  CLOSED,
);
export const PolicyListView = Type.Object({
  asOf: Instant,
  items: Type.Array(Type.Object({ ...HEAD, inForce: Type.Boolean({ description: 'The version of its policy that counts at `asOf`' }) })),
  next: Nullable(Type.String()),
});

const Fault = Type.Unsafe<Static<typeof FieldFault>>({ $ref: 'FieldFault#' });
export const ValidateBody = Type.Object(
  { policy: Type.Optional(DraftBody), validFrom: Type.Optional(Instant) },
  { ...CLOSED, description: 'The draft, unless a policy is given' },
);
export const ValidationView = Type.Object({ valid: Type.Boolean({ description: 'It could be published for that instant' }), problems: Type.Array(Fault) });

export const PreviewBody = Type.Object({ validFrom: Type.Optional(Instant) }, CLOSED);
export const PreviewView = Type.Object(
  {
    asOf: Instant,
    policy: PolicyLabel,
    openCases: Type.Integer({ description: 'Open cases of the territories, needs and urgencies it is for' }),
    examined: Type.Integer({ description: 'How many of them these figures are made of' }),
    exact: Type.Boolean({ description: 'All were examined. A dry run of a rebase examines any number' }),
    applies: Type.Integer({ description: 'Examined cases it would count for; the others have a more specific policy' }),
    casesMoved: Type.Integer(),
    clocks: Type.Object({
      moved: Type.Integer({ description: 'Running promises with another deadline' }),
      earlier: Type.Integer(),
      later: Type.Integer(),
      added: Type.Integer({ description: 'Promised from then on' }),
      removed: Type.Integer({ description: 'No longer promised' }),
      overdueAtOnce: Type.Integer({ description: 'Past due the moment they move' }),
    }),
    earliest: Nullable(Instant),
    latest: Nullable(Instant),
    sample: Type.Array(
      Type.Object({ caseId: Type.String(), municipio: Nullable(TerritoryCode), urgency: UrgencyCode, policy: PolicyLabel, moved: Type.Array(MovedClockView) }),
    ),
  },
  { $id: 'PolicyPreview' },
);
export type PreviewBodyView = Static<typeof PreviewView>;
export const PreviewRef = Type.Unsafe<PreviewBodyView>({ $ref: 'PolicyPreview#' });

export const PublishBody = Type.Object(
  {
    validFrom: Type.Optional(Instant),
    openCases: Type.Enum(['keep', 'rebase'], { description: '`keep`: new cases only. `rebase`: open ones too, as a batch that begins at `validFrom`' }),
  },
  { ...CLOSED, description: 'In force from then, never in the past; from now unless told' },
);
export const PublishedView = Type.Object({
  policy: PolicyVersionRef,
  rebase: Nullable(RebaseBatchRef),
});

export const RetiredView = Type.Object({ policy: PolicyVersionRef, inForceInstead: Nullable(PolicyLabel) });

export const CompareQuery = Type.Object({ with: PolicyLabel }, CLOSED);
export const ComparisonView = Type.Object({
  before: PolicyLabel,
  after: PolicyLabel,
  differences: Type.Array(
    Type.Object({
      field: Type.String({ description: '`budget`, `warnings`, `ladder` or the whole `promise`; `definition`, `attempts`, or a field of the policy' }),
      clock: Nullable(ClockNameCode),
      urgency: Nullable(UrgencyCode),
      need: Nullable(Type.String()),
      before: Type.Unknown(),
      after: Type.Unknown(),
    }),
  ),
});

export const InForceQuery = Type.Object(
  { municipio: Type.Optional(TerritoryCode), need: Code(NEED_CATEGORIES), urgency: UrgencyCode, at: Type.Optional(Instant) },
  CLOSED,
);
export const InForceView = Type.Object({
  at: Instant,
  policy: Type.String({ description: '`none@0` where none applies' }),
  calendar: Nullable(Type.String({ description: 'Name of the calendar that counts for that municipio' })),
});
