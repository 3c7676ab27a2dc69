/**
 * POSTs that are one transaction of the database and no command of a case: key, change and answer are written together. A repetition waits for the first one's
 * transaction and gets its answer; a refusal writes nothing and is decided again.
 */
import type { Knex } from 'knex';
import { KeyTaken } from '../../db/repositories/append.ts';
import type { IdempotencyRepository } from '../../db/repositories/idempotency.ts';
import { ApiProblem } from '../api-problem.ts';
import type { RequestKey } from './commanding.ts';

export interface KeyedResult<T> {
  readonly body: T;
  readonly replayed: boolean;
}

/** `status` is stored with the answer; `work` does everything within the transaction it is given. Throws what `work` throws. */
export type Keyed = <T>(key: RequestKey & { readonly route: string }, status: number, work: (trx: Knex) => Promise<T>) => Promise<KeyedResult<T>>;

export function createKeyed(deps: { readonly knex: Knex; readonly idempotency: IdempotencyRepository; readonly now: () => number }): Keyed {
  const { knex, idempotency, now } = deps;
  return async <T>(key: RequestKey & { readonly route: string }, status: number, work: (trx: Knex) => Promise<T>): Promise<KeyedResult<T>> => {
    try {
      const body = await knex.transaction(async (trx) => {
        await idempotency.store({ ...key, status: null, answer: null, caseId: null, at: now() }, trx);
        const done = await work(trx);
        await idempotency.complete(key.commandId, status, done, trx);
        return done;
      });
      return { body, replayed: false };
    } catch (error) {
      if (!(error instanceof KeyTaken)) throw error;
      return { body: await answerOf<T>(idempotency, key), replayed: true };
    }
  };
}

async function answerOf<T>(idempotency: IdempotencyRepository, { commandId, fingerprint }: RequestKey): Promise<T> {
  const record = await idempotency.find(commandId);
  if (record?.fingerprint !== fingerprint || record.status === null) throw new ApiProblem('idempotency_key_reused');
  return record.answer as T;
}
