import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createPruneActivities } from '../../../activities/prune.ts';
import { createIdempotencyRepository } from '../../../db/repositories/idempotency.ts';
import { createOutboxRepository } from '../../../db/repositories/outbox.ts';
import type { PruneReport } from '../../../workflows/reconciliation/messages.ts';
import { freshDatabase, type TestDatabase } from '../../support/fresh-database.ts';
import { DAY, MONDAY_9 } from '../../support/rulebook.ts';

jest.setTimeout(60_000);

const NOW = MONDAY_9;
const retention = { keysDays: 30, effectsDays: 7 };

let database: TestDatabase;
beforeEach(async () => {
  database = await freshDatabase();
});
afterEach(() => database.close());

async function prune(): Promise<{ readonly report: PruneReport; readonly heartbeats: number }> {
  const { knex } = database;
  const repositories = { idempotency: createIdempotencyRepository(knex), outbox: createOutboxRepository(knex) };
  const activities = createPruneActivities({ ...repositories, retention, now: () => NOW, batch: 10 });
  const environment = new MockActivityEnvironment();
  let heartbeats = 0;
  environment.on('heartbeat', () => (heartbeats += 1));
  return { report: await environment.run<[], PruneReport, () => Promise<PruneReport>>(() => activities.pruneRecords()), heartbeats };
}

const storeKey = (commandId: string, at: number): Promise<void> =>
  createIdempotencyRepository(database.knex).store({ commandId, route: 'r', fingerprint: 'f', status: 201, answer: {}, caseId: randomUUID(), at });

async function postEffect(key: string, at: number, doneAt: number | null): Promise<void> {
  const outbox = createOutboxRepository(database.knex);
  await outbox.post({ kind: 'start_workflow', key, payload: {} }, { caseId: randomUUID(), at });
  if (doneAt !== null) await outbox.markDone(key, doneAt);
}

describe('pruning', () => {
  test('takes batch after batch until nothing old is left, and none that is young', async () => {
    for (let index = 0; index < 25; index++) await storeKey(`old-${index}`, NOW - 30 * DAY - 1 - index);
    await storeKey('young', NOW - 30 * DAY);
    for (let index = 0; index < 12; index++) await postEffect(`old-${index}`, NOW - 9 * DAY, NOW - 7 * DAY - 1);
    await postEffect('young', NOW - 9 * DAY, NOW - 7 * DAY);
    expect(await prune()).toEqual({ report: { keys: 25, effects: 12 }, heartbeats: 5 });
    expect(await database.knex('idempotency').pluck('command_id')).toEqual(['young']);
    expect(await database.knex('outbox').pluck('key')).toEqual(['young']);
    expect((await prune()).report).toEqual({ keys: 0, effects: 0 });
  });

  test('never takes an effect that is still to be carried out, however old, nor one asked for again', async () => {
    await postEffect('pending', NOW - 400 * DAY, null);
    await postEffect('again', NOW - 400 * DAY, NOW - 399 * DAY);
    await postEffect('again', NOW, null);
    expect((await prune()).report.effects).toBe(0);
    expect((await database.knex('outbox').pluck('key')).sort()).toEqual(['again', 'pending']);
  });

  test('leaves rows that somebody is writing at that moment to the next night', async () => {
    await postEffect('written', NOW - 9 * DAY, NOW - 8 * DAY);
    await postEffect('free', NOW - 9 * DAY, NOW - 8 * DAY);
    await storeKey('answered', NOW - 31 * DAY);
    const trx = await database.knex.transaction();
    await createOutboxRepository(database.knex).post({ kind: 'start_workflow', key: 'written', payload: {} }, { caseId: randomUUID(), at: NOW }, trx);
    await createIdempotencyRepository(database.knex).complete('answered', 200, {}, trx);
    expect((await prune()).report).toEqual({ keys: 0, effects: 1 });
    await trx.commit();
    expect(await database.knex('outbox').pluck('key')).toEqual(['written']);
    expect((await prune()).report).toEqual({ keys: 1, effects: 0 });
  });
});
