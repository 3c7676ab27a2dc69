/** Rebases of open cases: one, or many at a time. */
import { Type, type Static } from 'typebox';
import { NEED_CATEGORIES, REBASE_REASONS } from '../../domain/case/codes.ts';
import { CLOSED, ClockNameCode, Codes, Cursor, Instant, Limit, Nullable, TerritoryCode, Uuid } from './common.ts';
import { URGENCIES } from '../../domain/sla/policy.ts';

export const MovedClockView = Type.Object(
  { clock: Type.String({ examples: ['claim-1'] }), name: ClockNameCode, before: Nullable(Instant), after: Nullable(Instant) },
  { description: 'A running promise with its deadline before and after; null where nothing is promised' },
);

const To = Type.Enum(['inForce', 'calendars'], {
  description: '`inForce`: what a case opened now would get. `calendars`: the policy each has, with the calendars in force. The first unless told',
});
const DryRun = Type.Boolean({ description: 'Only say what would move. False unless told' });

export const RebaseCaseBody = Type.Object({ to: Type.Optional(To), dryRun: Type.Optional(DryRun) }, CLOSED);
export const RebasedCaseView = Type.Object(
  {
    caseId: Uuid,
    dryRun: Type.Boolean(),
    rebased: Type.Boolean({ description: 'It is (or would be) measured by something else; false when it is so already' }),
    from: Type.String({ description: '`<id>@<version>` of the policy before' }),
    to: Type.String(),
    moved: Type.Array(MovedClockView),
  },
  { $id: 'RebasedCase' },
);
export type RebasedCaseBody = Static<typeof RebasedCaseView>;
export const RebasedCaseRef = Type.Unsafe<RebasedCaseBody>({ $ref: 'RebasedCase#' });

const PolicyName = Type.String({ pattern: '^(none|[\\w.-]{1,100}@\\d{1,9})$', description: '`<id>@<version>`, or `none` for cases without a policy' });
const FILTER = {
  policies: Type.Optional(Type.Array(PolicyName, { minItems: 1, maxItems: 100, uniqueItems: true })),
  territories: Type.Optional(Type.Array(TerritoryCode, { minItems: 1, maxItems: 100, uniqueItems: true })),
  needs: Type.Optional(Codes(NEED_CATEGORIES)),
  urgencies: Type.Optional(Codes(URGENCIES)),
};
export const RebaseBody = Type.Object(
  {
    filter: Type.Optional(Type.Object(FILTER, { ...CLOSED, description: 'Which open cases; all of them unless told' })),
    to: Type.Optional(To),
    draft: Type.Optional(Type.String({ pattern: '^[\\w.-]{1,100}$', description: 'As if the draft of this policy were published; dry runs only' })),
    dryRun: Type.Optional(DryRun),
  },
  CLOSED,
);
export type RebaseRequestBody = Static<typeof RebaseBody>;

export const RebaseParams = Type.Object({ batchId: Uuid });
export const RebaseListQuery = Type.Object({ limit: Limit, cursor: Cursor }, CLOSED);

export const RebaseBatchView = Type.Object(
  {
    batchId: Uuid,
    status: Type.Enum(['queued', 'running', 'cancelling', 'done', 'cancelled']),
    reason: Type.Enum([...REBASE_REASONS]),
    to: Type.String({ description: '`inForce`, `calendars`, or `draft:<id>`' }),
    policy: Nullable(Type.String({ description: 'Only cases that this policy would count for' })),
    filter: Type.Object({
      policies: Type.Optional(Type.Array(Type.String())),
      territories: Type.Optional(Type.Array(Type.String())),
      needs: Type.Optional(Type.Array(Type.String())),
      urgencies: Type.Optional(Type.Array(Type.String())),
      horizonBefore: Type.Optional(Instant),
    }),
    dryRun: Type.Boolean(),
    createdBy: Type.String(),
    createdAt: Instant,
    notBefore: Instant,
    startedAt: Nullable(Instant),
    finishedAt: Nullable(Instant),
    total: Nullable(Type.Integer({ description: 'Null until every case is written down' })),
    done: Type.Integer({ description: 'Moved, unchanged and failed together' }),
    moved: Type.Integer(),
    unchanged: Type.Integer(),
    failed: Type.Integer(),
    clocksMoved: Type.Integer(),
  },
  { $id: 'RebaseBatch' },
);
export type RebaseBatchBody = Static<typeof RebaseBatchView>;
export const RebaseBatchRef = Type.Unsafe<RebaseBatchBody>({ $ref: 'RebaseBatch#' });

export const RebaseListView = Type.Object({ asOf: Instant, items: Type.Array(RebaseBatchRef), next: Nullable(Type.String()) });

export const RebaseCasesQuery = Type.Object(
  { outcome: Type.Optional(Type.Enum(['pending', 'moved', 'unchanged', 'failed'])), limit: Limit, cursor: Cursor },
  CLOSED,
);
export const RebaseCasesView = Type.Object({
  items: Type.Array(
    Type.Object({
      caseId: Uuid,
      outcome: Type.Enum(['pending', 'moved', 'unchanged', 'failed']),
      reason: Nullable(Type.String({ description: 'Why it is unchanged or failed' })),
      moved: Type.Array(MovedClockView),
    }),
  ),
  next: Nullable(Type.String()),
});
