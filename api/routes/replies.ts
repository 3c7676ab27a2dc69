/** How the answers every command shares are given. */
import type { FastifyReply } from 'fastify';
import { Type, type Static } from 'typebox';
import type { PendingView, CommandAnswerBody } from '../schemas/case.ts';
import { PROBLEM_RESPONSES } from '../schemas/problem.ts';

/** Sent with every POST that changes something. */
export const COMMAND_HEADERS = Type.Object({
  // Never missing here: the plugin of keys has refused such a request before, with a code of its own.
  'idempotency-key': Type.String({ description: 'New for each intention, the same at every repetition' }),
  'if-match': Type.Optional(Type.String({ description: 'The `ETag` last seen: refused with 412 when a person has changed the case since' })),
});

export const COMMAND_RESPONSES = {
  200: Type.Unsafe<CommandAnswerBody>({ $ref: 'CommandAnswer#' }),
  202: Type.Unsafe<Static<typeof PendingView>>({ $ref: 'Pending#' }),
  ...PROBLEM_RESPONSES,
};

const PENDING_RETRY_S = 1;

/** The caller's own write, with the tag for what follows. */
export function answered(reply: FastifyReply, body: CommandAnswerBody, replayed: boolean): CommandAnswerBody {
  void reply.header('etag', body.etag);
  if (replayed) void reply.header('idempotency-replayed', 'true');
  return body;
}

/** The command was sent and its answer is not known yet. */
export function pending(reply: FastifyReply, caseId: string, key: string): Static<typeof PendingView> {
  void reply.code(202).header('retry-after', String(PENDING_RETRY_S));
  return { status: 'pending', caseId, retryWithKey: key };
}
