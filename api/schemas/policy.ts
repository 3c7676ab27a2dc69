/** A policy as it is registered for a scenario: the whole of it, as the domain has it. Its sense is checked by the domain, its shape here. */
import { Type } from 'typebox';
import { CLOCK_NAMES, INSTANCES, MILESTONES, URGENCIES } from '../../domain/sla/policy.ts';
import { AudienceCode, CLOSED, Nullable, UrgencyCode } from './common.ts';

const Amount = Type.Integer({ minimum: -400_000_000_000, maximum: 400_000_000_000 });

const Span = Type.Union([
  Type.Object({ unit: Type.Enum(['wall', 'working']), ms: Amount }, CLOSED),
  Type.Object({ unit: Type.Enum(['businessDays']), days: Amount, endOfDay: Type.Optional(Type.Boolean()) }, CLOSED),
]);

const Target = Type.Object(
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
  CLOSED,
);

const OneTarget = Nullable(Target);

const ClockDefinition = Type.Object(
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
      ),
    ),
  },
  CLOSED,
);

const AttemptRule = Type.Object({ exhaustedAfter: Type.Integer({ minimum: 1, maximum: 100 }), minimumGap: Span }, CLOSED);
const Length = Type.Integer({ minimum: 0, maximum: 400_000_000_000 });

export const PolicyBody = Type.Object(
  {
    policy: Type.Object(
      {
        id: Type.String({ minLength: 1, maxLength: 100, pattern: '^[\\w.-]+$' }),
        version: Type.Integer({ minimum: 1 }),
        clocks: Type.Array(ClockDefinition, { minItems: 1, maxItems: 50 }),
        attempts: Type.Object(
          Object.fromEntries(URGENCIES.map((urgency) => [urgency, AttemptRule])) as Record<(typeof URGENCIES)[number], typeof AttemptRule>,
          CLOSED,
        ),
        maximumPauseDays: Type.Integer({ minimum: 0, maximum: 1_000 }),
        reopenWindowMs: Length,
        backdateMs: Length,
        authorCorrectionMs: Length,
        twoPersonClosure: Type.Array(UrgencyCode, { uniqueItems: true }),
      },
      CLOSED,
    ),
  },
  CLOSED,
);

export const PolicyRegistered = Type.Object({ policy: Type.String({ description: 'What an opening names in `policy`' }), label: Type.String() });
