/** Every invariant on a real system: silent where it holds, named where somebody broke it. Each break is undone, so that the next one stands alone. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { dataDirectory } from '../../../cli/config.ts';
import { verify as verifyCommand, type VerifyOptions } from '../../../cli/commands/verify.ts';
import { runInvariants, type Verdict } from '../../../cli/verify/run.ts';
import { systemInvariants } from '../../../cli/verify/system-invariants.ts';
import { fold } from '../../../domain/case/evolve.ts';
import { CASE_WORKFLOW } from '../../../workflows/case/messages.ts';
import { caseStartOptions, caseWorkflowId } from '../../../workflows/case/start-options.ts';
import { eventually } from '../../support/case-harness.ts';
import { commandInLog } from '../../support/open-in-log.ts';
import { preparedWorkflowBundle } from '../../support/workflow-bundle.ts';
import { createSystem, type VerifiedSystem } from './system.ts';

jest.setTimeout(60_000);

let system: VerifiedSystem;
let fixtures: string;
let healthy: string;
let closed: string;

beforeAll(async () => {
  fixtures = await mkdtemp(join(tmpdir(), 'secondo-livello-histories-'));
  system = await createSystem();
  healthy = await system.open();
  await system.do(healthy, { type: 'claim' });
  closed = await system.open();
  await system.do(closed, { type: 'claim' });
  await system.do(closed, { type: 'logAttempt', outcome: 'reached' });
  await system.do(closed, { type: 'close', outcome: 'informed' });
});

afterAll(async () => {
  await system.stop();
  await rm(fixtures, { recursive: true, force: true });
});

interface Look {
  readonly now?: () => number;
  readonly settleMs?: number;
}

async function verify({ now = Date.now, settleMs = 3_000 }: Look = {}): Promise<readonly Verdict[]> {
  const { knex, client } = system;
  const invariants = systemInvariants({ knex, client, replay: { workflowBundle: preparedWorkflowBundle() }, fixtures, now });
  return runInvariants(invariants, { settleMs });
}

/** Looks at once: what is broken here stays broken. */
async function broken(look: Look = {}): Promise<ReadonlyMap<number, string>> {
  const verdicts = await verify({ settleMs: 0, ...look });
  return new Map(
    verdicts
      .filter(({ holds }) => !holds)
      .map(({ number, violations }) => [number, violations.map(({ subject, detail }) => `${subject} ${detail}`).join('\n')]),
  );
}

describe('a healthy system', () => {
  test('breaks no invariant, and says how much was looked at', async () => {
    const verdicts = await verify();
    expect(verdicts.flatMap(({ violations }) => violations)).toEqual([]);
    expect(verdicts.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 8, 9, 11, 12]);
    expect(verdicts[0]!.counts).toEqual({ 'opens answered': 2, cases: 2, 'open episodes': 1, workflows: 1 });
    expect(verdicts[1]!.counts).toEqual({ 'states compared': 1 });
    expect(verdicts.find(({ number }) => number === 9)!.counts).toEqual({ 'histories of cases': 2, 'recorded histories': 0 });
  });

  test('may have a start on its way', async () => {
    const caseId = await system.openInLog();
    const entry = { kind: 'start_workflow', key: `start:${caseId}:1`, case_id: caseId, payload: '{}' };
    const instant = new Date();
    await system.knex('outbox').insert({ ...entry, created_at: instant, next_attempt_at: instant });
    expect(await broken()).toEqual(new Map());
    expect([...(await broken({ now: () => Date.now() + 61_000 })).keys()]).toEqual([1, 8]);
    await system.knex('outbox').where({ case_id: caseId }).delete();
    await forget(caseId);
  });
});

describe('invariant 1', () => {
  test('an opening answered but not in the log', async () => {
    const instant = new Date();
    const lost = { command_id: 'lost', route: 'POST /cases', fingerprint: 'x', case_id: '019ab000-0000-7000-8000-0000000000ff', status: 201, answer: '{}' };
    await system.knex('idempotency').insert({ ...lost, created_at: instant });
    expect((await broken()).get(1)).toContain('the log has no such case');
    await system.knex('idempotency').where({ command_id: 'lost' }).delete();
  });

  test('a case nobody was answered for', async () => {
    const rows = await system.knex<object>('idempotency').where('case_id', healthy).select('*');
    await system.knex('idempotency').where({ case_id: healthy }).delete();
    expect((await broken()).get(1)).toContain('no answered request opened it');
    await system.knex('idempotency').insert(
      rows.map((row: { created_at?: number }) => ({
        ...row,
        created_at: new Date(row.created_at!),
        answer: JSON.stringify((row as { answer?: unknown }).answer),
      })),
    );
  });

  test('an open case whose workflow was terminated', async () => {
    const caseId = await system.open();
    await system.client.workflow.getHandle(caseWorkflowId(caseId, 1)).terminate();
    expect((await broken()).get(1)).toContain(`${caseId} episode 1 is open, its workflow is terminated`);
    await forget(caseId);
  });

  test('a workflow that runs for a case nobody knows', async () => {
    const caseId = await system.open();
    const kept = await take(caseId);
    expect((await broken({ settleMs: 2_000 })).get(1)).toContain('the case is not known');
    await system.client.workflow.getHandle(caseWorkflowId(caseId, 1)).terminate();
    expect(kept).toBeGreaterThan(0);
  });

  test('a workflow that runs on although its episode is closed', async () => {
    const caseId = await system.open();
    for (const command of [{ type: 'claim' }, { type: 'close', outcome: 'opened_in_error' }] as const) await commandInLog(system.caseLog, caseId, command);
    const found = await broken({ now: () => Date.now() + 61_000, settleMs: 2_000 });
    expect(found.get(1)).toContain(`${caseId} episode 1 is over, its workflow still runs`);
    await system.client.workflow.getHandle(caseWorkflowId(caseId, 1)).terminate();
    await forget(caseId);
  });
});

describe('invariant 2', () => {
  test('a workflow that was fed another state than the log gives', async () => {
    const caseId = await system.openInLog();
    const state = { ...fold(await system.caseLog.loadRevisions(caseId))!, household: 'another-household' };
    await system.client.workflow.start(CASE_WORKFLOW, caseStartOptions(state, 'cases'));
    expect((await broken()).get(2)).toContain('household: "another-household" against "household-1"');
    await system.client.workflow.getHandle(caseWorkflowId(caseId, 1)).terminate();
    await forget(caseId);
  });
});

describe('what the log and its rows say', () => {
  test('invariant 3: two owners at once', async () => {
    const event = { case_id: healthy, type: 'claimed', at: new Date() };
    const actor = { kind: 'person', id: 'worker-9', roles: ['socialWorker'] };
    await system.knex('case_event').insert({ ...event, revision: 2, seq: 2, data: JSON.stringify({ owner: 'worker-9', actor }) });
    expect((await broken()).get(3)).toContain('claimed by worker-9 while worker-1 has the case');
    await system.knex('case_event').where({ case_id: healthy, revision: 2, seq: 2 }).delete();
  });

  test('invariant 5: a gap in the revisions', async () => {
    await system.knex('case_revision').where({ case_id: healthy, revision: 2 }).update({ revision: 3 });
    expect((await broken()).get(5)).toContain('revisions 1 to 3, but 2 of them');
    await system.knex('case_revision').where({ case_id: healthy, revision: 3 }).update({ revision: 2 });
  });

  test('invariant 11: a case row somebody changed, a clock row somebody deleted', async () => {
    await system.knex('escalation_case').where({ case_id: healthy }).update({ urgency: 'green' });
    expect((await broken()).get(11)).toContain('case.urgency is "green", the log says "yellow"');
    await system.knex('escalation_case').where({ case_id: healthy }).update({ urgency: 'yellow' });

    const clock = await system.knex<object>('case_clock').where('case_id', closed).where('name', 'firstContact').first('*');
    await system.knex('case_clock').where({ case_id: closed, name: 'firstContact' }).delete();
    expect((await broken()).get(11)).toContain('clock 1:firstContact-1 is missing');
    await system.knex('case_clock').insert(withInstants(clock));
  });

  test('invariant 12: nobody answers for an open case', async () => {
    await system.knex('escalation_case').where({ case_id: healthy }).update({ responsible: null, next_deadline: null });
    const found = (await broken()).get(12);
    expect(found).toContain('names nobody who answers');
    expect(found).toContain('no pending alarm');
    await system.knex.raw(`UPDATE escalation_case c SET responsible = owner, next_deadline = nearest_due_at WHERE c.case_id = ?`, [healthy]);
  });
});

describe('invariant 4', () => {
  let overdue: string;
  const breaches = () => system.knex<StoredEvent>('case_event').where('case_id', overdue).where('type', 'clockBreached').orderBy('revision').orderBy('seq');

  beforeAll(async () => {
    overdue = await system.open({}, Date.now() - 5 * 86_400_000);
    await eventually(async () => expect((await breaches()).length).toBeGreaterThan(0));
    expect(await broken({ settleMs: 3_000 })).toEqual(new Map());
  });
  afterAll(async () => {
    await system.client.workflow.getHandle(caseWorkflowId(overdue, 1)).terminate();
    await forget(overdue);
  });

  test('a promise past due whose breach is not in the log', async () => {
    const [first] = await breaches();
    await rowOf(first).delete();
    expect((await broken()).get(4)).toMatch(/claim-1 was due at \d+ and has no breach/);
    await insert(first);
  });

  test('a breach recorded twice', async () => {
    const [first] = await breaches();
    await insert({ ...first!, seq: 100 });
    expect((await broken()).get(4)).toContain('1:claim-1 breached 2 times');
    await rowOf({ ...first!, seq: 100 }).delete();
  });

  test('a breach found before it was due', async () => {
    const [first] = await breaches();
    const { dueAt } = first!.data as { dueAt: number };
    await rowOf(first).update({ data: JSON.stringify({ ...first!.data, detectedAt: dueAt - 1 }) });
    expect((await broken()).get(4)).toContain(`claim-1 breached before it was due at ${dueAt}`);
    await rowOf(first).update({ data: JSON.stringify(first!.data) });
  });

  test('a breach after the case was closed', async () => {
    const [first] = await breaches();
    const late = { ...first!, case_id: closed, revision: 4, seq: 100 };
    await insert(late);
    expect((await broken()).get(4)).toContain(`${closed} claim-1 breached after the case was closed`);
    await rowOf(late).delete();
  });
});

describe('invariant 8', () => {
  test('a workflow task that nobody takes', async () => {
    const caseId = await system.openInLog();
    const state = fold(await system.caseLog.loadRevisions(caseId))!;
    await system.client.workflow.start(CASE_WORKFLOW, caseStartOptions(state, 'nobody-polls-this'));
    expect((await broken({ now: () => Date.now() + 61_000, settleMs: 2_000 })).get(8)).toContain('its workflow task has waited');
    await system.client.workflow.getHandle(caseWorkflowId(caseId, 1)).terminate();
    await forget(caseId);
  });

  test('a workflow task that fails again and again', async () => {
    const caseId = await system.openInLog();
    const { args, ...options } = caseStartOptions(fold(await system.caseLog.loadRevisions(caseId))!, 'cases');
    await system.client.workflow.start('noSuchWorkflow', { ...options, args });
    let found: string | undefined;
    for (const until = Date.now() + 40_000; found === undefined && Date.now() < until; ) found = (await broken({ settleMs: 1_000 })).get(8);
    expect(found).toContain('its workflow task fails, attempt');
    await system.client.workflow.getHandle(caseWorkflowId(caseId, 1)).terminate();
    await forget(caseId);
  });
});

describe('invariant 9', () => {
  test('a recorded history somebody changed', async () => {
    const good = historyToJSON(await system.client.workflow.getHandle(caseWorkflowId(closed, 1)).fetchHistory());
    await writeFile(join(fixtures, 'good.json'), good);
    expect(await broken()).toEqual(new Map());
    await writeFile(join(fixtures, 'tampered.json'), withAnotherCommand(good));
    await writeFile(join(fixtures, 'unreadable.json'), '{"events": [');
    const found = (await broken()).get(9);
    expect(found).toContain('tampered.json [TMPRL1100] Nondeterminism error');
    expect(found).toContain('unreadable.json cannot be read');
    expect(found).not.toContain('good.json');
    await Promise.all(['good', 'tampered', 'unreadable'].map((name) => rm(join(fixtures, `${name}.json`))));
  });
});

describe('the command', () => {
  const nowhere = dataDirectory(join(tmpdir(), 'secondo-livello-nothing-here'), {});
  const run = async (options: VerifyOptions) => {
    let printed = '';
    const code = await verifyCommand(nowhere, { histories: fixtures, ...options }, system.environment, (text) => (printed += text));
    return { code, printed };
  };

  test('leaves with 0 and a line for each invariant when all hold', async () => {
    const { code, printed } = await run({});
    expect(code).toBe(0);
    expect(printed.split('\n').filter((line) => line.startsWith('holds'))).toHaveLength(9);
    expect(printed).toContain('9 invariants hold');
  });

  test('leaves with 1 and a list when one is broken, for people and as JSON', async () => {
    await system.knex('escalation_case').where({ case_id: healthy }).update({ urgency: 'green' });
    const { code, printed } = await run({ settle: 0 });
    expect(code).toBe(1);
    expect(printed).toContain('BROKEN 11');
    expect(printed).toContain(`${healthy}: case.urgency is "green", the log says "yellow"`);
    const asJson = await run({ settle: 0, json: true });
    expect(asJson.code).toBe(1);
    const { holds, invariants } = JSON.parse(asJson.printed) as { holds: boolean; invariants: Verdict[] };
    expect(holds).toBe(false);
    expect(invariants.filter((invariant) => !invariant.holds).map(({ number }) => number)).toEqual([11]);
    await system.knex('escalation_case').where({ case_id: healthy }).update({ urgency: 'yellow' });
  });

  test('says where it looked when there is no system', async () => {
    await expect(verifyCommand(nowhere, {}, {}, () => undefined)).rejects.toMatchObject({ exitCode: 69 });
  });
});

test('and nothing is left broken', async () => {
  expect(await broken()).toEqual(new Map());
});

/** The claim of a recorded history becomes something its case would have refused. */
function withAnotherCommand(history: string): string {
  return history.replaceAll(/"data": "([^"]+)"/g, (whole, data: string) => {
    const payload = Buffer.from(data, 'base64').toString();
    const changed = payload.replace('"command":{"type":"claim"}', '"command":{"type":"approveClosure"}');
    return changed === payload ? whole : `"data": "${Buffer.from(changed).toString('base64')}"`;
  });
}

interface StoredEvent {
  readonly case_id: string;
  readonly revision: number;
  readonly seq: number;
  readonly type: string;
  readonly at: number;
  readonly data: object;
}

function rowOf(event: StoredEvent | undefined) {
  const { case_id, revision, seq } = event!;
  return system.knex('case_event').where({ case_id, revision, seq });
}

async function insert(event: StoredEvent | undefined): Promise<void> {
  const { at, data, ...columns } = event!;
  await system.knex('case_event').insert({ ...columns, at: new Date(at), data: JSON.stringify(data) });
}

/** Removes a case from the database. */
async function take(caseId: string): Promise<number> {
  const tables = ['case_event', 'case_revision', 'case_clock', 'escalation_case', 'idempotency', 'outbox'];
  const removed = await Promise.all(tables.map((table) => system.knex(table).where({ case_id: caseId }).delete()));
  return removed.reduce((sum, rows) => sum + rows, 0);
}

async function forget(caseId: string): Promise<void> {
  await take(caseId);
}

/** A row as it is inserted again: instants come from the driver as numbers. */
function withInstants(row: object): object {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [column, column.endsWith('_at') && typeof value === 'number' ? new Date(value) : (value as unknown)]),
  );
}
