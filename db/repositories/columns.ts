/** How a case row and a clock row of the domain are columns here: the one place that knows both names of a field. */
import type { CaseRow, ClockRow } from '../../domain/case/projection.ts';

type Kind = 'plain' | 'instant';
type Columns<Row> = Readonly<Record<keyof Row, Kind>>;

const CASE: Columns<CaseRow> = {
  caseId: 'plain',
  episode: 'plain',
  revision: 'plain',
  humanRevision: 'plain',
  status: 'plain',
  urgency: 'plain',
  primaryNeed: 'plain',
  otherNeeds: 'plain',
  redFlags: 'plain',
  circumstances: 'plain',
  household: 'plain',
  linkedTo: 'plain',
  municipio: 'plain',
  competenceAtOpening: 'plain',
  provisional: 'plain',
  disputed: 'plain',
  hop: 'plain',
  owner: 'plain',
  responsible: 'plain',
  handoverTo: 'plain',
  pausedUntil: 'instant',
  attempts: 'plain',
  attemptsExhausted: 'plain',
  openAlerts: 'plain',
  centralAlerted: 'plain',
  nightHandoverAt: 'instant',
  closureProposedBy: 'plain',
  outcome: 'plain',
  openedBy: 'plain',
  openedAt: 'instant',
  episodeOpenedAt: 'instant',
  reachedAt: 'instant',
  closedAt: 'instant',
  nextDeadline: 'instant',
  nearestDueAt: 'instant',
  claimDueAt: 'instant',
  policy: 'plain',
};

const CLOCK: Columns<ClockRow> = {
  caseId: 'plain',
  episode: 'plain',
  clockId: 'plain',
  name: 'plain',
  ordinal: 'plain',
  ref: 'plain',
  party: 'plain',
  status: 'plain',
  startedAt: 'instant',
  stoppedAt: 'instant',
  dueAt: 'instant',
  paused: 'plain',
  breachedDueAt: 'instant',
  breachDetectedAt: 'instant',
  breachedMunicipio: 'plain',
  breachedUrgency: 'plain',
  recordedLate: 'plain',
  warnings: 'plain',
};

/** A row as it comes from the driver. */
export type DatabaseRow = Readonly<Record<string, unknown>>;

const CASE_FIELDS = fieldsOf(CASE);
const CLOCK_FIELDS = fieldsOf(CLOCK);

/** Column names of `escalation_case` that belong to the case (not its reservation). */
export const CASE_COLUMNS: readonly string[] = CASE_FIELDS.map(({ column }) => column);
export const CLOCK_COLUMNS: readonly string[] = CLOCK_FIELDS.map(({ column }) => column);

/** A case row as JSON that `jsonb_populate_record` reads. */
export function caseRecord(row: CaseRow): DatabaseRow {
  return toRecord(CASE_FIELDS, row);
}

export function clockRecord(row: ClockRow): DatabaseRow {
  return toRecord(CLOCK_FIELDS, row);
}

/** The case row of a database row; other columns it may have are left out. */
export function caseRowOf(row: DatabaseRow): CaseRow {
  return fromRow<CaseRow>(CASE_FIELDS, row);
}

export function clockRowOf(row: DatabaseRow): ClockRow {
  return fromRow<ClockRow>(CLOCK_FIELDS, row);
}

/** An instant as Postgres reads it. */
export function timestamp(instant: number): string {
  return new Date(instant).toISOString();
}

interface Field {
  readonly property: string;
  readonly column: string;
  readonly kind: Kind;
}

function fieldsOf<Row>(columns: Columns<Row>): readonly Field[] {
  return Object.entries<Kind>(columns).map(([property, kind]) => ({
    property,
    column: property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    kind,
  }));
}

function toRecord(fields: readonly Field[], row: object): DatabaseRow {
  const values = row as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    fields.map(({ property, column, kind }) => {
      const value = values[property];
      return [column, kind === 'instant' && typeof value === 'number' ? timestamp(value) : (value ?? null)];
    }),
  );
}

function fromRow<Row>(fields: readonly Field[], row: DatabaseRow): Row {
  return Object.fromEntries(fields.map(({ property, column }) => [property, row[column]])) as Row;
}
