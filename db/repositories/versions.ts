/** What calendars and policies have in common as versions: a draft that changes, then one that is published, then perhaps retired. */

export const VERSION_STATUSES = ['draft', 'published', 'retired'] as const;
export type VersionStatus = (typeof VERSION_STATUSES)[number];

/** A version without what it is of and what it says. Instants are epoch milliseconds. */
export interface VersionHead {
  readonly version: number;
  readonly status: VersionStatus;
  /** A new number at every save. */
  readonly edit: number;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly changedBy: string;
  readonly changedAt: number;
  readonly validFrom: number | null;
  readonly publishedBy: string | null;
  readonly publishedAt: number | null;
  readonly retiredBy: string | null;
  readonly retiredAt: number | null;
}

/** Who did it, and when by the caller's clock. */
export interface Act {
  readonly by: string;
  readonly at: number;
}

/** The columns of a head, under the names it has in code. */
export const VERSION_COLUMNS = `version, status, edit, created_by AS "createdBy", created_at AS "createdAt", changed_by AS "changedBy",
  changed_at AS "changedAt", valid_from AS "validFrom", published_by AS "publishedBy", published_at AS "publishedAt", retired_by AS "retiredBy",
  retired_at AS "retiredAt"`;
