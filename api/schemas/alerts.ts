/** Alerts told to staff. */
import { Type, type Static } from 'typebox';
import { AudienceCode, Instant, Nullable } from './common.ts';

export const AlertMessage = Type.Object(
  {
    key: Type.String(),
    caseId: Type.String(),
    municipio: Nullable(Type.String()),
    audience: Type.Array(AudienceCode),
    alert: Type.Integer({ description: 'Its number within the case' }),
    clockId: Type.String(),
    createdAt: Instant,
    readAt: Nullable(Instant),
  },
  { $id: 'AlertMessage' },
);
export type AlertMessageBody = Static<typeof AlertMessage>;

export const AlertPage = Type.Object(
  { asOf: Instant, items: Type.Array(Type.Unsafe<AlertMessageBody>({ $ref: 'AlertMessage#' })), next: Nullable(Type.String()) },
  { $id: 'AlertPage' },
);
