import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { scaleRulebook } from '../../../domain/sla/scale-policy.ts';
import type { caseWorkflow } from '../../../workflows/index.ts';
import { CASE_WORKFLOW } from '../../../workflows/case/messages.ts';
import { caseStartOptions } from '../../../workflows/case/start-options.ts';
import { RECONCILIATION_WORKFLOW, type ReconciliationInput, type ReconciliationReport } from '../../../workflows/reconciliation/messages.ts';
import { eventually } from '../../support/case-harness.ts';
import { commandInLog } from '../../support/open-in-log.ts';
import { WALL_RULEBOOK } from '../../support/rulebook.ts';
import { createEngine, failureType, type Engine } from './system.ts';

jest.setTimeout(60_000);

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine();
});
afterAll(() => engine.stop());

interface ClockColumns {
  readonly case_id: string;
  readonly clock_id: string;
  readonly due_at: number;
  readonly breached_due_at: number;
  readonly breach_detected_at: number;
}

const running = async (caseId: string) => expect((await engine.handleOf(caseId).describe()).status.name).toBe('RUNNING');

function reconcile(input: ReconciliationInput): Promise<ReconciliationReport> {
  return engine.client.workflow.execute<(given: ReconciliationInput) => Promise<ReconciliationReport>>(RECONCILIATION_WORKFLOW, {
    workflowId: `reconcile-${randomUUID()}`,
    taskQueue: engine.taskQueue,
    args: [input],
  });
}

describe('the worker', () => {
  test('is ready once it polls, and says which part is not', async () => {
    await eventually(async () => {
      const answer = await fetch(`${engine.healthUrl()}/readyz`);
      expect({ status: answer.status, body: await answer.json() }).toEqual({ status: 200, body: { status: 'ok', failing: [] } });
    });
    expect((await fetch(`${engine.healthUrl()}/livez`)).status).toBe(200);
  });

  test('schedules the nightly reconciliation once', async () => {
    await eventually(async () => {
      const { spec, action } = await engine.client.schedule.getHandle(`reconciliation-${engine.taskQueue}`).describe();
      expect(spec.timezone).toBe('Europe/Rome');
      expect(action).toMatchObject({ workflowType: RECONCILIATION_WORKFLOW });
    });
  });

  test('starts what an opening left in the outbox, once', async () => {
    const caseId = await engine.openInLog();
    await eventually(() => running(caseId));
    await eventually(async () => expect(await engine.knex('outbox').where('case_id', caseId).whereNull('done_at')).toEqual([]));
    expect(await engine.do(caseId, { type: 'claim' })).toMatchObject({ revision: 2, status: 'contacting' });
  });

  test('records a breach and tells staff, within a second', async () => {
    const caseId = await engine.open({ rulebook: scaleRulebook(WALL_RULEBOOK, 14_400) });
    await eventually(async () => expect(await engine.knex('staff_message').where('case_id', caseId)).toHaveLength(1));
    const clock = await engine.knex<ClockColumns>('case_clock').where({ case_id: caseId, clock_id: 'claim-1' }).first();
    expect(clock?.breached_due_at).toBe(clock?.due_at);
    expect(clock!.breach_detected_at - clock!.breached_due_at).toBeLessThan(1_000);
    const metrics = await (await fetch(`${engine.healthUrl()}/metrics`)).text();
    const [, inTime] = /^breach_lag_milliseconds_bucket\{le="1000"\} (\d+)$/m.exec(metrics) ?? [];
    const [, all] = /^breach_lag_milliseconds_count (\d+)$/m.exec(metrics) ?? [];
    expect([Number(all) > 0, inTime]).toEqual([true, all]);
    expect(metrics).toMatch(/^outbox_pending \d+$/m);
    expect(await engine.stateOf(caseId)).toEqual(await engine.folded(caseId));
  });
});

describe('a new worker', () => {
  test('replays a case it has never seen, and goes on', async () => {
    const caseId = await engine.open();
    await engine.do(caseId, { type: 'claim' });
    await engine.restartWorker();
    expect(await engine.do(caseId, { type: 'logAttempt', outcome: 'reached' })).toMatchObject({ revision: 3, status: 'following_up' });
    expect(await engine.stateOf(caseId)).toEqual(await engine.folded(caseId));
  });
});

describe('continue-as-new', () => {
  test('keeps the answers: a command repeated in the next run is not done again', async () => {
    const caseId = await engine.openInLog();
    const { args, ...options } = caseStartOptions((await engine.folded(caseId))!, engine.taskQueue);
    const handle = await engine.client.workflow.start<typeof caseWorkflow>(CASE_WORKFLOW, { ...options, args: [{ ...args[0], continueAfter: 1 }] });
    const commandId = randomUUID();
    const answer = await engine.do(caseId, { type: 'claim' }, { commandId });
    await eventually(async () => expect((await engine.handleOf(caseId).describe()).runId).not.toBe(handle.firstExecutionRunId));
    expect(await engine.do(caseId, { type: 'claim' }, { commandId })).toEqual(answer);
    expect((await engine.folded(caseId))?.revision).toBe(2);
    await engine.do(caseId, { type: 'logAttempt', outcome: 'reached' });
    await eventually(async () => expect(await engine.do(caseId, { type: 'close', outcome: 'informed' })).toMatchObject({ status: 'closed' }));
    await engine.handleOf(caseId).result();
  });
});

describe('a log restored from an older backup', () => {
  test('ends the run at its next command; the relay starts the case again from the log, and the loss is reported', async () => {
    const caseId = await engine.open();
    await engine.do(caseId, { type: 'claim' });
    await engine.do(caseId, { type: 'logAttempt', outcome: 'no_answer' });
    const { runId } = await engine.handleOf(caseId).describe();
    const ended = failureType(engine.client.workflow.getHandle(engine.handleOf(caseId).workflowId, runId, { followRuns: false }).result());
    await engine.restore(caseId, 1);
    expect(await failureType(engine.do(caseId, { type: 'logAttempt', outcome: 'reached' }))).toBe('log_behind');
    expect(await ended).toBe('log_behind');
    expect(await engine.incidentKinds(caseId)).toEqual(['log_behind']);
    await eventually(async () => expect(await engine.do(caseId, { type: 'claim' }).catch(() => null)).toMatchObject({ revision: 2 }), 20_000);
    expect(await engine.stateOf(caseId)).toEqual(await engine.folded(caseId));
  });

  test('older than a closure opens the case again', async () => {
    const caseId = await engine.open();
    await engine.do(caseId, { type: 'claim' });
    await engine.do(caseId, { type: 'logAttempt', outcome: 'reached' });
    await engine.do(caseId, { type: 'close', outcome: 'informed' });
    await engine.handleOf(caseId).result();
    await engine.restore(caseId, 3);
    expect(await engine.starter.start(caseId)).toBe('running');
    expect(await engine.incidentKinds(caseId)).toEqual(['closure_lost']);
    expect(await engine.do(caseId, { type: 'close', outcome: 'informed' })).toMatchObject({ revision: 4 });
  });
});

describe('a run an operator cancels', () => {
  test('ends with an incident, and the relay starts the case again within seconds', async () => {
    const caseId = await engine.open();
    const { runId } = await engine.handleOf(caseId).describe();
    await engine.handleOf(caseId).cancel();
    await eventually(async () => {
      const now = await engine.handleOf(caseId).describe();
      expect({ status: now.status.name, isNew: now.runId !== runId }).toEqual({ status: 'RUNNING', isNew: true });
    }, 20_000);
    expect(await engine.incidentKinds(caseId)).toEqual(['engine_cancelled']);
    expect(await engine.do(caseId, { type: 'claim' })).toMatchObject({ revision: 3 });
    expect(await engine.stateOf(caseId)).toEqual(await engine.folded(caseId));
  });
});

describe('the reconciliation', () => {
  test('starts the missing, starts again what knows more than the log, reports both', async () => {
    const [lost, ahead] = [await engine.open(), await engine.open()];
    await engine.do(ahead, { type: 'claim' });
    await engine.restore(ahead, 1);
    await engine.handleOf(lost).terminate('lost');
    await engine
      .knex('escalation_case')
      .where('case_id', lost)
      .update({ episode_opened_at: new Date(Date.now() - 3_600_000) });
    const report = await reconcile({ deep: true, graceMs: 3_000 });
    expect(report).toMatchObject({ started: 1, restarted: 1, differences: { workflow_missing: 1, log_behind: 1 } });
    await running(lost);
    expect(await engine.incidentKinds(lost)).toEqual(['workflow_missing']);
    expect(await engine.incidentKinds(ahead)).toEqual(['log_behind']);
    expect(await engine.do(ahead, { type: 'claim' })).toMatchObject({ revision: 2 });
    expect(await reconcile({ deep: true, graceMs: 3_000 })).toMatchObject({ started: 0, restarted: 0 });
  });

  test('forgets at night what has outlived its retention, and nothing else', async () => {
    const caseId = await engine.open();
    const ago = (days: number) => new Date(Date.now() - days * 86_400_000);
    const key = (id: string, days: number) => ({ command_id: `${caseId}-${id}`, route: 'r', fingerprint: 'f', created_at: ago(days) });
    await engine.knex('idempotency').insert([key('old', 31), key('kept', 29)]);
    const effect = (id: string, done: Date | null) => ({ kind: 'catch_up', key: `${caseId}-${id}`, case_id: caseId, payload: '{}', done_at: done });
    const times = { created_at: ago(40), next_attempt_at: new Date(Date.now() + 3_600_000) };
    await engine.knex('outbox').insert([effect('old', ago(8)), effect('kept', ago(6)), effect('pending', null)].map((row) => ({ ...row, ...times })));
    expect(await reconcile({ deep: false })).not.toHaveProperty('pruned');
    expect(await reconcile({ deep: true, graceMs: 3_000 })).toMatchObject({ pruned: { keys: 1, effects: 1 } });
    expect(await engine.knex('idempotency').pluck('command_id').where('command_id', 'like', `${caseId}%`)).toEqual([`${caseId}-kept`]);
    expect((await engine.knex('outbox').pluck('key').where('key', 'like', `${caseId}-%`)).sort()).toEqual([`${caseId}-kept`, `${caseId}-pending`]);
  });

  test('says nothing of a case whose workflow is just being started', async () => {
    const caseId = await engine.openInLog();
    await reconcile({ deep: false });
    await running(caseId);
    expect(await engine.incidentKinds(caseId)).toEqual([]);
  });

  test('reports a workflow that runs on although its episode is closed, and leaves it to whoever looks', async () => {
    const caseId = await engine.open();
    for (const command of [{ type: 'claim' }, { type: 'close', outcome: 'opened_in_error' }] as const) await commandInLog(engine.caseLog, caseId, command);
    await eventually(async () => {
      const report = await reconcile({ deep: true, graceMs: 3_000 });
      expect(report).toMatchObject({ restarted: 0, differences: { workflow_of_closed_case: 1 } });
    });
    await running(caseId);
    expect(await engine.incidentKinds(caseId)).toEqual(['workflow_of_closed_case']);
    await engine.handleOf(caseId).terminate('looked at');
  });

  test('reports a workflow whose case the log does not know', async () => {
    const caseId = await engine.open();
    await engine.knex('case_revision').where('case_id', caseId).delete();
    await engine.knex('escalation_case').where('case_id', caseId).delete();
    await eventually(async () => {
      const report = await reconcile({ deep: true, graceMs: 3_000 });
      expect(report.differences['workflow_without_case']).toBeGreaterThanOrEqual(1);
    });
    await running(caseId);
    expect(await engine.incidentKinds(caseId)).toEqual(['workflow_without_case']);
    const metrics = await (await fetch(`${engine.healthUrl()}/metrics`)).text();
    expect(metrics).toMatch(/^reconciliation_differences_total\{kind="workflow_without_case"\} [1-9]/m);
    expect(metrics).toMatch(/^incidents_open\{kind="workflow_without_case"\} [1-9]/m);
  });
});
