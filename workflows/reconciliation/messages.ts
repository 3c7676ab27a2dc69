/** What the reconciliation is asked and what it answers. */

export interface ReconciliationInput {
  /** Also compare each workflow's state with its log and look for workflows without an open case; otherwise only missing workflows are found. @default true */
  readonly deep?: boolean;
  /** How long a workflow and its log may differ while a command is on its way. @default 15_000 */
  readonly graceMs?: number;
}

/** How many were forgotten. */
export interface PruneReport {
  readonly keys: number;
  readonly effects: number;
}

/** Figures of one reconciliation; every difference is an incident besides. */
export interface ReconciliationReport {
  readonly openCases: number;
  readonly started: number;
  readonly restarted: number;
  /** By kind of incident. */
  readonly differences: Readonly<Record<string, number>>;
  /** Of a deep one only. */
  readonly pruned?: PruneReport;
}

export const RECONCILIATION_WORKFLOW = 'reconciliationWorkflow';
