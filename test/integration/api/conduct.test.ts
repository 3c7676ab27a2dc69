import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEFAULT_POLICY } from '../../../domain/sla/default-policy.ts';
import { createApi, OPENING, type Api } from './harness.ts';

let api: Api;
beforeAll(async () => {
  api = await createApi();
});
afterAll(() => api.close());

const codeOf = async (reply: Promise<{ status: number; body: Record<string, unknown> }>) => {
  const { status, body } = await reply;
  return typeof body['code'] === 'string' ? `${status} ${body['code']}` : String(status);
};

describe('a case among people', () => {
  test('a transfer is visible to the receiving municipio, which declines or accepts; the sender keeps the duty until then', async () => {
    const caseId = await api.open();
    const path = `/cases/${caseId}`;
    await api.post('worker', `${path}/claim`);
    await api.post('worker', `${path}/transfer`, { body: { municipio: '3', reason: 'family_moved' } });
    expect((await api.get('stranger', path)).body).toMatchObject({ owner: 'sw-1', handoverTo: 'team:3', handover: { to: { municipio: '3' } } });
    expect(await codeOf(api.post('colleague', `${path}/accept-handover`))).toBe('403 not_the_receiver');
    expect(await api.post('stranger', `${path}/decline-handover`, { body: { reason: 'workload' } })).toMatchObject({ status: 200 });
    expect(await codeOf(api.get('stranger', path))).toBe('404 case_unknown');
    await api.post('worker', `${path}/transfer`, { body: { municipio: '3', reason: 'family_moved' } });
    expect(await api.post('stranger', `${path}/accept-handover`)).toMatchObject({ status: 200, body: { status: 'awaiting_claim' } });
    expect(await codeOf(api.get('worker', path))).toBe('404 case_unknown');
    expect((await api.get('stranger', path)).body).toMatchObject({ municipio: '3', hop: 2 });
  });

  test('contested competence is a side track of the central team', async () => {
    const caseId = await api.open({ contested: 'border_address' });
    const path = `/cases/${caseId}`;
    expect((await api.get('central', path)).body).toMatchObject({ disputed: true, provisional: true, municipio: '6' });
    expect(await codeOf(api.post('coordinator', `${path}/resolve-competence`, { body: { municipio: '3', reason: 'minor_residence' } }))).toBe('403 forbidden');
    expect(await api.post('central', `${path}/resolve-competence`, { body: { municipio: '3', reason: 'minor_residence' } })).toMatchObject({ status: 200 });
    expect((await api.get('stranger', path)).body).toMatchObject({ disputed: false, municipio: '3' });
    expect(await codeOf(api.get('central', path))).toBe('404 case_unknown');
  });

  test('the central team reaches no case whose competence nobody disputes', async () => {
    const path = `/cases/${await api.open()}`;
    const body = { municipio: '3', reason: 'minor_residence' };
    expect(await codeOf(api.post('central', `${path}/resolve-competence`, { body }))).toBe('404 case_unknown');
    expect(await codeOf(api.post('manager', `${path}/resolve-competence`, { body }))).toBe('409 command_not_allowed');
  });

  test('a case without a municipio waits with the central team, which assigns it', async () => {
    const caseId = await api.open({ municipio: null });
    expect((await api.get('central', '/cases?status=awaiting_assignment')).body['items']).toEqual([
      expect.objectContaining({ caseId, responsible: 'team:CENTRAL' }),
    ]);
    expect(await codeOf(api.get('worker', `/cases/${caseId}`))).toBe('404 case_unknown');
    expect(await api.post('central', `/cases/${caseId}/assign`, { body: { municipio: '6', reason: 'domicile' } })).toMatchObject({ status: 200 });
    expect(await codeOf(api.get('worker', `/cases/${caseId}`))).toBe('200');
  });

  test('a red case is closed by two people', async () => {
    const caseId = await api.open({ urgency: 'red', redFlags: ['R2'] });
    const path = `/cases/${caseId}`;
    await api.post('coordinator', `${path}/claim`);
    await api.post('coordinator', `${path}/log-attempt`, { body: { outcome: 'reached' } });
    expect(await codeOf(api.post('coordinator', `${path}/close`, { body: { outcome: 'informed' } }))).toBe('409 command_not_allowed');
    await api.post('coordinator', `${path}/propose-closure`, { body: { outcome: 'informed' } });
    expect(await codeOf(api.post('coordinator', `${path}/approve-closure`))).toBe('403 second_person_required');
    expect(await codeOf(api.post('worker', `${path}/approve-closure`))).toBe('403 forbidden');
    expect(await api.post('shiftLeader', `${path}/approve-closure`)).toMatchObject({ status: 200, body: { status: 'closed' } });
  });

  test('a red opening alerts the shift leader and the coordinator, once, and an acknowledgement by one of them is a supervisor seeing it', async () => {
    const caseId = await api.open({ urgency: 'red', redFlags: ['R1'] });
    const path = `/cases/${caseId}`;
    const alert = ((await api.get('coordinator', path)).body['alerts'] as { alert: number; open: boolean }[])[0];
    expect(alert).toMatchObject({ alert: 1, open: true });
    expect(await codeOf(api.post('worker', `${path}/acknowledge-alert`, { body: { alert: 1, note: 'taking_care' } }))).toBe('403 forbidden');
    expect(await api.post('shiftLeader', `${path}/acknowledge-alert`, { body: { alert: 1, note: 'taking_care' } })).toMatchObject({ status: 200 });
    const clocks = (await api.get('coordinator', path)).body['clocks'] as { name: string; status: string }[];
    expect(clocks.find(({ name }) => name === 'supervisorSeen')?.status).toBe('met');
  });

  test('a tick of time does not change the ETag, and lists show what is overdue', async () => {
    const { body } = await api.get('manager', '/cases?overdue=true&asOf=2099-01-01T00:00:00Z&limit=1&sort=urgency');
    expect(body['items']).toEqual([expect.objectContaining({ overdue: true })]);
    const next = await api.get('manager', `/cases?overdue=true&asOf=2099-01-01T00:00:00Z&limit=1&sort=urgency&cursor=${String(body['next'])}`);
    expect(next.status).toBe(200);
    expect((next.body['items'] as { caseId: string }[])[0]?.caseId).not.toBe((body['items'] as { caseId: string }[])[0]?.caseId);
    const mine = await api.get('worker', '/cases?owner=me&urgency=red,yellow&need=ISOLATION&municipio=6&openedFrom=2020-01-01T00:00:00%2B01:00');
    expect(mine).toMatchObject({ status: 200, body: { items: [] } });
  });
});

describe('policies of scenarios', () => {
  const policy = { ...DEFAULT_POLICY, id: 'fast', version: 1 };

  test('are registered once by content and pinned by the case that names one', async () => {
    const registered = await api.post('operator', '/dev/policies', { body: { policy } });
    expect(registered).toMatchObject({ status: 201, body: { label: 'fast@1' } });
    const again = await api.post('operator', '/dev/policies', { body: { policy } });
    expect(again.body).toEqual(registered.body);
    const caseId = await api.open({ policy: registered.body['policy'] });
    expect((await api.get('worker', `/cases/${caseId}`)).body['policy']).toBe('fast@1');
    expect(await api.post('worker', `/cases/${caseId}/claim`)).toMatchObject({ status: 200 });
  });

  test('that make no sense, or that nobody registered, are refused with every fault', async () => {
    const broken = { ...policy, clocks: policy.clocks.filter(({ name }) => !['claim', 'review'].includes(name)) };
    const refused = await api.post('operator', '/dev/policies', { body: { policy: broken } });
    expect(refused).toMatchObject({ status: 422, body: { code: 'policy_invalid' } });
    expect((refused.body['errors'] as { message: string }[]).map(({ message }) => message)).toEqual(['claim', 'review']);
    expect(await codeOf(api.post('operator', '/dev/policies', { body: { policy: { id: 'x' } } }))).toBe('422 body_invalid');
    expect(await codeOf(api.post('operator', '/cases', { body: { ...OPENING, policy: 'a'.repeat(64) } }))).toBe('422 policy_unknown');
  });

  test('exist on a development system only', async () => {
    const serious = await createApi({ withWorker: false, deps: { development: false } });
    try {
      expect(await codeOf(serious.post('operator', '/dev/policies', { body: { policy } }))).toBe('404 route_unknown');
      expect(await codeOf(serious.post('operator', '/cases', { body: { ...OPENING, policy: 'a'.repeat(64) } }))).toBe('403 policy_not_selectable');
    } finally {
      await serious.close();
    }
  });
});

describe('problems', () => {
  test('can be looked up by their code', async () => {
    expect(await api.send('GET', '/problems/case_changed', {})).toMatchObject({
      status: 200,
      body: { status: 412, title: { it: expect.any(String) as unknown } },
    });
    expect(await api.send('GET', '/problems/toString', {})).toMatchObject({ status: 404, body: { code: 'problem_unknown' } });
  });

  test('too many requests: 429 with Retry-After, as a problem like any other', async () => {
    const strict = await createApi({ withWorker: false, deps: { rateLimits: { perAddress: 3, perPerson: 100 } } });
    try {
      const replies = [];
      for (let request = 0; request < 4; request++) replies.push(await strict.get('operator', '/me'));
      expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
      expect(replies[3]).toMatchObject({ body: { code: 'rate_limited' }, headers: { 'retry-after': expect.any(String) as unknown } });
    } finally {
      await strict.close();
    }
  });

  test('addresses that are none count like those that are', async () => {
    const strict = await createApi({ withWorker: false, deps: { rateLimits: { perAddress: 3, perPerson: 100 } } });
    try {
      const replies = [];
      for (const path of ['/nowhere', '/me', '/nowhere/else', '/nowhere', '/me']) replies.push(await codeOf(strict.get('operator', path)));
      expect(replies).toEqual(['404 route_unknown', '200', '404 route_unknown', '429 rate_limited', '429 rate_limited']);
    } finally {
      await strict.close();
    }
  });

  test('a person is counted from wherever they ask, also where they are refused, and nobody else with them', async () => {
    const strict = await createApi({ withWorker: false, deps: { rateLimits: { perAddress: 100, perPerson: 3 } } });
    try {
      const ask = async (who: 'operator' | 'shiftLeader', remoteAddress: string, url = '/api/v1/me') => {
        const headers = { authorization: `Bearer ${await strict.issuer.mintToken({ role: who, sub: who })}` };
        const reply = await strict.app.inject({ method: 'GET', url, headers, remoteAddress });
        return [reply.statusCode, reply.statusCode === 429 ? Number(reply.headers['retry-after']) > 0 : null];
      };
      expect(await ask('operator', '10.0.0.1')).toEqual([200, null]);
      expect(await ask('operator', '10.0.0.2', '/api/v1/alerts')).toEqual([403, null]);
      expect(await ask('operator', '10.0.0.3')).toEqual([200, null]);
      expect(await ask('operator', '10.0.0.4')).toEqual([429, true]);
      expect(await ask('shiftLeader', '10.0.0.4')).toEqual([200, null]);
    } finally {
      await strict.close();
    }
  });
});
