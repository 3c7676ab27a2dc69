import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { DEFAULT_POLICY } from '../../../domain/sla/default-policy.ts';
import { createApi, OPENING, type Api } from './harness.ts';

let api: Api;
beforeAll(async () => {
  api = await createApi();
});
afterAll(() => api.close());

const pointers = (body: Record<string, unknown>) => (body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer).sort();

describe('a request that cannot be served', () => {
  test('unknown case: 404, also where the id is none', async () => {
    expect(await api.get('operator', `/cases/${randomUUID()}`)).toMatchObject({ status: 404, body: { code: 'case_unknown' } });
    const caseId = await api.open();
    for (const other of [caseId.toUpperCase(), `urn:uuid:${caseId}`]) {
      expect(await api.get('operator', `/cases/${other}`)).toMatchObject({ status: 404, body: { code: 'case_unknown' } });
    }
    expect(await api.get('operator', '/cases/nonsense')).toMatchObject({ status: 404, body: { code: 'case_unknown' } });
    expect(await api.post('worker', `/cases/${randomUUID()}/claim`)).toMatchObject({ status: 404, body: { code: 'case_unknown' } });
  });

  test("somebody else's case is not found, for reading and for commands", async () => {
    const caseId = await api.open();
    expect(await api.get('stranger', `/cases/${caseId}`)).toMatchObject({ status: 404 });
    expect(await api.post('stranger', `/cases/${caseId}/claim`)).toMatchObject({ status: 404 });
    expect(await api.get('stranger', '/cases')).toMatchObject({ status: 200, body: { items: [] } });
  });

  test('a municipio that was only offered a case reads it and answers the offer, and does no work on it before', async () => {
    const caseId = await api.open();
    await api.post('worker', `/cases/${caseId}/claim`);
    await api.post('worker', `/cases/${caseId}/transfer`, { body: { municipio: '3', reason: 'family_moved' } });
    expect(await api.get('stranger', `/cases/${caseId}`)).toMatchObject({ status: 200 });
    const early = await api.post('stranger', `/cases/${caseId}/log-attempt`, { body: { outcome: 'reached' } });
    expect(early).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await api.post('stranger', `/cases/${caseId}/accept-handover`)).toMatchObject({ status: 200, body: { status: 'awaiting_claim' } });
  });

  test('stale If-Match: 412, and the case is as it was', async () => {
    const caseId = await api.open();
    await api.post('worker', `/cases/${caseId}/claim`, { ifMatch: '"1"' });
    const stale = await api.post('coordinator', `/cases/${caseId}/release`, { body: { reason: 'workload' }, ifMatch: '"1"' });
    expect(stale).toMatchObject({ status: 412, body: { code: 'case_changed', details: { revision: 2, ifMatch: 1 } } });
    expect((await api.get('worker', `/cases/${caseId}`)).body).toMatchObject({ status: 'contacting', revision: 2 });
    expect(await api.post('worker', `/cases/${caseId}/release`, { body: { reason: 'workload' }, ifMatch: 'two' })).toMatchObject({
      status: 400,
      body: { code: 'if_match_invalid' },
    });
  });

  test('a repeated key is answered before If-Match is looked at', async () => {
    const caseId = await api.open();
    const claim = () => api.post('worker', `/cases/${caseId}/claim`, { ifMatch: '"1"', key: 'claim-once' });
    const first = await claim();
    const second = await claim();
    expect(second).toMatchObject({ status: 200, headers: { 'idempotency-replayed': 'true' } });
    expect(second.body).toEqual(first.body);
  });

  test('illegal transition: 409 with what is allowed now to this person', async () => {
    const caseId = await api.open();
    const refused = await api.post('worker', `/cases/${caseId}/log-attempt`, { body: { outcome: 'reached' } });
    expect(refused).toMatchObject({ status: 409, body: { code: 'command_not_allowed', details: { status: 'awaiting_claim' } } });
    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect(refused.body['allowed']).toContain('claim');
    expect(refused.body['allowed']).not.toContain('assignTo');
  });

  test('invalid body: every field at once, in Italian and in English', async () => {
    const body = { urgency: 'purple', otherNeeds: ['NONSENSE'], household: 'x', surprise: 1 };
    const italian = await api.post('operator', '/cases', { body });
    expect(italian).toMatchObject({
      status: 422,
      headers: { 'content-language': 'it' },
      body: { code: 'body_invalid', title: 'Alcuni campi non sono validi' },
    });
    expect(pointers(italian.body)).toEqual(['/household', '/otherNeeds/0', '/primaryNeed', '/surprise', '/urgency']);
    const english = await api.post('operator', '/cases', { body, language: 'en-GB, it;q=0.5' });
    expect(english.body).toMatchObject({ code: 'body_invalid', title: 'Some fields are not valid' });
    expect(pointers(english.body)).toEqual(pointers(italian.body));
    const messages = [italian, english].map((reply) => (reply.body['errors'] as { message: string }[]).map(({ message }) => message).join());
    expect(messages[0]).toContain('deve');
    expect(messages[1]).toContain('must');
  });

  test('instants: an offset is accepted, a date that does not exist is not', async () => {
    const caseId = await api.open();
    await api.post('worker', `/cases/${caseId}/claim`);
    const wrong = await api.post('worker', `/cases/${caseId}/agree-callback`, { body: { from: '2027-02-30T10:00:00Z', to: '2027-03-01T10:00:00' } });
    expect(wrong.status).toBe(422);
    expect(pointers(wrong.body)).toEqual(['/from', '/to']);
    const from = new Date(Date.now() + 3_600_000);
    const local = new Date(from.getTime() + 2 * 3_600_000).toISOString().replace('Z', '+02:00');
    const to = new Date(from.getTime() + 3_600_000).toISOString();
    expect(await api.post('worker', `/cases/${caseId}/agree-callback`, { body: { from: local, to } })).toMatchObject({ status: 200 });
    expect((await api.get('worker', `/cases/${caseId}`)).body['callback']).toMatchObject({ from: from.toISOString(), to });
  });

  test('a municipio that does not exist: 422', async () => {
    expect(await api.post('operator', '/cases', { body: { ...OPENING, municipio: '12' } })).toMatchObject({ status: 422, body: { code: 'municipio_unknown' } });
  });

  test('a link to no case, or to one the person may not read: 422; to one they may: linked', async () => {
    const caseId = await api.open();
    const linked = (who: 'operator' | 'stranger', linkedTo: string) => api.post(who, '/cases', { body: { ...OPENING, linkedTo } });
    const unknown = { status: 422, body: { code: 'linked_case_unknown' } };
    expect(await linked('operator', randomUUID())).toMatchObject(unknown);
    expect(await linked('stranger', caseId)).toMatchObject(unknown);
    const answer = await linked('operator', caseId);
    expect((await api.get('operator', `/cases/${String(answer.body['caseId'])}`)).body['linkedTo']).toBe(caseId);
  });

  test('a body that is not JSON, not in a known type, or too large', async () => {
    const headers = { authorization: `Bearer ${await api.issuer.mintToken({ role: 'operator' })}`, 'idempotency-key': randomUUID() };
    const send = (type: string, payload: string) =>
      api.app.inject({ method: 'POST', url: '/api/v1/cases', headers: { ...headers, 'content-type': type }, payload });
    expect((await send('application/json', '{"urgency":')).json()).toMatchObject({ status: 400, code: 'body_not_json' });
    expect((await send('text/csv', 'a,b')).json()).toMatchObject({ status: 415, code: 'media_type_unsupported' });
    expect((await send('application/json', JSON.stringify({ x: 'y'.repeat(300_000) }))).json()).toMatchObject({ status: 413, code: 'body_too_large' });
    expect((await send('application/json', '{"__proto__":{"x":1}}')).statusCode).toBeLessThan(500);
  });

  test('missing key: 400; an unusable one too', async () => {
    expect(await api.post('operator', '/cases', { body: OPENING, key: null })).toMatchObject({ status: 400, body: { code: 'idempotency_key_missing' } });
    expect(await api.post('operator', '/cases', { body: OPENING, key: 'à la carte' })).toMatchObject({
      status: 400,
      body: { code: 'idempotency_key_invalid' },
    });
  });

  test('unknown address: 404; unknown parameters and cursors: 400', async () => {
    expect(await api.get('operator', '/nothing')).toMatchObject({ status: 404, body: { code: 'route_unknown' } });
    expect(await api.get('operator', '/cases?colour=blue&limit=0')).toMatchObject({ status: 400, body: { code: 'request_invalid' } });
    expect(await api.get('operator', '/cases?cursor=abc')).toMatchObject({ status: 400, body: { code: 'cursor_invalid' } });
  });
});

describe('a policy with promises by need', () => {
  const { id: _id, version: _version, ...policy } = DEFAULT_POLICY;
  test.each([
    ['a need that is no code', { abc: null }, '/abc', 'additionalProperties'],
    ['a need that is no code, with a promise', { abc: { red: 'x' } }, '/abc', 'additionalProperties'],
    ['nothing for a need', { ISOLATION: null }, '/ISOLATION', 'type'],
    ['a promise that is none', { ISOLATION: { red: 'x' } }, '/ISOLATION/red', 'type'],
    ['an urgency that is none', { ISOLATION: { purple: null } }, '/ISOLATION/purple', 'additionalProperties'],
  ])('is refused with %s, saved, validated or brought by a scenario', async (_, byNeed, at, rule) => {
    const clocks = policy.clocks.map((clock, index) => (index === 0 ? { ...clock, byNeed } : clock));
    const draft = { ...policy, clocks };
    const replies = [
      ['', await api.put('admin', '/admin/policies/by-need/draft', { body: draft })],
      ['/policy', await api.post('admin', '/admin/policies/by-need/validate', { body: { policy: draft } })],
      ['/policy', await api.post('admin', '/dev/policies', { body: { policy: { ...DEFAULT_POLICY, clocks } } })],
    ] as const;
    for (const [base, { status, body }] of replies) {
      expect([status, body['code']]).toEqual([422, 'body_invalid']);
      expect(body['errors']).toContainEqual(expect.objectContaining({ pointer: `${base}/clocks/0/byNeed${at}`, rule }));
    }
  });
});

describe('keys', () => {
  test('the same key and payload is one opening, with one answer', async () => {
    const key = randomUUID();
    const first = await api.post('operator', '/cases', { body: OPENING, key });
    const again = await api.post('operator', '/cases', { body: { municipio: '6', primaryNeed: OPENING.primaryNeed, urgency: 'yellow' }, key });
    expect(again).toMatchObject({ status: 201, headers: { 'idempotency-replayed': 'true', etag: '"1"' } });
    expect(again.body).toEqual(first.body);
    const { rows } = await api.knex.raw<{ rows: { n: number }[] }>('SELECT count(*) AS n FROM escalation_case WHERE case_id = ?', [
      String(first.body['caseId']),
    ]);
    expect(rows[0]?.n).toBe(1);
  });

  test('an opening repeated has its first answer, whatever became since of the case it was linked to', async () => {
    const linkedTo = await api.open();
    const key = randomUUID();
    const open = (change: object = {}) => api.post('worker', '/cases', { body: { ...OPENING, linkedTo, ...change }, key });
    const first = await open();
    expect(first.status).toBe(201);
    expect(await api.post('coordinator', `/cases/${linkedTo}/assign`, { body: { municipio: '3', reason: 'address_corrected' } })).toMatchObject({
      status: 200,
    });
    const again = await open();
    expect(again).toMatchObject({ status: 201, body: first.body, headers: { 'idempotency-replayed': 'true', location: first.headers['location'] } });
    expect(await open({ urgency: 'green' })).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    expect(await api.post('worker', '/cases', { body: { ...OPENING, linkedTo } })).toMatchObject({ status: 422, body: { code: 'linked_case_unknown' } });
  });

  test('a command repeated has its first answer, whatever became since of the municipio it named', async () => {
    const territories = ['3', '6'];
    const shrinking = await createApi({ deps: { territories } });
    try {
      const path = `/cases/${await shrinking.open()}/assign`;
      const assign = (key: string) => shrinking.post('coordinator', path, { body: { municipio: '3', reason: 'address_corrected' }, key });
      const first = await assign('once');
      expect(first.status).toBe(200);
      territories.splice(0, 1);
      expect(await assign('once')).toMatchObject({ status: 200, body: first.body, headers: { 'idempotency-replayed': 'true' } });
      expect(await shrinking.post('shiftLeader', path, { body: { municipio: '3', reason: 'domicile' } })).toMatchObject({
        status: 422,
        body: { code: 'municipio_unknown' },
      });
    } finally {
      await shrinking.close();
    }
  });

  test('ten requests at once with one key are one opening', async () => {
    const key = randomUUID();
    const replies = await Promise.all(Array.from({ length: 10 }, () => api.post('operator', '/cases', { body: OPENING, key })));
    expect(new Set(replies.map(({ body }) => body['caseId'])).size).toBe(1);
    expect(replies.every(({ status }) => status === 201)).toBe(true);
  });

  test('with another payload: 422, for openings and for commands', async () => {
    const key = randomUUID();
    await api.post('operator', '/cases', { body: OPENING, key });
    expect(await api.post('operator', '/cases', { body: { ...OPENING, urgency: 'green' }, key })).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
    const caseId = await api.open();
    await api.post('worker', `/cases/${caseId}/claim`);
    await api.post('worker', `/cases/${caseId}/log-attempt`, { body: { outcome: 'no_answer' }, key });
    expect(await api.post('worker', `/cases/${caseId}/log-attempt`, { body: { outcome: 'reached' }, key })).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
  });

  test('used on another case: 422, and neither that case nor a new one is touched', async () => {
    const key = randomUUID();
    const [first, second] = [await api.open(), await api.open()];
    expect(await api.post('worker', `/cases/${first}/claim`, { key })).toMatchObject({ status: 200 });
    const reused = { status: 422, body: { code: 'idempotency_key_reused' } };
    expect(await api.post('worker', `/cases/${second}/claim`, { key })).toMatchObject(reused);
    expect(await api.post('worker', '/cases', { body: OPENING, key })).toMatchObject(reused);
    expect((await api.get('worker', `/cases/${second}`)).body['status']).toBe('awaiting_claim');
  });

  test('repeated after its own command moved the case out of reach: the first answer', async () => {
    const caseId = await api.open();
    await api.post('worker', `/cases/${caseId}/claim`);
    await api.post('worker', `/cases/${caseId}/transfer`, { body: { municipio: '3', reason: 'family_moved' } });
    const decline = () => api.post('stranger', `/cases/${caseId}/decline-handover`, { body: { reason: 'workload' }, key: 'declined-once' });
    const first = await decline();
    expect(first.status).toBe(200);
    expect(await api.get('stranger', `/cases/${caseId}`)).toMatchObject({ status: 404 });
    expect(await decline()).toMatchObject({ status: 200, headers: { 'idempotency-replayed': 'true' }, body: first.body });
  });

  test('with another payload while the first is on its way: one is done, the other refused', async () => {
    const caseId = await api.open();
    await api.post('worker', `/cases/${caseId}/claim`);
    const log = (outcome: string) => api.post('worker', `/cases/${caseId}/log-attempt`, { body: { outcome }, key: 'two-payloads' });
    const replies = await Promise.all([log('no_answer'), log('reached')]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 422]);
    expect(replies.find(({ status }) => status === 422)?.body).toMatchObject({ code: 'idempotency_key_reused' });
    expect((await api.get('worker', `/cases/${caseId}`)).body['attempts']).toHaveLength(1);
  });

  test("another person's equal key is another command", async () => {
    const caseId = await api.open();
    await api.post('worker', `/cases/${caseId}/claim`);
    const body = { kind: 'call', dueAt: new Date(Date.now() + 86_400_000).toISOString() };
    const mine = await api.post('worker', `/cases/${caseId}/plan-follow-up`, { body, key: 'the-same' });
    const theirs = await api.post('colleague', `/cases/${caseId}/plan-follow-up`, { body, key: 'the-same' });
    expect([mine.status, theirs.status]).toEqual([200, 200]);
    expect(theirs.headers['idempotency-replayed']).toBeUndefined();
    expect((await api.get('worker', `/cases/${caseId}`)).body['followUps']).toHaveLength(2);
  });

  test('a refusal did nothing: the same key is evaluated again', async () => {
    const caseId = await api.open();
    const log = () => api.post('worker', `/cases/${caseId}/log-attempt`, { body: { outcome: 'reached' }, key: 'early' });
    expect(await log()).toMatchObject({ status: 409 });
    await api.post('worker', `/cases/${caseId}/claim`);
    expect(await log()).toMatchObject({ status: 200 });
  });
});

describe('two at once', () => {
  test('of two claims exactly one wins; the other is told what is allowed', async () => {
    for (let round = 0; round < 5; round++) {
      const caseId = await api.open();
      const replies = await Promise.all((['worker', 'colleague'] as const).map((who) => api.post(who, `/cases/${caseId}/claim`)));
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
      expect(replies.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'command_not_allowed' });
    }
  });

  test('of two reopenings one makes the episode', async () => {
    const caseId = await api.open();
    await api.post('worker', `/cases/${caseId}/claim`);
    await api.post('worker', `/cases/${caseId}/close`, { body: { outcome: 'duplicate' } });
    const reopen = (who: 'operator' | 'shiftLeader') => api.post(who, `/cases/${caseId}/reopen`, { body: { reason: 'closed_by_mistake' } });
    const replies = await Promise.all([reopen('operator'), reopen('shiftLeader')]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test('three take the next of a queue of two', async () => {
    const municipio = '8';
    const opened = [await api.open({ municipio, urgency: 'green' }), await api.open({ municipio, urgency: 'red' })];
    const headers = async (sub: string) => ({ authorization: `Bearer ${await api.issuer.mintToken({ role: 'socialWorker', municipio, sub })}` });
    const take = async (sub: string, key: string) => api.send('POST', '/cases/take-next', { ...(await headers(sub)), 'idempotency-key': key });
    const first = await take('t-1', 'k');
    expect(first).toMatchObject({ status: 200, body: { caseId: opened[1], status: 'contacting' } });
    expect(await take('t-1', 'k')).toMatchObject({ status: 200, headers: { 'idempotency-replayed': 'true' }, body: first.body });
    const rest = await Promise.all([take('t-2', 'a'), take('t-3', 'b')]);
    expect(rest.map(({ status }) => status).sort()).toEqual([200, 404]);
    expect(rest.find(({ status }) => status === 404)?.body).toMatchObject({ code: 'queue_empty' });
  });
});
