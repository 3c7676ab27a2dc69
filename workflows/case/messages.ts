/** What travels between the API, a case's workflow and the tests. Types only, plain JSON, no people's data. */
import type { Actor, UpdateCommand, UpdateCommandType } from '../../domain/case/commands.ts';
import type { CommandAnswer } from '../../domain/case/projection.ts';
import type { CaseState, CaseStatus } from '../../domain/case/state.ts';

/** Argument of every command: one Temporal Update per command name, its id is `commandId`. */
export interface CommandEnvelope<T extends UpdateCommandType = UpdateCommandType> {
  readonly commandId: string;
  readonly actor: Actor;
  /** The last human revision the caller has seen; null when it does not matter. */
  readonly ifMatch: number | null;
  /** Hash of the request, kept with the revision so that a key used twice for different things is noticed. */
  readonly fingerprint: string | null;
  readonly requestId: string;
  readonly command: Extract<UpdateCommand, { type: T }>;
}

/** A person's command with the answer it got: a repeated command gets the same one, across continue-as-new too. */
export type Answered = readonly [commandId: string, answer: CommandAnswer, fingerprint?: string | null];

export interface CaseWorkflowInput {
  readonly caseId: string;
  readonly episode: number;
  /** Folded from the events in the log. */
  readonly state: CaseState;
  /** The latest commands with their answers, oldest first. */
  readonly answered: readonly Answered[];
  /** Alerts up to this number were announced by the run before. @default 0 */
  readonly announced?: number;
  /** Continue as new after so many revisions instead of when the server suggests it. For tests. @default none */
  readonly continueAfter?: number;
}

export interface CaseWorkflowResult {
  readonly revision: number;
  readonly status: CaseStatus;
}

export const CASE_WORKFLOW = 'caseWorkflow';
/**
 * For support and tests. Never for the product: a query that had to wait for a worker replays what happened after the last completed task (a timer that rang)
 * ahead of its turn, and what is then recorded does not replay (SDK 1.24, tried): the case is stuck for ever.
 */
export const GET_STATE = 'getState';
/** The update that tells the state instead: its validator always refuses, with the state as the first detail. A refused update leaves no trace. */
export const REPORT_STATE = 'reportState';
export const STATE_REPORTED = 'state_reported';

/** Failure types of a command that are not a rejection code of the domain. */
export type EngineFailure =
  /** The log stands behind the workflow (a restored backup): this run ends, the case starts again from the log. */
  | 'log_behind'
  /** A fault in the code; the command did nothing. */
  | 'internal_error'
  /** The case is no longer one its sender may do this to. */
  | 'out_of_reach'
  /** The command id was used for a request with another payload. */
  | 'key_reused'
  /** The argument is not the command its update is named after. */
  | 'command_malformed';
