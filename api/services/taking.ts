/** Taking the next case: one is picked and held for a moment, then claimed like any other. Whoever loses that race tries the next one. */
import type { IdempotencyRepository } from '../../db/repositories/idempotency.ts';
import type { TakeNextCandidate } from '../../db/repositories/take-next.ts';
import type { CaseScope } from '../../domain/access/scope.ts';
import type { Person } from '../../domain/access/policy.ts';
import type { Territory } from '../../domain/sla/policy.ts';
import { ApiProblem, CommandRefused } from '../api-problem.ts';
import type { CommandAnswerBody } from '../schemas/case.ts';
import { answerView } from '../views/case.ts';
import type { Commanding, RequestKey } from './commanding.ts';

export interface TakeNextRequest {
  readonly person: Person;
  readonly scope: CaseScope;
  readonly key: RequestKey & { readonly route: string };
  readonly municipi: readonly Territory[] | null;
  readonly requestId: string;
}

export type TakeNextResult =
  | { readonly kind: 'taken'; readonly body: CommandAnswerBody; readonly replayed: boolean }
  /** The claim is on its way: the same key brings the answer. */
  | { readonly kind: 'pending'; readonly caseId: string };

export type TakeNext = (request: TakeNextRequest) => Promise<TakeNextResult>;

const MOST_TRIES = 5;

export function createTakeNext(deps: {
  readonly candidate: TakeNextCandidate;
  readonly idempotency: IdempotencyRepository;
  readonly commanding: Commanding;
  readonly now: () => number;
}): TakeNext {
  const { candidate, idempotency, now } = deps;

  return async function takeNext(request) {
    const { person, scope, key, municipi } = request;
    const lost: string[] = [];
    while (lost.length < MOST_TRIES) {
      const next = await candidate({ scope, by: person.id, asOf: now(), exclude: lost, key, ...(municipi === null ? {} : { municipio: municipi }) });
      if (next.kind === 'key_reused') throw new ApiProblem('idempotency_key_reused');
      if (next.kind === 'none') throw new ApiProblem('queue_empty');
      if (next.kind === 'answered') return { kind: 'taken', body: next.answer as CommandAnswerBody, replayed: true };
      const claimed = await tryClaim(deps.commanding, request, next.caseId);
      if (claimed === 'pending') return { kind: 'pending', caseId: next.caseId };
      if (claimed !== 'lost') {
        await idempotency.complete(key.commandId, 200, claimed.body);
        return { kind: 'taken', ...claimed };
      }
      lost.push(next.caseId);
    }
    throw new ApiProblem('queue_busy', { retryAfterSeconds: 1 });
  };
}

type Claimed = { readonly body: CommandAnswerBody; readonly replayed: boolean };

async function tryClaim(commanding: Commanding, { person, scope, key, requestId }: TakeNextRequest, caseId: string): Promise<Claimed | 'pending' | 'lost'> {
  try {
    const { commandId, fingerprint } = key;
    const result = await commanding.execute({ caseId, person, scope, key: { commandId, fingerprint }, ifMatch: null, requestId, command: { type: 'claim' } });
    if (result.kind === 'pending') return 'pending';
    return { body: answerView(caseId, result.episode, result.answer), replayed: result.replayed };
  } catch (error) {
    // Claimed by somebody else, or moved to another municipio, since it was picked.
    if (error instanceof CommandRefused || (error instanceof ApiProblem && ['case_unknown', 'forbidden'].includes(error.code))) return 'lost';
    throw error;
  }
}
