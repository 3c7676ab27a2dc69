/** What versions of calendars and of policies show alike. */
import type { VersionHead } from '../../db/repositories/versions.ts';
import { toIso, toIsoOrNull } from '../instants.ts';

/** The tag of a save, for `If-Match`. */
export function saveTag({ edit }: VersionHead): string {
  return `"${edit}"`;
}

export function versionHeadView(head: VersionHead) {
  const { version, status, createdBy, changedBy, publishedBy, retiredBy } = head;
  return {
    ...{ version, status, createdBy, changedBy, publishedBy, retiredBy, etag: saveTag(head) },
    createdAt: toIso(head.createdAt),
    changedAt: toIso(head.changedAt),
    validFrom: toIsoOrNull(head.validFrom),
    publishedAt: toIsoOrNull(head.publishedAt),
    retiredAt: toIsoOrNull(head.retiredAt),
  };
}
