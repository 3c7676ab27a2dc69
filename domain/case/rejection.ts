/** A refusal is a value with a stable code: the API turns it into a problem, the workflow into a failure of the update. Nothing was done. */
import type { CommandType } from './commands.ts';

export const REJECTION_CODES = [
  'command_not_allowed',
  'case_changed',
  'already_at_municipio',
  'not_the_owner',
  'not_the_receiver',
  'not_the_sender',
  'already_owner',
  'window_invalid',
  'occurred_in_future',
  'occurred_too_early',
  'attempt_unknown',
  'attempt_unchanged',
  'correction_not_yours',
  'correction_conflicts',
  'supervisor_required',
  'due_in_past',
  'step_unknown',
  'step_settled',
  'pause_too_long',
  'pause_end_in_past',
  'municipio_is_same',
  'urgency_unchanged',
  'alert_unknown',
  'alert_settled',
  'alert_not_yours',
  'assessment_unknown',
  'follow_ups_open',
  'handover_open',
  'report_assessment_open',
  'family_not_reached',
  'unreachable_not_decided',
  'second_person_required',
  'reopen_window_over',
  'rules_not_newer',
] as const;
export type RejectionCode = (typeof REJECTION_CODES)[number];

export interface Rejection {
  readonly code: RejectionCode;
  readonly command: CommandType;
  /** Numbers and codes that explain the refusal (never people's data). */
  readonly details: Readonly<Record<string, string | number | readonly string[] | readonly number[]>>;
  /** What may be asked now. */
  readonly allowed: readonly string[];
}
