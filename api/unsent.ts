/**
 * Whether a call that failed can have reached the case engine. The contract:
 * 1. Only what is known never to have been taken up counts as unsent (503, nothing changed); everything else may have been (202, the same key brings the answer).
 *    What this list does not know, of a newer library or of a proxy in between, costs a repetition and never a false "nothing changed".
 * 2. The texts are those of @grpc/grpc-js and of the Temporal server; a test makes both ends say them.
 */

/** What a failed call says of itself. */
export interface CallFailure {
  /** Of gRPC. */
  readonly code: number;
  readonly details: string;
}

const CODES = {
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** Refused at the door, whatever is said about it. */
const REFUSED: ReadonlySet<number> = new Set([CODES.INVALID_ARGUMENT, CODES.PERMISSION_DENIED, CODES.UNIMPLEMENTED, CODES.UNAUTHENTICATED]);

const UNSENT: readonly (readonly [code: number, details: RegExp])[] = [
  // Of the library, before there is a connection to send on.
  [CODES.UNAVAILABLE, /^No connection established/],
  [CODES.UNAVAILABLE, /^Name resolution failed/],
  [CODES.UNAVAILABLE, /^Channel closed before call started/],
  [CODES.INTERNAL, /^Failed to start HTTP\/2 stream/],
  // A deadline names the remote address once the call has one, and earlier attempts where there were some.
  [CODES.DEADLINE_EXCEEDED, /^Deadline exceeded after (?!.*(remote_addr=|previous attempts))/],
  // HTTP/2 promises that a refused stream was not looked at.
  [CODES.UNAVAILABLE, /^Stream refused by server/],
  // Of the server, before it takes an update up.
  [CODES.UNAVAILABLE, /^Not enough hosts to serve the request/],
  [CODES.FAILED_PRECONDITION, /^Unable to perform workflow execution update due to /],
  [CODES.RESOURCE_EXHAUSTED, /rate limit exceeded|concurrent in-flight updates|total updates/i],
];

/** Whether the engine surely never took up what the failed call asked for. */
export function surelyUnsent({ code, details }: CallFailure): boolean {
  return REFUSED.has(code) || UNSENT.some(([expected, text]) => code === expected && text.test(details));
}
