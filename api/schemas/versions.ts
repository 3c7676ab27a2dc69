/** What versions of calendars and of policies show alike. */
import { Type } from 'typebox';
import { Instant, Nullable } from './common.ts';

export const VersionStatusCode = Type.Enum(['draft', 'published', 'retired']);

export const VERSION_HEAD = {
  version: Type.Integer(),
  status: VersionStatusCode,
  etag: Type.String({ description: 'For `If-Match`: a new one at every save' }),
  createdBy: Type.String(),
  createdAt: Instant,
  changedBy: Type.String(),
  changedAt: Instant,
  validFrom: Nullable(Instant),
  publishedBy: Nullable(Type.String()),
  publishedAt: Nullable(Instant),
  retiredBy: Nullable(Type.String()),
  retiredAt: Nullable(Instant),
};
