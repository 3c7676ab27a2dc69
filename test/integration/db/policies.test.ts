import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { publishedRulebooks } from '../../../activities/published-rulebooks.ts';
import { seedPolicies } from '../../../cli/seed-policies.ts';
import { createPolicyRepository, type PolicyDraft, type PolicyRepository } from '../../../db/repositories/policies.ts';
import { createRulebookSource, type RulebookSource } from '../../../db/repositories/rulebook-source.ts';
import { DEFAULT_POLICY } from '../../../domain/sla/default-policy.ts';
import type { CaseFacts } from '../../../domain/sla/policy-match.ts';
import type { PolicyScope } from '../../../domain/sla/policy.ts';
import { policyLabel } from '../../../domain/sla/rulebook.ts';
import { freshDatabase, type TestDatabase } from '../../support/fresh-database.ts';
import { TEST_RULEBOOK } from '../../support/rulebook.ts';

jest.setTimeout(30_000);

const NOW = Date.UTC(2026, 10, 23, 9);
const HOUR = 3_600_000;
const ADMIN = { by: 'admin-1', at: NOW };
const FACTS: CaseFacts = { territory: '6', primaryNeed: 'ISOLATION', urgency: 'yellow' };

let database: TestDatabase;
let policies: PolicyRepository;
beforeAll(async () => {
  database = await freshDatabase();
  policies = createPolicyRepository(database.knex);
});
// What was published cannot be deleted: only with its table.
beforeEach(() => database.knex.raw('TRUNCATE policy_version'));
afterAll(() => database.close());

function draft(id: string, appliesTo?: PolicyScope): PolicyDraft {
  const { version: _, ...policy } = DEFAULT_POLICY;
  return { ...policy, id, ...(appliesTo === undefined ? {} : { appliesTo }) };
}

async function publish(id: string, validFrom: number, appliesTo?: PolicyScope) {
  await policies.saveDraft(draft(id, appliesTo), { ...ADMIN, ifEdit: null });
  return (await policies.publishDraft(id, { ...ADMIN, validFrom }))!;
}

const source = (staleMs: number): RulebookSource =>
  createRulebookSource({ policies, snapshotsAt: () => Promise.resolve({ calendars: TEST_RULEBOOK.calendars, calendarOf: TEST_RULEBOOK.calendarOf }), staleMs });

describe('versions of a policy', () => {
  test('are numbered, one draft at a time, and a draft is saved over only by who has read it', async () => {
    const created = (await policies.saveDraft(draft('city'), { ...ADMIN, ifEdit: null }))!;
    expect(created).toMatchObject({ policyId: 'city', version: 1, status: 'draft', createdBy: 'admin-1', validFrom: null, policy: { id: 'city', version: 1 } });
    const saved = (await policies.saveDraft({ ...draft('city'), maximumPauseDays: 10 }, { ...ADMIN, by: 'admin-2', ifEdit: [created.edit] }))!;
    expect(saved).toMatchObject({ version: 1, createdBy: 'admin-1', changedBy: 'admin-2', policy: { maximumPauseDays: 10, version: 1 } });
    expect(await policies.saveDraft(draft('city'), { ...ADMIN, ifEdit: [created.edit] })).toBeNull();
    await policies.publishDraft('city', { ...ADMIN, validFrom: NOW });
    expect(await policies.saveDraft(draft('city'), { ...ADMIN, ifEdit: null })).toMatchObject({ version: 2, status: 'draft' });
    expect(await policies.find('city', 'draft')).toMatchObject({ version: 2 });
    expect([await policies.discardDraft('city'), await policies.discardDraft('city')]).toEqual([true, false]);
  });

  test('that were published never change: not by the product, not by hand', async () => {
    const name = await publish('city', NOW);
    expect(await policies.publishDraft('city', { ...ADMIN, validFrom: NOW })).toBeNull();
    const { knex } = database;
    for (const change of [{ valid_from: new Date(0) }, { body: JSON.stringify({ ...DEFAULT_POLICY, id: 'city', maximumPauseDays: 1 }) }, { status: 'draft' }]) {
      await expect(knex('policy_version').update(change)).rejects.toThrow(/does not change any more/);
    }
    await expect(knex('policy_version').delete()).rejects.toThrow(/does not change any more/);
    expect(await policies.retire(name, ADMIN)).toMatchObject({ status: 'retired', retiredBy: 'admin-1', retiredAt: NOW });
    expect(await policies.retire(name, ADMIN)).toBeNull();
    await expect(knex('policy_version').update({ status: 'published' })).rejects.toThrow(/does not change any more/);
  });

  test('are listed by policy, newest first, a page at a time', async () => {
    for (const id of ['b', 'a', 'b']) await publish(id, NOW);
    await policies.saveDraft(draft('c'), { ...ADMIN, ifEdit: null });
    const first = await policies.list({ limit: 2 });
    expect(first.items.map(policyName)).toEqual(['a@1', 'b@2']);
    const second = await policies.list({ limit: 2, cursor: first.next });
    expect([second.items.map(policyName), second.next]).toEqual([['b@1', 'c@1'], null]);
    expect((await policies.list({ status: 'draft' })).items.map(policyName)).toEqual(['c@1']);
    expect((await policies.list({ policyId: 'b' })).items).toHaveLength(2);
  });
});

const policyName = ({ policyId, version }: { policyId: string; version: number }) => `${policyId}@${version}`;

describe('the rulebook of a case', () => {
  const labelAt = async (from: RulebookSource, at: number, facts: Partial<CaseFacts> = {}) =>
    policyLabel((await from.current(at, { ...FACTS, ...facts })).policy);

  test('is the seeded one before anything was published', async () => {
    expect(await labelAt(source(0), NOW)).toBe('milano-020202@1');
  });

  test('is the most specific policy in force', async () => {
    await publish('city', NOW - HOUR);
    await publish('city', NOW + HOUR);
    await publish('six', NOW, { territories: ['6'] });
    const from = source(0);
    expect(await labelAt(from, NOW - 1)).toBe('city@1');
    expect(await labelAt(from, NOW)).toBe('six@1');
    expect(await labelAt(from, NOW, { territory: '3' })).toBe('city@1');
    expect(await labelAt(from, NOW + HOUR, { territory: '3' })).toBe('city@2');
  });

  test('promises a review only where no policy applies', async () => {
    const six = await publish('six', NOW, { territories: ['6'] });
    expect(await labelAt(source(0), NOW, { territory: '3' })).toBe('none@0');
    await policies.retire(six, ADMIN);
    expect(await labelAt(source(0), NOW)).toBe('none@0');
  });

  test('is the same object while nothing changes, and another process sees a publication within the time it may be stale', async () => {
    await publish('city', NOW);
    const elsewhere = source(200);
    const first = await elsewhere.current(NOW, FACTS);
    expect(await elsewhere.current(NOW, FACTS)).toBe(first);
    await publish('city', NOW);
    expect(await labelAt(elsewhere, NOW)).toBe('city@1');
    await sleep(250);
    expect(await labelAt(elsewhere, NOW)).toBe('city@2');
    await publish('city', NOW);
    elsewhere.refresh();
    expect(await labelAt(elsewhere, NOW)).toBe('city@3');
  });

  test('can be asked as if a draft were published', async () => {
    await publish('city', NOW);
    const candidate = { ...DEFAULT_POLICY, id: 'city', version: 2 };
    const labels = async (at: number, validFrom: number) => policyLabel((await source(0).withCandidate(at, FACTS, candidate, validFrom)).policy);
    expect([await labels(NOW, NOW), await labels(NOW, NOW + HOUR)]).toEqual(['city@2', 'city@2']);
    expect(await labelAt(source(0), NOW)).toBe('city@1');
  });

  test('can be renewed: the policy of a case, with the calendars in force', async () => {
    const pinned = { ...DEFAULT_POLICY, version: 7 };
    expect(await source(0).withCalendars(NOW, pinned)).toEqual({ ...TEST_RULEBOOK, policy: pinned });
  });

  test('of a demonstration is divided, and what a case was pinned to is not divided again', async () => {
    const fast = publishedRulebooks(database.knex, 60);
    const { policy } = await fast.current(NOW, FACTS);
    expect(policy).not.toEqual(DEFAULT_POLICY);
    expect((await fast.withCalendars(NOW, policy)).policy).toBe(policy);
  });

  test('is told by the next one who asks when the database was away for the first', async () => {
    let away = true;
    const published = () => (away ? Promise.reject(new Error('away')) : policies.publishedHeads());
    const from = createRulebookSource({
      policies: { publishedHeads: published, bodies: (wanted) => policies.bodies(wanted) },
      snapshotsAt: () => Promise.resolve(TEST_RULEBOOK),
      staleMs: 60_000,
    });
    await expect(from.current(NOW, FACTS)).rejects.toThrow('away');
    away = false;
    expect(await labelAt(from, NOW)).toBe('milano-020202@1');
  });
});

describe('seeding', () => {
  test('publishes the default policy once, and leaves an installation with policies alone', async () => {
    expect([await seedPolicies(database.knex, NOW), await seedPolicies(database.knex, NOW)]).toEqual([true, false]);
    expect(await policies.find('milano-020202', 1)).toMatchObject({
      status: 'published',
      validFrom: 0,
      policy: JSON.parse(JSON.stringify(DEFAULT_POLICY)) as object,
    });
  });
});
