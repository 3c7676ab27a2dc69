/** Where a family's waiting went. */
import { Type, type Static } from 'typebox';
import { Instant, Nullable, TerritoryCode } from './common.ts';

const Split = Type.Object(
  {
    office: Type.Integer({ description: 'The municipio’s own time' }),
    unreachable: Type.Integer({ description: 'After an attempt without contact, until the next is made or due' }),
    family: Type.Integer({ description: 'Waiting for the family: a pause, or until an agreed window begins' }),
    closed: Type.Integer({ description: 'Closing hours and holidays, which the promise does not count' }),
  },
  { description: 'Milliseconds of each kind: they add up to the whole' },
);

export const AccountabilityView = Type.Object(
  {
    caseId: Type.String(),
    asOf: Instant,
    language: Type.Enum(['it', 'en']),
    timeZone: Type.String(),
    episode: Type.Integer(),
    from: Instant,
    to: Instant,
    end: Type.Enum(['reached', 'closed', 'waiting'], { description: 'The family was spoken with, the case was closed, or it waits still' }),
    totalMs: Type.Integer(),
    split: Split,
    hops: Type.Array(
      Type.Object({
        from: Instant,
        to: Instant,
        municipio: Nullable(TerritoryCode),
        owner: Nullable(Type.String()),
        began: Type.String({ description: 'The event it began with' }),
        totalMs: Type.Integer(),
        split: Split,
        text: Type.String(),
      }),
    ),
    summary: Type.Array(Type.String()),
  },
  { $id: 'Accountability' },
);
export type AccountabilityBody = Static<typeof AccountabilityView>;
