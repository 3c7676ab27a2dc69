import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { fold } from '../../../domain/case/evolve.ts';
import { project } from '../../../domain/case/projection.ts';
import { KeyTaken, LogBehind } from '../../../db/repositories/append.ts';
import { createIdempotencyRepository } from '../../../db/repositories/idempotency.ts';
import { MINUTE, TEST_RULEBOOK } from '../../support/rulebook.ts';
import { freshDatabase, type TestDatabase } from '../../support/fresh-database.ts';
import { EVERYTHING, newCase, repositories, requestsOf, store } from './log-builder.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.close());

function lifecycle() {
  return newCase()
    .after(MINUTE)
    .do({ type: 'claim' })
    .after(MINUTE)
    .do({ type: 'logAttempt', outcome: 'reached' })
    .after(MINUTE)
    .do({ type: 'recordDecision', kind: 'information' })
    .after(MINUTE)
    .do({ type: 'close', outcome: 'informed' });
}

describe('append', () => {
  test('stores what folds back to the same state and rows', async () => {
    const { log } = repositories(database.knex);
    const subject = lifecycle();
    const caseId = await store(log, subject);
    const loaded = (await repositories(database.knex).log.loadCase(caseId, EVERYTHING))!;
    const state = fold(loaded.revisions)!;
    expect(state).toEqual(subject.state);
    expect(loaded.row).toEqual(project(state).row);
    const clocks = await database.knex('case_clock').where('case_id', caseId);
    expect(clocks).toHaveLength(project(state).clocks.length);
  });

  test('costs one statement, and so does reading the case with a command in it', async () => {
    const { log } = repositories(database.knex);
    const requests = requestsOf(lifecycle().revisions);
    await log.append(requests[0]!);
    let statements = 0;
    const count = () => (statements += 1);
    database.knex.on('query', count);
    for (const request of requests.slice(1)) await log.append(request);
    expect(statements).toBe(requests.length - 1);
    const loaded = await log.loadCase(requests[0]!.caseId, EVERYTHING, { commandId: 'command-2' });
    database.knex.off('query', count);
    expect(statements).toBe(requests.length);
    expect(loaded!.command).toEqual({ caseId: requests[1]!.caseId, episode: 1, revision: 2, fingerprint: 'fingerprint-2', answer: requests[1]!.answer });
  });

  test('of two writers of one revision one wins, and the other is told what stands there', async () => {
    const { log } = repositories(database.knex);
    const [opened, claimed] = requestsOf(newCase().after(MINUTE).do({ type: 'claim' }).revisions);
    await log.append(opened!);
    const rivals = Array.from({ length: 6 }, (_, index) => ({ ...claimed!, commandId: `rival-${index}` }));
    const results = await Promise.all(rivals.map((rival) => log.append(rival)));
    const winner = results.find((result) => result.ours)!;
    expect(results.filter((result) => result.ours)).toHaveLength(1);
    for (const result of results) expect(result.stored).toEqual(winner.stored);
  });

  test('a command that comes twice is answered by the first, at its own revision or a later one', async () => {
    const { log } = repositories(database.knex);
    const requests = requestsOf(lifecycle().revisions);
    for (const request of requests) await log.append(request);
    const same = await log.append({ ...requests[1]!, events: [] });
    expect(same).toMatchObject({ ours: true, stored: { revision: 2, commandId: 'command-2', events: requests[1]!.events } });
    const later = await log.append({ ...requests[4]!, revision: 6, commandId: 'command-2' });
    expect(later).toMatchObject({ ours: true, stored: { revision: 2, answer: requests[1]!.answer } });
    expect(await log.loadRevisions(requests[0]!.caseId)).toHaveLength(5);
  });

  test('refuses to write past a gap', async () => {
    const { log } = repositories(database.knex);
    const requests = requestsOf(lifecycle().revisions);
    await log.append(requests[0]!);
    const refused = await log.append(requests[3]!).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(LogBehind);
    expect(refused).toMatchObject({ type: 'log_behind', revision: 4, logRevision: 1 });
  });

  test('stores a rulebook once, and again after a restore that lost it', async () => {
    const first = repositories(database.knex);
    const rulebook = { ...TEST_RULEBOOK, policy: { ...TEST_RULEBOOK.policy, version: 77 } };
    await store(first.log, newCase({ rulebook }));
    await store(first.log, newCase({ rulebook: structuredClone(rulebook) }));
    const hash = first.rulebooks.hashOf(rulebook);
    const count = async () => (await database.knex('rulebook').where({ hash })).length;
    expect(await count()).toBe(1);
    await database.knex('rulebook').where({ hash }).delete();
    const caseId = await store(first.log, newCase({ rulebook }));
    expect(await count()).toBe(1);
    const [opened] = await repositories(database.knex).log.loadRevisions(caseId);
    expect(opened!.events[0]).toMatchObject({ type: 'opened', rulebook });
  });

  test('writes its effects and its key in the same transaction, and nothing when the key is taken', async () => {
    const { log } = repositories(database.knex);
    const keys = createIdempotencyRepository(database.knex);
    const open = () => ({ ...requestsOf(newCase().revisions)[0]!, commandId: 'key-1' });
    const key = { commandId: 'key-1', route: 'POST /cases', fingerprint: 'f', status: 201, answer: { ok: true } };
    const one = open();
    const outbox = (caseId: string) => [{ kind: 'start_workflow' as const, key: `start:${caseId}:1`, payload: { episode: 1 } }];
    await log.append({ ...one, key, outbox: outbox(one.caseId) });
    const two = open();
    await expect(log.append({ ...two, key, outbox: outbox(two.caseId) })).rejects.toBeInstanceOf(KeyTaken);
    expect(await log.loadCase(two.caseId, EVERYTHING)).toBeNull();
    expect(await database.knex('outbox').where('case_id', two.caseId)).toHaveLength(0);
    expect(await database.knex('outbox').where('case_id', one.caseId)).toHaveLength(1);
    expect(await keys.find('key-1')).toMatchObject({ caseId: one.caseId, status: 201, answer: { ok: true } });
  });

  test('takes part in a transaction of the caller', async () => {
    const { log } = repositories(database.knex);
    const [opened] = requestsOf(newCase().revisions);
    await database.knex
      .transaction(async (trx) => {
        await log.append(opened!, trx);
        throw new Error('changed my mind');
      })
      .catch(() => {});
    expect(await log.loadRevisions(opened!.caseId)).toEqual([]);
  });

  test('tells those who listen, once committed', async () => {
    const { log } = repositories(database.knex);
    const listener = new pg.Client({ connectionString: database.url });
    await listener.connect();
    const heard: (string | undefined)[] = [];
    listener.on('notification', ({ payload }) => heard.push(payload));
    await listener.query('LISTEN case_changed');
    const requests = requestsOf(lifecycle().revisions);
    for (const request of requests) await log.append(request);
    await log.append(requests[4]!);
    await listener.query('SELECT 1');
    await listener.end();
    expect(heard).toEqual(requests.map(({ caseId, revision }) => `${caseId}:${revision}`));
  });

  test('gives a starting workflow the last answers, oldest first', async () => {
    const { log } = repositories(database.knex);
    const requests = requestsOf(lifecycle().revisions);
    for (const request of requests) await log.append(request);
    const { caseId } = requests[0]!;
    expect(await log.recentAnswers(caseId, 2)).toEqual([
      ['command-4', requests[3]!.answer, 'fingerprint-4'],
      ['command-5', requests[4]!.answer, 'fingerprint-5'],
    ]);
  });
});
