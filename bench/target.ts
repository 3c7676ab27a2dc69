/** What is measured: anything that lives the lifecycle of five commands over HTTP. */
import type { CountedProcess } from './cpu.ts';
import type { HttpRequest } from './http-client.ts';

/** The lifecycle, in order. */
export const LIFECYCLE = ['open', 'claim', 'logAttempt', 'recordDecision', 'close'] as const;
export type LifecycleCommand = (typeof LIFECYCLE)[number];

/** A read given between two commands. */
export interface NamedRead {
  readonly name: string;
  readonly request: HttpRequest;
}

export interface Target {
  readonly name: string;
  readonly url: string;
  /** The request of a command; `caseId` is empty for `open`. */
  readonly request: (command: LifecycleCommand, caseId: string) => HttpRequest;
  /** The id in the answer to `open`. */
  readonly caseIdOf: (body: unknown) => string;
  /** The workflow behind a case; null where there is no engine. */
  readonly workflowIdOf: ((caseId: string) => string) | null;
  /** Reads measured beside the commands. @default none */
  readonly reads?: (caseId: string) => readonly NamedRead[];
  /** Whose CPU a case costs, the client's apart. */
  readonly processes: readonly CountedProcess[];
}
