/** What staff are told: alerts of cases, and lists before a closing. */
import { Type, type Static } from 'typebox';
import { AudienceCode, Instant, Nullable } from './common.ts';

export const AlertMessage = Type.Object(
  {
    key: Type.String(),
    kind: Type.Enum(['alert', 'handover_list'], { description: 'An alert of a case, or the hand-over list of a municipio (`GET /handover-list`)' }),
    caseId: Nullable(Type.String({ description: 'Null for what is about a municipio' })),
    municipio: Nullable(Type.String()),
    audience: Type.Array(AudienceCode),
    alert: Nullable(Type.Integer({ description: 'Its number within the case' })),
    clockId: Nullable(Type.String({ description: 'The promise it is about; `nightHandover-<n>` for a red case nobody was handed for the night' })),
    createdAt: Instant,
    readAt: Nullable(Type.String({ ...Instant, description: 'When you read it' })),
  },
  { $id: 'AlertMessage' },
);
export type AlertMessageBody = Static<typeof AlertMessage>;

export const AlertPage = Type.Object(
  { asOf: Instant, items: Type.Array(Type.Unsafe<AlertMessageBody>({ $ref: 'AlertMessage#' })), next: Nullable(Type.String()) },
  { $id: 'AlertPage', description: 'A page of alerts' },
);
