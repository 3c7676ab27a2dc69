/** Batches of rebases on a real worker, Postgres and Temporal server. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createRebaseRepository, type NewBatch, type RebaseBatch, type RebaseRepository } from '../../../db/repositories/rebases.ts';
import type { EventOf } from '../../../domain/case/events.ts';
import type { Rulebook } from '../../../domain/sla/policy.ts';
import { policyLabel } from '../../../domain/sla/rulebook.ts';
import { rulebookOf } from '../../../domain/case/state.ts';
import { REBASE_WORKFLOW, rebaseWorkflowId, type RebaseInput, type RebaseReport } from '../../../workflows/rebase/messages.ts';
import { RECONCILIATION_WORKFLOW, type ReconciliationInput } from '../../../workflows/reconciliation/messages.ts';
import { COORDINATOR } from '../../support/case-builder.ts';
import { eventually } from '../../support/case-harness.ts';
import { DAY, SERVICE, TEST_RULEBOOK, WALL_RULEBOOK } from '../../support/rulebook.ts';
import { createEngine, type Engine } from './system.ts';

jest.setTimeout(90_000);

/** Nothing is published: what a new case gets is the policy installations are seeded with. */
const IN_FORCE = 'milano-020202@1';

let engine: Engine;
let batches: RebaseRepository;
beforeAll(async () => {
  engine = await createEngine();
  batches = createRebaseRepository(engine.knex);
});
afterAll(() => engine.stop());

/** A rulebook under a name of its own, so that each test finds its own cases. */
function pinned(id: string): Rulebook {
  return { ...WALL_RULEBOOK, policy: { ...WALL_RULEBOOK.policy, id } };
}

async function openMany(id: string, count: number, open = (change: { rulebook: Rulebook }): Promise<string> => engine.open(change)): Promise<string[]> {
  const opened: string[] = [];
  for (let index = 0; index < count; index++) opened.push(await open({ rulebook: pinned(id) }));
  return opened;
}

function create(id: string, change: Partial<NewBatch> = {}): Promise<RebaseBatch> {
  const now = Date.now();
  const what = { reason: 'policy_published' as const, target: { to: 'inForce' as const }, filter: { policies: [`${id}@1`] }, dryRun: false };
  return batches.create({ batchId: randomUUID(), ...what, createdBy: 'admin-1', createdAt: now, notBefore: now, ...change });
}

const finished = ({ batchId }: RebaseBatch) =>
  eventually(async () => {
    const batch = (await batches.find(batchId))!;
    expect(batch.finishedAt).not.toBeNull();
    return batch;
  }, 60_000);

async function rebasedEvents(caseId: string): Promise<readonly EventOf<'rebased'>[]> {
  const revisions = await engine.caseLog.loadRevisions(caseId);
  return revisions.flatMap(({ events }) => events.filter((event): event is EventOf<'rebased'> => event.type === 'rebased'));
}

const policyOf = async (caseId: string) => policyLabel(rulebookOf((await engine.folded(caseId))!).policy);

describe('a batch', () => {
  test('rebases each open case of its filter once, and says what moved', async () => {
    const [first, ...others] = await openMany('once', 5);
    await engine.do(others[0]!, { type: 'claim' });
    await engine.do(others[0]!, { type: 'close', outcome: 'opened_in_error' });
    const [bystander] = await openMany('bystander', 1);
    const batch = await finished(await create('once'));
    expect(batch).toMatchObject({ status: 'done', total: 4, done: 4, moved: 4, unchanged: 0, failed: 0 });
    const [rebased, ...more] = await rebasedEvents(first!);
    expect(more).toEqual([]);
    expect(rebased).toMatchObject({ reason: 'policy_published', batch: batch.batchId, actor: { kind: 'system', id: 'admin-1' } });
    expect(rebased?.moved?.length).toBeGreaterThan(0);
    const { items } = await batches.cases(batch.batchId, {});
    expect(items.find(({ caseId }) => caseId === first)).toEqual({ caseId: first, outcome: 'moved', reason: null, moved: rebased!.moved });
    expect(batch.clocksMoved).toBe(items.reduce((sum, { moved }) => sum + moved.length, 0));
    expect((await engine.stateOf(first!)).revision).toBe(2);
    expect([await policyOf(first!), await policyOf(others[0]!), await policyOf(bystander!)]).toEqual([IN_FORCE, 'once@1', 'bystander@1']);
    const [row] = await engine.knex('escalation_case').where('case_id', first).select<{ policy: string; human_revision: number }[]>('policy', 'human_revision');
    expect(row).toEqual({ policy: IN_FORCE, human_revision: 1 });
  });

  test('that is repeated changes nothing', async () => {
    const [caseId] = await openMany('repeated', 1);
    await finished(await create('repeated'));
    const again = await finished(await create('repeated', { filter: { policies: [IN_FORCE] } }));
    expect(again.unchanged).toBe(again.total);
    const { items } = await batches.cases(again.batchId, { outcome: 'unchanged' });
    expect(items.find((item) => item.caseId === caseId)).toMatchObject({ reason: 'same_rulebook', moved: [] });
    expect(await rebasedEvents(caseId!)).toHaveLength(1);
  });

  test('run dry says what would move and writes nothing', async () => {
    const [caseId] = await openMany('dry', 1);
    const dry = await finished(await create('dry', { dryRun: true }));
    expect(dry).toMatchObject({ status: 'done', total: 1, moved: 1 });
    expect(await rebasedEvents(caseId!)).toEqual([]);
    const wet = await finished(await create('dry'));
    // Where they move to depends on the instant: the time before it counts round the clock, the time after it in opening hours.
    const movedIn = async ({ batchId }: RebaseBatch) => (await batches.cases(batchId, {})).items[0]!.moved.map(({ clock, before }) => [clock, before]);
    expect(await movedIn(dry)).toEqual(await movedIn(wet));
  });

  test('reaches a case whose workflow is gone', async () => {
    const [caseId] = await openMany('gone', 1, (change) => engine.openInLog(change));
    await engine.starter.start(caseId!);
    await engine.handleOf(caseId!).terminate('lost');
    expect(await finished(await create('gone'))).toMatchObject({ moved: 1, failed: 0 });
    expect(await rebasedEvents(caseId!)).toHaveLength(1);
  });

  test('goes by territory, need and urgency too', async () => {
    const [there] = await openMany('filtered', 1, (change) => engine.open({ ...change, assignment: { municipio: '4', reason: 'domicile' }, urgency: 'green' }));
    const [here] = await openMany('filtered', 1);
    const filter = { policies: ['filtered@1'], territories: ['4'], urgencies: ['green' as const], needs: ['PERINATAL_MENTAL_HEALTH'] };
    expect(await finished(await create('filtered', { filter }))).toMatchObject({ total: 1, moved: 1 });
    expect([await policyOf(there!), await policyOf(here!)]).toEqual([IN_FORCE, 'filtered@1']);
  });

  test('continues in a new run without doing a case twice', async () => {
    const cases = await openMany('long', 3);
    const batch = await create('long');
    const input: RebaseInput = { batchId: batch.batchId, continueAfter: 1 };
    const options = { workflowId: rebaseWorkflowId(batch.batchId), taskQueue: engine.taskQueue, workflowIdConflictPolicy: 'USE_EXISTING' as const };
    const handle = await engine.client.workflow.start(REBASE_WORKFLOW, { ...options, args: [input] });
    expect(await (handle.result() as Promise<RebaseReport>)).toEqual({ status: 'done', total: 3, moved: 3, unchanged: 0, failed: 0 });
    for (const caseId of cases) expect(await rebasedEvents(caseId)).toHaveLength(1);
  });
});

describe('a cancelled batch', () => {
  test('that has not begun does nothing', async () => {
    const [caseId] = await openMany('waiting', 1);
    const batch = await create('waiting', { notBefore: Date.now() + DAY });
    expect(await batches.cancel(batch.batchId, Date.now())).toMatchObject({ status: 'cancelled', total: null });
    expect(await batches.cancel(batch.batchId, Date.now())).toBeNull();
    expect(await rebasedEvents(caseId!)).toEqual([]);
  });

  test('that runs ends after the cases in hand, and says how far it came', async () => {
    await openMany('stopped', 30);
    const batch = await create('stopped');
    await eventually(async () => expect((await batches.find(batch.batchId))?.done).toBeGreaterThan(0));
    await batches.cancel(batch.batchId, Date.now());
    const ended = await finished(batch);
    expect(ended).toMatchObject({ status: 'cancelled', total: 30 });
    expect(ended.done).toBeLessThan(30);
    const left = await engine.knex('escalation_case').where('policy', 'stopped@1').count<{ count: number }[]>();
    expect(left[0]?.count).toBe(30 - ended.done);
  });
});

test('calendars about to run out are renewed by the nightly reconciliation, under the policy each case has', async () => {
  const until = Date.now() + 100 * DAY;
  const ending = { ...SERVICE, version: 'ending', until };
  const rulebook: Rulebook = { ...TEST_RULEBOOK, policy: { ...TEST_RULEBOOK.policy, id: 'ending' }, calendars: { ending }, calendarOf: { '*': 'ending' } };
  const caseId = await engine.open({ rulebook });
  await engine.do(caseId, { type: 'disputeCompetence', reason: 'border_address' }, { actor: COORDINATOR });
  const [settled] = await openMany('settled', 1);
  await engine.client.workflow.execute(RECONCILIATION_WORKFLOW, {
    workflowId: `reconciliation-test-${randomUUID()}`,
    taskQueue: engine.taskQueue,
    args: [{ deep: true } satisfies ReconciliationInput],
  });
  const { items } = await batches.list({ limit: 1 });
  const batch = await finished(items[0]!);
  expect(batch).toMatchObject({ reason: 'horizon', createdBy: 'system', target: { to: 'calendars' }, total: 1, failed: 0 });
  const { policy, calendars } = rulebookOf((await engine.folded(caseId))!);
  expect(policyLabel(policy)).toBe('ending@1');
  for (const calendar of Object.values(calendars)) expect(calendar.until).toBeGreaterThan(Date.now() + 365 * DAY);
  expect(await rebasedEvents(settled!)).toEqual([]);
});
