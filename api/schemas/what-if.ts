/** Suppositions about one case and what they would do to its promises. */
import { Type, type Static } from 'typebox';
import { AudienceCode, CLOSED, Instant, Nullable, TerritoryCode, UrgencyCode } from './common.ts';
import type { ClockViewBody } from './clock.ts';

export const WhatIfBody = Type.Object(
  { urgency: Type.Optional(UrgencyCode), municipio: Type.Optional(TerritoryCode), waitingUntil: Type.Optional(Instant) },
  { ...CLOSED, minProperties: 1 },
);

const Clock = Nullable(Type.Unsafe<ClockViewBody>({ $ref: 'Clock#' }));

export const WhatIfView = Type.Object(
  {
    caseId: Type.String(),
    asOf: Instant,
    clocks: Type.Array(
      Type.Object({
        id: Type.String(),
        before: Clock,
        after: Clock,
        moved: Type.Boolean({ description: 'Due at another instant, begun, ended, or no longer promised' }),
        movedByMs: Nullable(Type.Integer({ description: 'Later when positive; null where it would begin or end' })),
      }),
      { description: 'Promises that run now, or would' },
    ),
    alerts: Type.Array(Type.Object({ clock: Type.String(), audience: Type.Array(AudienceCode) }), { description: 'Who would be told at once' }),
  },
  { $id: 'WhatIf' },
);
export type WhatIfViewBody = Static<typeof WhatIfView>;
