/** A refusal on its way to the caller: thrown anywhere, rendered in one place (`plugins/problems.ts`). */
import type { Rejection } from '../domain/case/rejection.ts';
import type { Language } from '../domain/language.ts';
import type { ProblemCode } from './problems.ts';

export interface FieldFault {
  readonly pointer: string;
  readonly rule: string;
  /** In one language, or in each: the request's is chosen where it is rendered. */
  readonly message: string | Readonly<Record<Language, string>>;
}

export interface ProblemExtras {
  readonly errors?: readonly FieldFault[];
  readonly allowed?: readonly string[];
  readonly details?: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds?: number;
}

/** A request that cannot be served, and why. */
export class ApiProblem extends Error {
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;

  constructor(code: ProblemCode, extras: ProblemExtras = {}) {
    super(code);
    this.name = 'ApiProblem';
    this.code = code;
    this.extras = extras;
  }
}

/** The rules of a case refused a command. */
export class CommandRefused extends Error {
  readonly rejection: Rejection;

  constructor(rejection: Rejection) {
    super(rejection.code);
    this.name = 'CommandRefused';
    this.rejection = rejection;
  }
}
