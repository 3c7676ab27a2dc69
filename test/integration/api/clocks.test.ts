import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { scaleRulebook } from '../../../domain/sla/scale-policy.ts';
import { eventually } from '../../support/case-harness.ts';
import { fixedRulebooks, HOUR, WALL_RULEBOOK } from '../../support/rulebook.ts';
import { caseWorkflowId } from '../../../workflows/case/start-options.ts';
import { createApi, type Api, type CastName } from './harness.ts';

jest.setTimeout(120_000);

let api: Api;
/** Four hours are a second: promises break while one looks. */
let fast: Api;
let connection: Connection;
beforeAll(async () => {
  api = await createApi();
  const rulebook = scaleRulebook(WALL_RULEBOOK, 14_400);
  fast = await createApi({ rulebooks: () => fixedRulebooks(rulebook) });
  connection = await Connection.connect({ address: process.env['TEST_TEMPORAL_ADDRESS'] ?? '' });
});
afterAll(async () => {
  await api.close();
  await fast.close();
  await connection.close();
});

type Segment = { readonly countedMs: number; readonly text: string; readonly kind: string };

const later = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** Gives a command that must be accepted; on a busy machine its answer may take a second asking. */
async function command(on: Api, who: CastName, caseId: string, name: string, body: object = {}): Promise<void> {
  const key = randomUUID();
  await eventually(async () => {
    const { status, body: answer } = await on.post(who, `/cases/${caseId}/${name}`, { body, key });
    if (status !== 200) throw new Error(`${name} answered ${status}: ${JSON.stringify(answer)}`);
  });
}

describe('GET /cases/:id/clocks/:clock', () => {
  test('tells what was counted, who changed what, what is left and why it is due then, in the language asked for', async () => {
    const caseId = await api.open();
    await command(api, 'worker', caseId, 'claim');
    await command(api, 'worker', caseId, 'log-attempt', { outcome: 'reached' });
    await command(api, 'worker', caseId, 'pause', { reason: 'WAITING_FAMILY', until: later(24 * HOUR) });
    await command(api, 'coordinator', caseId, 'change-urgency', { urgency: 'green', reason: 'situation_improved' });
    const { status, body, headers } = await api.get('worker', `/cases/${caseId}/clocks/decision-1`);
    expect([status, headers['content-language'], body['language']]).toEqual([200, 'it', 'it']);
    const sum = (list: unknown) => (list as Segment[]).reduce((total, { countedMs }) => total + countedMs, 0);
    expect(sum(body['segments'])).toBe(body['consumedMs']);
    expect(sum(body['ahead'])).toBe(body['leftMs']);
    expect((body['consumedMs'] as number) + (body['leftMs'] as number)).toBe(body['totalMs']);
    expect(body['legs']).toMatchObject([
      { urgency: 'yellow', municipio: '6', policy: 'test@1', cause: null },
      { urgency: 'green', cause: { type: 'urgencyChanged', by: 'co-1', reason: 'situation_improved', from: 'yellow', to: 'green' } },
    ]);
    expect(body).toMatchObject({ start: { type: 'opened', by: 'op-1' }, end: null, due: { reason: 'business_days' }, reviews: [] });
    expect((body['segments'] as Segment[]).find(({ kind }) => kind === 'paused')).toMatchObject({ reason: 'WAITING_FAMILY', by: 'sw-1', countedMs: 0 });
    expect((body['summary'] as string[])[0]).toMatch(/^«Decisione con la famiglia»: iniziato .*, quando il caso è stato aperto da op-1\.$/);
    const english = await api.get('worker', `/cases/${caseId}/clocks/decision-1`, { language: 'en' });
    expect(english.headers['content-language']).toBe('en');
    expect((english.body['summary'] as string[])[0]).toMatch(/^"Decision with the family": started on .*, when the case was opened by op-1\.$/);
    expect((english.body['segments'] as Segment[]).every(({ text }) => /counted$/.test(text))).toBe(true);
  });
});

describe('GET /cases/:id/accountability', () => {
  test('splits the family’s waiting by hop and kind, adding up to the whole', async () => {
    const caseId = await api.open();
    await command(api, 'worker', caseId, 'claim');
    await command(api, 'worker', caseId, 'log-attempt', { outcome: 'no_answer' });
    const { status, body } = await api.get('coordinator', `/cases/${caseId}/accountability`, { language: 'en' });
    expect(status).toBe(200);
    const hops = body['hops'] as { totalMs: number; split: Record<string, number>; owner: string | null; text: string }[];
    expect(hops.map(({ owner }) => owner)).toEqual([null, 'sw-1']);
    expect(hops.reduce((sum, { totalMs }) => sum + totalMs, 0)).toBe(body['totalMs']);
    for (const { split, totalMs } of hops) expect(Object.values(split).reduce((sum, ms) => sum + ms, 0)).toBe(totalMs);
    expect(body).toMatchObject({ end: 'waiting', episode: 1 });
    expect((body['summary'] as string[])[0]).toMatch(/^The family waited .*, and waits still\.$/);
    await command(api, 'worker', caseId, 'log-attempt', { outcome: 'reached' });
    expect((await api.get('coordinator', `/cases/${caseId}/accountability`)).body).toMatchObject({ end: 'reached' });
  });

  test('is of an episode the case had', async () => {
    const caseId = await api.open();
    expect(await api.get('coordinator', `/cases/${caseId}/accountability?episode=2`)).toMatchObject({ status: 404, body: { code: 'episode_unknown' } });
    expect(await api.get('stranger', `/cases/${caseId}/accountability`)).toMatchObject({ status: 404, body: { code: 'case_unknown' } });
  });
});

describe('POST /cases/:id/what-if', () => {
  test('shows the clocks before and after, and writes nothing anywhere', async () => {
    const caseId = await api.open();
    await command(api, 'worker', caseId, 'claim');
    const before = await everything(caseId);
    // No key: it changes nothing.
    const red = await api.post('coordinator', `/cases/${caseId}/what-if`, { body: { urgency: 'red' }, key: null });
    expect(red.status).toBe(200);
    const clocks = red.body['clocks'] as { id: string; moved: boolean; movedByMs: number | null; before: unknown; after: unknown }[];
    expect(clocks.find(({ id }) => id === 'firstContact-1')).toMatchObject({ moved: true, movedByMs: -4 * 24 * HOUR });
    expect(clocks.find(({ id }) => id === 'supervisorSeen-1')).toMatchObject({ moved: true, before: null, after: { status: 'running' } });
    expect(red.body['alerts']).toEqual([{ clock: 'supervisorSeen-1', audience: ['shiftLeader', 'coordinator'] }]);
    const moved = await api.post('worker', `/cases/${caseId}/what-if`, { body: { municipio: '4' }, key: null });
    expect((moved.body['clocks'] as { id: string }[]).map(({ id }) => id)).toContain('claim-2');
    expect(await everything(caseId)).toEqual(before);
  });

  test('answers what the rules would refuse with the same problem', async () => {
    const caseId = await api.open();
    const ask = (body: object, who: CastName = 'coordinator') => api.post(who, `/cases/${caseId}/what-if`, { body, key: null });
    expect(await ask({ waitingUntil: later(HOUR) })).toMatchObject({ status: 409, body: { code: 'command_not_allowed' } });
    expect(await ask({ urgency: 'yellow' })).toMatchObject({ status: 422, body: { code: 'urgency_unchanged' } });
    expect(await ask({ municipio: '77' })).toMatchObject({ status: 422, body: { code: 'municipio_unknown', errors: [{ pointer: '/municipio' }] } });
    expect(await ask({})).toMatchObject({ status: 422, body: { code: 'body_invalid' } });
    expect(await ask({ urgency: 'purple' })).toMatchObject({ status: 422, body: { code: 'body_invalid', errors: [{ pointer: '/urgency' }] } });
    expect(await ask({ urgency: 'red' }, 'operator')).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await ask({ urgency: 'red' }, 'farCoordinator')).toMatchObject({ status: 404, body: { code: 'case_unknown' } });
  });

  /** Every row of the case and of what may act on it, and the engine's history. */
  async function everything(caseId: string) {
    const tables = ['escalation_case', 'case_clock', 'case_revision', 'case_event', 'outbox', 'staff_message', 'idempotency'];
    const rows = await Promise.all(tables.map(async (table) => [table, await api.knex(table).where('case_id', caseId).orderByRaw('1, 2')] as const));
    const all = await Promise.all(tables.map(async (table) => [table, await api.knex(table).count()] as const));
    const { historyLength } = await new Client({ connection }).workflow.getHandle(caseWorkflowId(caseId, 1)).describe();
    return { rows, all, historyLength };
  }
});

describe('broken promises', () => {
  interface Item {
    readonly caseId: string;
    readonly clockId: string;
    readonly dueAt: string;
    readonly review: { readonly cause: string } | null;
  }
  const list = async (query: string, who: CastName = 'manager') => (await fast.get(who, `/breaches?${query}`)).body['items'] as Item[];

  async function breached(): Promise<string> {
    const caseId = await fast.open();
    await eventually(async () => expect((await list('clock=claim&limit=100')).map((item) => item.caseId)).toContain(caseId));
    return caseId;
  }

  test('are listed with due and detection instants, with whom the case was, and by what was asked', async () => {
    const caseId = await breached();
    const [item] = (await list('municipio=6&clock=claim&urgency=yellow&cause=none&limit=100')).filter((one) => one.caseId === caseId);
    expect(item).toMatchObject({ clockId: 'claim-1', clock: 'claim', municipio: '6', urgency: 'yellow', episode: 1, review: null, recordedLate: false });
    for (const query of ['municipio=3', 'clock=handover', 'urgency=red', 'cause=workload', `dueTo=${encodeURIComponent('2026-01-01T00:00:00Z')}`]) {
      expect((await list(`${query}&limit=100`)).filter((one) => one.caseId === caseId)).toEqual([]);
    }
    const { dueAt } = item!;
    expect((await list(`dueFrom=${encodeURIComponent(dueAt)}&limit=100`)).map((one) => one.caseId)).toContain(caseId);
    expect(await list('limit=100', 'farCoordinator')).toEqual([]);
    expect((await list('limit=100', 'coordinator')).map((one) => one.caseId)).toContain(caseId);
    expect(await fast.get('worker', '/breaches')).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await fast.get('manager', '/breaches?cause=whatever')).toMatchObject({ status: 400, body: { code: 'request_invalid' } });
  });

  test('are listed page by page, due last first, each once', async () => {
    await breached();
    await breached();
    const seen: Item[] = [];
    for (let next: string | null = ''; next !== null; ) {
      const { body } = await fast.get('manager', `/breaches?limit=2${next === '' ? '' : `&cursor=${next}`}`);
      seen.push(...(body['items'] as Item[]));
      next = body['next'] as string | null;
    }
    expect(new Set(seen.map(({ caseId, clockId }) => `${caseId}/${clockId}`)).size).toBe(seen.length);
    expect(seen.map(({ dueAt }) => dueAt)).toEqual([...seen.map(({ dueAt }) => dueAt)].sort().reverse());
    expect(await fast.get('manager', '/breaches?cursor=xyz')).toMatchObject({ status: 400, body: { code: 'cursor_invalid' } });
  });

  test('get their cause at a review, by a coordinator or manager, corrected with history, also once the case is closed', async () => {
    const caseId = await breached();
    const path = `/cases/${caseId}/review-breach`;
    const before = (await fast.get('coordinator', `/cases/${caseId}`)).headers['etag'];
    const key = 'review-once';
    const first = await fast.post('coordinator', path, { body: { clock: 'claim-1', cause: 'workload' }, key });
    expect(first).toMatchObject({ status: 200, body: { clockId: 'claim-1', reviews: [{ cause: 'workload', by: 'co-1' }] } });
    const again = await fast.post('coordinator', path, { body: { clock: 'claim-1', cause: 'workload' }, key });
    expect([again.body, again.headers['idempotency-replayed']]).toEqual([first.body, 'true']);
    expect((await fast.get('coordinator', `/cases/${caseId}`)).headers['etag']).toBe(before);
    expect((await list('cause=workload&limit=100')).map((one) => one.caseId)).toContain(caseId);
    await command(fast, 'worker', caseId, 'claim');
    await command(fast, 'worker', caseId, 'close', { outcome: 'opened_in_error' });
    const corrected = await fast.post('manager', path, { body: { clock: 'claim-1', cause: 'absence' } });
    expect((corrected.body['reviews'] as object[]).map((review) => (review as { cause: string }).cause)).toEqual(['workload', 'absence']);
    const { body } = await fast.get('manager', `/cases/${caseId}/clocks/claim-1`);
    expect(body['reviews']).toMatchObject([{ cause: 'workload' }, { cause: 'absence', by: 'ma-1' }]);
    expect((body['summary'] as string[]).at(-1)).toMatch(/^Causa indicata .*, da ma-1: assenza\.$/);
    await expect(fast.knex('breach_review').where('case_id', caseId).update({ cause: 'other' })).rejects.toThrow(/stays/);
    await expect(fast.knex('breach_review').where('case_id', caseId).delete()).rejects.toThrow(/stays/);
  });

  test('refuse what is no breach, the same cause again, and who may not', async () => {
    const caseId = await breached();
    const path = `/cases/${caseId}/review-breach`;
    const review = (body: object, who: CastName = 'coordinator') => fast.post(who, path, { body });
    expect(await review({ clock: 'resolution-1', cause: 'workload' })).toMatchObject({
      status: 422,
      body: { code: 'breach_unknown', errors: [{ pointer: '/clock' }] },
    });
    expect(await review({ clock: 'claim-1', cause: 'workload', episode: 2 })).toMatchObject({ status: 422, body: { code: 'breach_unknown' } });
    expect(await review({ clock: 'claim-1', cause: 'laziness' })).toMatchObject({
      status: 422,
      body: { code: 'body_invalid', errors: [{ pointer: '/cause' }] },
    });
    await review({ clock: 'claim-1', cause: 'workload' });
    expect(await review({ clock: 'claim-1', cause: 'workload' })).toMatchObject({
      status: 422,
      body: { code: 'breach_cause_unchanged', errors: [{ pointer: '/cause' }] },
    });
    for (const who of ['worker', 'operator', 'shiftLeader', 'admin', 'auditor'] as const) {
      expect(await review({ clock: 'claim-1', cause: 'absence' }, who)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
    expect(await review({ clock: 'claim-1', cause: 'absence' }, 'farCoordinator')).toMatchObject({ status: 404, body: { code: 'case_unknown' } });
    expect(await fast.knex('breach_review').where('case_id', caseId).select('cause')).toEqual([{ cause: 'workload' }]);
  });
});
