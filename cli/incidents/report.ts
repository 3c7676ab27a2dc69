/** Incidents as an operator of the system reads them. */
import type { Incident, IncidentKind } from '../../db/repositories/incidents.ts';
import { table } from '../table.ts';

/** What there is to do in a few words; docs/reference/runbook.md has the whole of it. */
const ADVICE: Readonly<Record<IncidentKind, string>> = {
  log_behind: 'was restored from a backup and goes on from there: tell its municipio what is lost',
  closure_lost: 'open again, the log has lost its closure: tell its municipio',
  case_lost: 'is not in the log: have it opened again by hand',
  workflow_without_case: 'runs for a case the log does not know: have it opened again by hand, then terminate the workflow',
  workflow_of_closed_case: 'runs although its episode is closed: look at it, then terminate it',
  workflow_missing: 'was started again: find out who ended it',
  workflow_behind: 'was started again from the log: nothing to do, unless it happens without a crash',
  workflow_differs: 'believes something else than the log: keep its history and report a fault',
  workflow_silent: 'did not answer: look whether its workflow task fails',
  internal_error: 'cannot go on with this code: report a fault; it is tried again each minute',
  engine_cancelled: 'was cancelled by an operator and started again: find out why',
  effect_failed: 'could not announce an alert: tell those it was for',
  policy_missing: 'has no policy: publish one that applies, then rebase it; keep it by hand until then',
  rebase_incomplete: 'some cases keep their old promises: see why, then start the batch again',
};

export interface ReportOptions {
  /** Settled ones are among them. */
  readonly all: boolean;
  /** There are more than these. */
  readonly more: boolean;
}

/** A table, and what there is to do for each kind of open incident in it. */
export function incidentsText(incidents: readonly Incident[], { all, more }: ReportOptions): string {
  if (incidents.length === 0) return all ? 'no incidents' : 'no open incidents';
  const head = ['id', 'kind', 'case', 'times', 'first seen', 'last seen', 'details', ...(all ? ['settled'] : [])];
  const rows = incidents.map((incident) => [...rowOf(incident), ...(all ? [settledText(incident)] : [])]);
  const open = incidents.filter(({ resolvedAt }) => resolvedAt === null);
  const kinds = [...new Set(open.map(({ kind }) => kind))];
  // A later version may have recorded what this one does not know.
  const advice = kinds.map((kind) => `${kind}: ${(ADVICE as Readonly<Record<string, string>>)[kind] ?? 'not known to this version'}`);
  const sections = [table(head, rows), more ? 'there are more: --limit N' : '', advice.join('\n'), open.length === 0 ? '' : 'see docs/reference/runbook.md'];
  return sections.filter((section) => section !== '').join('\n\n');
}

function rowOf({ id, kind, caseId, times, at, lastSeenAt, details }: Incident): readonly string[] {
  const facts = Object.entries(details).map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [String(id), kind, caseId ?? '-', String(times), second(at), second(lastSeenAt), facts.join(' ')];
}

function settledText({ resolvedAt, resolution }: Incident): string {
  return resolvedAt === null ? '' : `${second(resolvedAt)} ${resolution ?? ''}`.trimEnd();
}

/** UTC, to the second. */
function second(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
