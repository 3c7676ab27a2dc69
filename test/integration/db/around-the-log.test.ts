import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { assertSchemaCurrent, migrateToLatest, migrationsPending, SchemaNewer, SchemaOlder } from '../../../db/migrate.ts';
import { createIncidentRepository } from '../../../db/repositories/incidents.ts';
import { createOutboxRepository } from '../../../db/repositories/outbox.ts';
import { createStaffMessageRepository } from '../../../db/repositories/staff-messages.ts';
import { WORKER } from '../../support/case-builder.ts';
import { freshDatabase, type TestDatabase } from '../../support/fresh-database.ts';
import { MINUTE, MONDAY_9 } from '../../support/rulebook.ts';
import { EVERYTHING, newCase, repositories, store } from './log-builder.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.close());

const municipio = (...municipi: string[]) => ({ kind: 'municipi' as const, municipi, person: 'somebody' });

describe('migrations', () => {
  test('run once, however many processes start at once, and free a lock left by a dead one', async () => {
    const empty = await freshDatabase({ empty: true });
    try {
      expect(await migrationsPending(empty.knex)).not.toEqual([]);
      await expect(assertSchemaCurrent(empty.knex)).rejects.toBeInstanceOf(SchemaOlder);
      const runs = await Promise.all([migrateToLatest(empty.knex), migrateToLatest(empty.knex), migrateToLatest(empty.knex)]);
      expect(runs.filter((names) => names.length > 0)).toHaveLength(1);
      await empty.knex('schema_migration_lock').update({ is_locked: 1 });
      expect(await migrateToLatest(empty.knex)).toEqual([]);
      await assertSchemaCurrent(empty.knex);
    } finally {
      await empty.close();
    }
  });

  test('made by a later version stop a process before it serves', async () => {
    await database.knex('schema_migration').insert({ name: '9999_from_the_future', batch: 9 });
    await expect(assertSchemaCurrent(database.knex)).rejects.toBeInstanceOf(SchemaNewer);
    await expect(migrateToLatest(database.knex)).rejects.toBeInstanceOf(SchemaNewer);
    await database.knex('schema_migration').where({ name: '9999_from_the_future' }).delete();
  });
});

describe('the outbox', () => {
  const entry = (caseId: string) => ({ kind: 'start_workflow' as const, key: `start:${caseId}:1`, payload: { episode: 1 } });

  test('gives each effect to one relay, and again when its lease ran out', async () => {
    const outbox = createOutboxRepository(database.knex);
    const ids = Array.from({ length: 10 }, () => randomUUID());
    for (const caseId of ids) expect(await outbox.post(entry(caseId), { caseId, at: MONDAY_9 })).toBe(true);
    expect(await outbox.post(entry(ids[0]!), { caseId: ids[0]!, at: MONDAY_9 })).toBe(false);
    expect([await outbox.pendingCount(), await outbox.oldestAge(MONDAY_9 + 5000)]).toEqual([10, 5000]);
    const claim = (asOf: number) => outbox.claimBatch({ limit: 4, leaseMs: 30_000, asOf });
    const batches = await Promise.all([claim(MONDAY_9), claim(MONDAY_9), claim(MONDAY_9)]);
    expect(new Set(batches.flat().map(({ caseId }) => caseId))).toEqual(new Set(ids));
    expect(batches.flat()).toHaveLength(10);
    expect(await claim(MONDAY_9 + 29_999)).toEqual([]);
    const again = await claim(MONDAY_9 + 30_000);
    expect(again.map(({ attempts, payload }) => [attempts, payload])).toEqual(Array.from({ length: 4 }, () => [2, { episode: 1 }]));
    // A relay that starts waits for no lease of one that died.
    expect(await outbox.releaseLeases(MONDAY_9 + 30_001)).toBe(4);
    expect([...(await claim(MONDAY_9 + 30_001)), ...(await claim(MONDAY_9 + 30_001)), ...(await claim(MONDAY_9 + 30_001))]).toHaveLength(10);
    for (const caseId of ids) await outbox.markDone(entry(caseId).key, MONDAY_9);
    expect([await outbox.pendingCount(), await outbox.oldestAge(MONDAY_9 + 5000)]).toEqual([0, 0]);
    expect(await outbox.post(entry(ids[0]!), { caseId: ids[0]!, at: MONDAY_9 + 1 })).toBe(true);
    expect(await outbox.pendingFor(ids[0]!)).toMatchObject([{ key: entry(ids[0]!).key, attempts: 0, createdAt: MONDAY_9 + 1 }]);
    await outbox.markDone(entry(ids[0]!).key, MONDAY_9 + 2);
  });

  test('waits longer after each failure', async () => {
    const outbox = createOutboxRepository(database.knex);
    const caseId = randomUUID();
    await outbox.post(entry(caseId), { caseId, at: MONDAY_9 });
    const delays: number[] = [];
    let asOf = MONDAY_9;
    for (let attempt = 0; attempt < 8; attempt++) {
      const [row] = await outbox.claimBatch({ limit: 1, leaseMs: 1000, asOf });
      await outbox.markFailed(row!.key, 'unavailable', asOf);
      const stored = await database.knex('outbox').where('key', row!.key).first<{ next_attempt_at: number }>('next_attempt_at');
      delays.push(stored.next_attempt_at - asOf);
      asOf = stored.next_attempt_at;
    }
    expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    expect(await outbox.pendingFor(caseId)).toMatchObject([{ key: entry(caseId).key, attempts: 8 }]);
  });
});

describe('staff messages', () => {
  test('reach their audience within its scope, and the owner whoever that is now', async () => {
    const messages = createStaffMessageRepository(database.knex);
    const caseId = await store(repositories(database.knex).log, newCase().after(MINUTE).do({ type: 'claim' }));
    const told = (alert: number, audience: 'owner' | 'coordinator') =>
      messages.insert({
        key: `${caseId}:2:alert-${alert}`,
        kind: 'alert',
        caseId,
        municipio: '3',
        audience: [audience],
        alert,
        clockId: 'claim-1',
        createdAt: MONDAY_9 + alert,
      });
    expect([await told(1, 'coordinator'), await told(1, 'coordinator'), await told(2, 'owner'), await told(3, 'coordinator')]).toEqual([
      true,
      false,
      true,
      true,
    ]);
    const seenBy = async (reader: Parameters<typeof messages.list>[0]) => (await messages.list(reader)).messages.map(({ alert }) => alert);
    const coordinator = { scope: municipio('3'), audience: ['coordinator' as const], reader: 'coordinator-3' };
    expect(await seenBy(coordinator)).toEqual([3, 1]);
    expect(await seenBy({ ...coordinator, scope: municipio('4') })).toEqual([]);
    expect(await seenBy({ scope: municipio('4'), audience: [], reader: WORKER.id })).toEqual([2]);
    expect(await seenBy({ scope: EVERYTHING, audience: ['manager'], reader: 'manager-1' })).toEqual([]);
    const first = await messages.list({ ...coordinator, limit: 1 });
    expect((await messages.list({ ...coordinator, limit: 1, cursor: first.next })).messages).toMatchObject([{ alert: 1 }]);
    const key = `${caseId}:2:alert-3`;
    expect(await messages.markRead(key, { ...coordinator, scope: municipio('4') }, MONDAY_9)).toBe(false);
    expect(await messages.markRead(key, coordinator, MONDAY_9 + 10)).toBe(true);
    expect(await messages.markRead(key, coordinator, MONDAY_9 + 20)).toBe(true);
    const colleague = { ...coordinator, reader: 'coordinator-3b' };
    expect((await messages.list({ ...colleague, unreadOnly: true })).messages.map(({ readAt }) => readAt)).toEqual([null, null]);
    expect(await seenBy({ ...coordinator, unreadOnly: true })).toEqual([1]);
    expect((await messages.list(coordinator)).messages[0]).toMatchObject({ readAt: MONDAY_9 + 10 });
  });
});

describe('messages about a municipio', () => {
  test('reach those of the municipio and those of the whole city, not the others', async () => {
    const messages = createStaffMessageRepository(database.knex);
    const about = { caseId: null, alert: null, clockId: null, municipio: '7', audience: ['coordinator', 'shiftLeader'] as const };
    await messages.insert({ key: 'handover:7:x', kind: 'handover_list', ...about, createdAt: MONDAY_9 });
    const seenBy = async (reader: Parameters<typeof messages.list>[0]) => (await messages.list(reader)).messages.map(({ key }) => key);
    expect(await seenBy({ scope: municipio('7'), audience: ['coordinator'], reader: 'a' })).toEqual(['handover:7:x']);
    expect(await seenBy({ scope: municipio('8'), audience: ['coordinator'], reader: 'b' })).toEqual([]);
    expect(await seenBy({ scope: EVERYTHING, audience: ['shiftLeader'], reader: 'c' })).toContain('handover:7:x');
    expect(await messages.markRead('handover:7:x', { scope: municipio('8'), audience: ['coordinator'], reader: 'b' }, MONDAY_9)).toBe(false);
    expect(await messages.markRead('handover:7:x', { scope: municipio('7'), audience: ['coordinator'], reader: 'a' }, MONDAY_9)).toBe(true);
  });
});

describe('incidents', () => {
  test('are counted on one row while open, seen within scope, settled with a code, and new when they come back', async () => {
    const incidents = createIncidentRepository(database.knex);
    const caseId = await store(repositories(database.knex).log, newCase());
    const incident = { kind: 'log_behind', caseId, details: { revision: 4 }, at: MONDAY_9 } as const;
    expect([await incidents.record(incident), await incidents.record({ ...incident, at: MONDAY_9 + 5 })]).toEqual([true, false]);
    expect(await incidents.record({ kind: 'case_lost', caseId: null, details: {}, at: MONDAY_9 + 9 })).toBe(true);
    expect(await incidents.list({ scope: municipio('3') })).toMatchObject([{ ...incident, times: 2, lastSeenAt: MONDAY_9 + 5, resolution: null }]);
    expect(await incidents.list({ scope: municipio('4') })).toEqual([]);
    const [lost, behind] = await incidents.list({ scope: EVERYTHING });
    expect([lost!.kind, behind!.kind]).toEqual(['case_lost', 'log_behind']);
    expect(await incidents.openByKind()).toEqual({ case_lost: 1, log_behind: 1 });
    const settled = { resolution: 'municipio_told', asOf: MONDAY_9 + 20 };
    expect(await incidents.resolve([behind!.id, 0], settled)).toEqual([behind!.id]);
    expect(await incidents.resolve([behind!.id], settled)).toEqual([]);
    expect(await incidents.list({ scope: municipio('3') })).toEqual([]);
    expect(await incidents.list({ scope: municipio('3'), openOnly: false })).toMatchObject([{ resolvedAt: MONDAY_9 + 20, resolution: 'municipio_told' }]);
    expect(await incidents.record({ ...incident, at: MONDAY_9 + 30 })).toBe(true);
    expect(await incidents.list({ scope: municipio('3') })).toMatchObject([{ at: MONDAY_9 + 30, times: 1 }]);
  });

  test('recorded at the same instant by several are one, whether about a case or none', async () => {
    const incidents = createIncidentRepository(database.knex);
    const about = [randomUUID(), null].map((caseId) => ({ kind: 'effect_failed', caseId, details: { b: 1, a: 2 }, at: MONDAY_9 }) as const);
    const record = (incident: (typeof about)[number]) => Promise.all(Array.from({ length: 8 }, () => incidents.record(incident)));
    const outcomes = await Promise.all(about.map(record));
    expect(outcomes.map((each) => each.filter((isNew) => isNew).length)).toEqual([1, 1]);
    const found = (await incidents.list({ scope: EVERYTHING })).filter(({ kind }) => kind === 'effect_failed');
    expect(found.map(({ times }) => times)).toEqual([8, 8]);
  });

  test('never take words for a reason', async () => {
    const incidents = createIncidentRepository(database.knex);
    const settled = { resolution: 'the mother called back', asOf: MONDAY_9 };
    await incidents.record({ kind: 'workflow_missing', caseId: null, details: {}, at: MONDAY_9 });
    const open = await incidents.list({ scope: EVERYTHING });
    await expect(
      incidents.resolve(
        open.map(({ id }) => id),
        settled,
      ),
    ).rejects.toThrow(/incident_resolution_check/);
  });
});
