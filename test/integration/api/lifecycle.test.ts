import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createApi, OPENING, type Api } from './harness.ts';

let api: Api;
beforeAll(async () => {
  api = await createApi();
});
afterAll(() => api.close());

describe('a case from the call to closure, over HTTP', () => {
  test('opening answers with the promise: every clock with its deadline', async () => {
    const { status, body, headers } = await api.post('operator', '/cases', { body: OPENING });
    expect(status).toBe(201);
    expect(headers.location).toBe(`/api/v1/cases/${String(body['caseId'])}`);
    expect(headers.etag).toBe('"1"');
    expect(body).toMatchObject({ revision: 1, episode: 1, status: 'awaiting_claim', etag: '"1"' });
    const names = (body['clocks'] as { name: string; dueAt: string | null }[]).map(({ name, dueAt }) => [name, typeof dueAt]);
    expect(names).toEqual(
      expect.arrayContaining([
        ['claim', 'string'],
        ['firstAttempt', 'string'],
        ['firstContact', 'string'],
      ]),
    );
  });

  test('is claimed, the family reached, a decision recorded, and closed', async () => {
    const caseId = await api.open();
    const path = `/cases/${caseId}`;
    const claimed = await api.post('worker', `${path}/claim`, { ifMatch: '"1"' });
    expect(claimed).toMatchObject({ status: 200, body: { status: 'contacting', revision: 2, etag: '"2"' } });
    const reached = await api.post('worker', `${path}/log-attempt`, { body: { outcome: 'reached' }, ifMatch: String(claimed.headers.etag) });
    expect(reached).toMatchObject({ status: 200, body: { status: 'following_up' } });
    expect(await api.post('worker', `${path}/record-decision`, { body: { kind: 'information' } })).toMatchObject({ status: 200 });
    const closed = await api.post('worker', `${path}/close`, { body: { outcome: 'informed' } });
    expect(closed).toMatchObject({ status: 200, body: { status: 'closed' } });

    const { body } = await api.get('operator', path);
    expect(body).toMatchObject({ status: 'closed', outcome: 'informed', owner: null, attemptsMade: 1, allowed: ['reopen'] });
    const timeline = await api.get('auditor', `${path}/timeline?limit=2`);
    expect((timeline.body['items'] as { type: string }[]).map(({ type }) => type)).toEqual(['opened', 'assigned']);
    const rest = await api.get('auditor', `${path}/timeline?cursor=${String(timeline.body['next'])}`);
    expect((rest.body['items'] as { type: string; actor: { id: string } }[]).map(({ type, actor }) => `${type} ${actor.id}`)).toEqual([
      'claimed sw-1',
      'attemptLogged sw-1',
      'decisionRecorded sw-1',
      'closed sw-1',
    ]);
  });

  test('is opened again as a second episode, with clocks of its own', async () => {
    const caseId = await api.open();
    await api.post('worker', `/cases/${caseId}/claim`);
    await api.post('worker', `/cases/${caseId}/close`, { body: { outcome: 'opened_in_error' } });
    const key = 'reopen-once';
    const reopened = await api.post('operator', `/cases/${caseId}/reopen`, { body: { reason: 'family_called_back' }, key });
    expect(reopened).toMatchObject({ status: 200, body: { episode: 2, status: 'awaiting_claim' } });
    const again = await api.post('operator', `/cases/${caseId}/reopen`, { body: { reason: 'family_called_back' }, key });
    expect(again.body).toEqual(reopened.body);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(await api.post('worker', `/cases/${caseId}/claim`)).toMatchObject({ status: 200, body: { episode: 2, status: 'contacting' } });
    const { body } = await api.get('worker', `/cases/${caseId}`);
    expect((body['pastClocks'] as unknown[]).length).toBeGreaterThan(0);
  });

  test('explains a clock by segments that add up to the time consumed', async () => {
    const caseId = await api.open();
    const { status, body } = await api.get('worker', `/cases/${caseId}/clocks/claim-1`);
    expect(status).toBe(200);
    const counted = (body['segments'] as { countedMs: number }[]).reduce((sum, { countedMs }) => sum + countedMs, 0);
    expect(counted).toBe(body['consumedMs']);
    expect(await api.get('worker', `/cases/${caseId}/clocks/pause-9`)).toMatchObject({ status: 404, body: { code: 'clock_unknown' } });
  });

  test('explains a clock of an earlier episode as it stood at its closure, and the current one unless asked', async () => {
    const caseId = await api.open();
    const path = `/cases/${caseId}`;
    await api.post('worker', `${path}/claim`);
    const first = (await api.get('worker', `${path}/clocks/claim-1`)).body;
    await api.post('worker', `${path}/close`, { body: { outcome: 'opened_in_error' } });
    await api.post('operator', `${path}/reopen`, { body: { reason: 'family_called_back' } });
    const { status, body } = await api.get('worker', `${path}/clocks/claim-1?episode=1`);
    expect(status).toBe(200);
    expect({ ...body, asOf: first['asOf'] }).toEqual(first);
    expect(body).toMatchObject({ clock: { episode: 1, status: 'met' } });
    expect((await api.get('worker', `${path}/clocks/claim-1`)).body).toMatchObject({ clock: { episode: 2, status: 'running' } });
    expect((await api.get('worker', `${path}/clocks/claim-1?episode=2`)).body).toMatchObject({ clock: { episode: 2 } });
    const pastClocks = (await api.get('worker', path)).body['pastClocks'] as { id: string; episode: number }[];
    for (const { id, episode } of pastClocks) {
      const explained = await api.get('worker', `${path}/clocks/${id}?episode=${episode}`);
      expect([id, explained.status]).toEqual([id, 200]);
      expect(explained.body['clock']).toEqual(pastClocks.find((clock) => clock.id === id));
    }
    expect(await api.get('worker', `${path}/clocks/claim-1?episode=3`)).toMatchObject({ status: 404, body: { code: 'clock_unknown' } });
    expect(await api.get('worker', `${path}/clocks/claim-1?episode=0`)).toMatchObject({ status: 400, body: { code: 'request_invalid' } });
  });

  test('reads a case and a list with at most two statements, and gives a command with at most two', async () => {
    const caseId = await api.open();
    api.takeQueries();
    await api.get('worker', `/cases/${caseId}`);
    expect(api.takeQueries().length).toBeLessThanOrEqual(2);
    await api.get('worker', '/cases?status=awaiting_claim');
    expect(api.takeQueries().length).toBeLessThanOrEqual(2);
    await api.post('worker', `/cases/${caseId}/claim`);
    expect(api.takeQueries().length).toBeLessThanOrEqual(2);
  });

  test('says who asks', async () => {
    expect((await api.get('central', '/me')).body).toMatchObject({ id: 'ce-1', roles: ['coordinator'], municipi: ['CENTRAL'] });
  });
});
