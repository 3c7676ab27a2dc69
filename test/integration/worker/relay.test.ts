/** The relay on a real outbox; what it starts is held up by the tests. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import type { CaseStarter } from '../../../activities/start-case.ts';
import { createIncidentRepository } from '../../../db/repositories/incidents.ts';
import { createOutboxRepository, type OutboxRepository } from '../../../db/repositories/outbox.ts';
import { RELAY_WIDTH } from '../../../worker/limits.ts';
import { startRelay, type Relay } from '../../../worker/relay.ts';
import { eventually } from '../../support/case-harness.ts';
import { deferred } from '../../support/deferred.ts';
import { freshDatabase, type TestDatabase } from '../../support/fresh-database.ts';

jest.setTimeout(60_000);

let database: TestDatabase;
let outbox: OutboxRepository;
let relay: Relay;
beforeEach(async () => {
  database = await freshDatabase();
  outbox = createOutboxRepository(database.knex);
});
afterEach(async () => {
  await relay.stop();
  await database.close();
});

function run(start: CaseStarter['start']): void {
  const comparer = { compare: () => Promise.resolve(null), catchUp: () => Promise.resolve('together' as const) };
  const incidents = createIncidentRepository(database.knex);
  relay = startRelay({ outbox, incidents, starter: { start }, comparer, logger: pino({ level: 'silent' }), now: Date.now, pollMs: 20, headStartMs: 0 });
}

async function post(count: number): Promise<readonly string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  for (const caseId of ids) await outbox.post({ kind: 'start_workflow', key: `start:${caseId}:1`, payload: {} }, { caseId, at: Date.now() });
  return ids;
}

describe('the relay', () => {
  test('takes no more than it begins at once: another relay may have the rest', async () => {
    await post(3 * RELAY_WIDTH);
    const gate = deferred();
    let atWork = 0;
    run(async () => {
      atWork += 1;
      await gate.promise;
      return 'running';
    });
    await eventually(() => expect(atWork).toBe(RELAY_WIDTH));
    const others = await outbox.claimBatch({ limit: 100, leaseMs: 60_000, asOf: Date.now() });
    expect(others).toHaveLength(2 * RELAY_WIDTH);
    gate.resolve();
    await eventually(async () => expect(await outbox.pendingCount()).toBe(2 * RELAY_WIDTH));
    expect(atWork).toBe(RELAY_WIDTH);
  });

  test('goes on with the others while one hangs', async () => {
    const [hanging, ...others] = await post(3 * RELAY_WIDTH);
    const gate = deferred();
    run(async (caseId) => {
      if (caseId === hanging) await gate.promise;
      return 'running';
    });
    await eventually(async () => expect(await outbox.pendingCount()).toBe(1));
    expect(others).toHaveLength(3 * RELAY_WIDTH - 1);
    expect(await outbox.pendingFor(hanging!)).toHaveLength(1);
    gate.resolve();
    await eventually(async () => expect(await outbox.pendingCount()).toBe(0));
  });

  test('reports a case the log does not know, once, and asks no more', async () => {
    const [caseId] = await post(1);
    run(() => Promise.resolve('unknown'));
    await eventually(async () => expect(await outbox.pendingCount()).toBe(0));
    const found = await createIncidentRepository(database.knex).list({ scope: { kind: 'all' } });
    expect(found).toMatchObject([{ kind: 'case_lost', caseId, times: 1, details: { effect: `start:${caseId}:1` } }]);
  });

  test('says that it cannot read the outbox, and goes on once it can', async () => {
    await database.knex.raw('ALTER TABLE outbox RENAME TO away');
    run(() => Promise.resolve('running'));
    await eventually(() => expect(() => relay.check()).toThrow());
    await database.knex.raw('ALTER TABLE away RENAME TO outbox');
    await post(1);
    await eventually(async () => expect(await outbox.pendingCount()).toBe(0));
    expect(() => relay.check()).not.toThrow();
  });
});
