/** A policy as it is written, by an administrator or for a scenario. Its sense is checked by the domain, its shape here. */
import { Type, type Static } from 'typebox';
import { CLOCK_NAMES, INSTANCES, MILESTONES, URGENCIES } from '../../domain/sla/policy.ts';
import { AudienceCode, CLOSED, Nullable, UrgencyCode } from './common.ts';

const Amount = Type.Integer({ minimum: -400_000_000_000, maximum: 400_000_000_000 });

const Span = Type.Union([
  Type.Object({ unit: Type.Enum(['wall', 'working']), ms: Amount }, CLOSED),
  Type.Object({ unit: Type.Enum(['businessDays']), days: Amount, endOfDay: Type.Optional(Type.Boolean()) }, CLOSED),
]);

export const PolicyTarget = Type.Object(
  {
    budget: Span,
    warnings: Type.Array(Type.Union([Type.Object({ percent: Type.Number() }, CLOSED), Type.Object({ leftMs: Amount }, CLOSED)]), { maxItems: 20 }),
    ladder: Type.Array(
      Type.Object(
        {
          trigger: Type.Union([
            Type.Object({ kind: Type.Enum(['offset']), offset: Span }, CLOSED),
            Type.Object({ kind: Type.Enum(['unacknowledged']) }, CLOSED),
          ]),
          audience: Type.Array(AudienceCode, { minItems: 1, uniqueItems: true }),
        },
        CLOSED,
      ),
      { maxItems: 20 },
    ),
  },
  { $id: 'PolicyTarget', ...CLOSED },
);

const OneTarget = Nullable(Type.Unsafe<Static<typeof PolicyTarget>>({ $ref: 'PolicyTarget#' }));

export const PolicyClock = Type.Object(
  {
    name: Type.Enum([...CLOCK_NAMES]),
    starts: Type.Enum([...MILESTONES]),
    stops: Type.Array(Type.Enum([...MILESTONES]), { uniqueItems: true }),
    instances: Type.Enum([...INSTANCES]),
    pausedBy: Type.Array(Type.Enum(['WAITING_FAMILY']), { uniqueItems: true }),
    party: Type.Enum(['service', 'municipio', 'family', 'worker', 'receivingSide', 'line', 'alerted', 'central', 'qualifiedProfessional', 'responsible']),
    targets: Type.Object({ red: OneTarget, yellow: OneTarget, green: OneTarget }, CLOSED),
    byNeed: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[A-Z0-9_]+$' }),
        Type.Object({ red: Type.Optional(OneTarget), yellow: Type.Optional(OneTarget), green: Type.Optional(OneTarget) }, CLOSED),
        // A record only speaks of the names that match: any other, with anything in it, would pass.
        CLOSED,
      ),
    ),
  },
  { $id: 'PolicyClock', ...CLOSED },
);

export const PolicyId = Type.String({ minLength: 1, maxLength: 100, pattern: '^[\\w.-]+$', examples: ['milano-020202'] });
const AttemptRule = Type.Object({ exhaustedAfter: Type.Integer({ minimum: 1, maximum: 100 }), minimumGap: Span }, CLOSED);
const Length = Type.Integer({ minimum: 0, maximum: 400_000_000_000 });

const Named = { minItems: 0, maxItems: 100, uniqueItems: true };

/** Everything a policy says but its version. */
const POLICY_FIELDS = {
  id: PolicyId,
  appliesTo: Type.Optional(
    Type.Object(
      {
        territories: Type.Optional(Type.Array(Type.String({ maxLength: 16 }), Named)),
        needs: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { ...Named, description: 'Primary needs' })),
        urgencies: Type.Optional(Type.Array(UrgencyCode, Named)),
      },
      { ...CLOSED, description: 'Which cases it is for; every case unless told. Of several the most specific counts' },
    ),
  ),
  clocks: Type.Array(Type.Unsafe<Static<typeof PolicyClock>>({ $ref: 'PolicyClock#' }), { minItems: 1, maxItems: 50 }),
  attempts: Type.Object(
    Object.fromEntries(URGENCIES.map((urgency) => [urgency, AttemptRule])) as Record<(typeof URGENCIES)[number], typeof AttemptRule>,
    CLOSED,
  ),
  maximumPauseDays: Type.Integer({ minimum: 0, maximum: 1_000 }),
  reopenWindowMs: Length,
  backdateMs: Length,
  authorCorrectionMs: Length,
  twoPersonClosure: Type.Array(UrgencyCode, { uniqueItems: true }),
};

export const PolicyBody = Type.Object({ policy: Type.Object({ ...POLICY_FIELDS, version: Type.Integer({ minimum: 1 }) }, CLOSED) }, CLOSED);

const { id: _id, ...DRAFT_FIELDS } = POLICY_FIELDS;

/** A draft: its id stands in the address, its version is given. */
export const DraftBody = Type.Object(DRAFT_FIELDS, CLOSED);

export const PolicyRegistered = Type.Object({ policy: Type.String({ description: 'What an opening names in `policy`' }), label: Type.String() });
