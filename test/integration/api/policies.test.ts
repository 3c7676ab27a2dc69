/** Policies through the API: drafts, bad input, publication, what cases get, and moving open ones. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { publishedRulebooks } from '../../../activities/published-rulebooks.ts';
import { DEFAULT_POLICY } from '../../../domain/sla/default-policy.ts';
import type { ClockName, PolicyScope, Span, Target } from '../../../domain/sla/policy.ts';
import { eventually } from '../../support/case-harness.ts';
import { createApi, OPENING, type Api, type Reply } from './harness.ts';

jest.setTimeout(60_000);

const DAY = 86_400_000;

let api: Api;
let onCallShift: string;
beforeAll(async () => {
  api = await createApi({ rulebooks: (knex) => publishedRulebooks(knex) });
  // Starting everything in one process keeps its event loop busy: until it is calm the API says so.
  await eventually(async () => expect((await api.get('admin', '/me')).status).toBe(200), 20_000);
  onCallShift = await putOnCall('*');
});
afterAll(() => api.close());

/** Somebody on call for the next weeks, so that promises to red cases can be published; returns the shift. */
async function putOnCall(territory: string): Promise<string> {
  await api.put('admin', '/admin/staff/sl-1', { body: { roles: ['shiftLeader'], municipi: [], mail: 'sl-1@example.org' } });
  const [from, to] = [-DAY, 30 * DAY].map((ms) => new Date(Date.now() + ms).toISOString());
  const id = randomUUID();
  expect(await api.put('admin', `/admin/on-call/${id}`, { body: { territory, person: 'sl-1', from, to } })).toMatchObject({ status: 201 });
  return id;
}

type Draft = Record<string, unknown> & { clocks: { name: ClockName; targets: Record<string, Target | null> }[] };

/** A draft as a person edits it: plain JSON, without id and version. */
function draft(change: Record<string, unknown> = {}): Draft {
  const { id: _id, version: _version, ...policy } = DEFAULT_POLICY;
  return { ...(JSON.parse(JSON.stringify(policy)) as Draft), ...change };
}

function withBudget(name: ClockName, budget: Span, change: Record<string, unknown> = {}): Draft {
  const policy = draft(change);
  for (const target of Object.values(policy.clocks.find((clock) => clock.name === name)!.targets)) if (target !== null) Object.assign(target, { budget });
  return policy;
}

const indexOf = (name: ClockName) => DEFAULT_POLICY.clocks.findIndex((clock) => clock.name === name);
const save = (id: string, body: object, call: object = {}) => api.put('admin', `/admin/policies/${id}/draft`, { body, ...call });
const post = (path: string, body?: object, call: object = {}) => api.post('admin', path, { ...(body === undefined ? {} : { body }), ...call });
const get = (path: string) => api.get('admin', path);
const faultsOf = ({ status, body }: Reply) => [
  status,
  body['code'],
  (body['errors'] as { pointer: string; rule: string }[]).map(({ pointer, rule }) => [pointer, rule]),
];

async function publish(id: string, policy: Draft, body: object = { openCases: 'keep' }): Promise<Reply> {
  expect(await save(id, policy)).toMatchObject({ status: 200 });
  const published = await post(`/admin/policies/${id}/publish`, body);
  expect(published.status).toBe(201);
  return published;
}

/** A policy for one municipio, so that the tests do not meet in each other's cases. */
const only = (municipio: string, change: Partial<PolicyScope> = {}) => ({ appliesTo: { territories: [municipio], ...change } });
const open = (municipio: string, change: object = {}) => api.open({ ...OPENING, municipio, ...change });
const policyOf = async (caseId: string) => (await api.get('operator', `/cases/${caseId}`)).body['policy'];
/** Another process would see it within two seconds; so does this one. */
const untilPolicy = (municipio: string, expected: string) =>
  eventually(async () => expect((await get(`/admin/policy-in-force?need=ISOLATION&urgency=green&municipio=${municipio}`)).body['policy']).toBe(expected));

describe('a draft', () => {
  test('is saved, read, saved over by who has read it, and discarded', async () => {
    const saved = await save('draft-1', draft());
    expect(saved.body).toMatchObject({
      policyId: 'draft-1',
      version: 1,
      status: 'draft',
      createdBy: 'ad-1',
      validFrom: null,
      policy: { id: 'draft-1', version: 1 },
    });
    const read = await get('/admin/policies/draft-1/versions/draft');
    expect([read.body, read.headers['etag']]).toEqual([saved.body, saved.headers['etag']]);
    const again = await save('draft-1', draft({ maximumPauseDays: 9 }), { ifMatch: String(saved.headers['etag']) });
    expect(again.body).toMatchObject({ version: 1, policy: { maximumPauseDays: 9 } });
    const late = await save('draft-1', draft(), { ifMatch: String(saved.headers['etag']) });
    expect([late.status, late.body['code']]).toEqual([412, 'policy_changed']);
    expect((await api.remove('admin', '/admin/policies/draft-1/draft')).status).toBe(204);
    expect((await api.remove('admin', '/admin/policies/draft-1/draft')).body['code']).toBe('policy_draft_missing');
    expect((await get('/admin/policies/draft-1/versions/draft')).body['code']).toBe('policy_version_unknown');
  });

  const claim = `/clocks/${indexOf('claim')}`;
  test.each([
    ['a budget of 0', () => withBudget('claim', { unit: 'working', ms: 0 }), [`${claim}/targets/red/budget/ms`, 'budget_not_positive']],
    ['a negative budget', () => withBudget('claim', { unit: 'businessDays', days: -3 }), [`${claim}/targets/red/budget/days`, 'budget_not_positive']],
    ['a budget of ten years', () => withBudget('claim', { unit: 'wall', ms: 3_653 * DAY }), [`${claim}/targets/red/budget/ms`, 'span_too_long']],
    ['a clock that is not there', () => draft({ clocks: draft().clocks.filter(({ name }) => name !== 'claim') }), ['/clocks', 'clock_missing']],
    ['an unknown municipio', () => draft({ appliesTo: { territories: ['6', '77'] } }), ['/appliesTo/territories/1', 'territory_unknown']],
    ['an unknown need', () => draft({ appliesTo: { needs: ['MONEY'] } }), ['/appliesTo/needs/0', 'need_unknown']],
    ['nobody it applies to', () => draft({ appliesTo: { urgencies: [] } }), ['/appliesTo/urgencies', 'applies_to_nothing']],
  ] as const)('with %s is refused where it stands, and nothing is saved', async (_, make, [pointer, rule]) => {
    const refused = await save('bad', make());
    const [status, code, faults] = faultsOf(refused);
    expect([status, code, (faults as unknown[])[0]]).toEqual([422, 'policy_invalid', [pointer, rule]]);
    expect((await get('/admin/policies?policyId=bad')).body['items']).toEqual([]);
    const checked = await post('/admin/policies/bad/validate', { policy: make() }, { key: null, language: 'en' });
    expect(checked.body['valid']).toBe(false);
    expect((checked.body['problems'] as object[])[0]).toMatchObject({ pointer, rule });
  });

  test('without any clock, with an unknown field, or under a reserved or impossible name is refused', async () => {
    expect(faultsOf(await save('bad', draft({ clocks: [] })))).toEqual([422, 'body_invalid', [['/clocks', 'minItems']]]);
    expect(faultsOf(await save('bad', draft({ version: 3 })))).toEqual([422, 'body_invalid', [['/version', 'additionalProperties']]]);
    expect(faultsOf(await save('none', draft()))).toEqual([422, 'policy_invalid', [['/id', 'id_reserved']]]);
    expect((await save('a%20b', draft())).body['code']).toBe('policy_not_found');
  });
});

describe('publishing', () => {
  test('in the past, years ahead, without a draft or without saying for whom is refused', async () => {
    await save('when', draft(only('9')));
    const publishing = (body: object) => post('/admin/policies/when/publish', body);
    const past = new Date(Date.now() - 1_000).toISOString();
    expect(faultsOf(await publishing({ openCases: 'keep', validFrom: past }))).toEqual([422, 'valid_from_in_past', [['/validFrom', 'not_in_past']]]);
    const far = new Date(Date.now() + 1_000 * DAY).toISOString();
    expect(faultsOf(await publishing({ openCases: 'keep', validFrom: far }))).toEqual([422, 'valid_from_too_far', [['/validFrom', 'within_two_years']]]);
    expect(faultsOf(await publishing({}))).toEqual([422, 'body_invalid', [['/openCases', 'required']]]);
    expect((await get('/admin/policies/when/versions/draft')).body['status']).toBe('draft');
    expect((await post('/admin/policies/nothing/publish', { openCases: 'keep' })).body['code']).toBe('policy_draft_missing');
    expect((await post('/admin/policies/when/publish', { openCases: 'keep' }, { ifMatch: '"0"' })).body['code']).toBe('policy_changed');
  });

  test('is done once per key, makes the version immutable, and the next draft is the next version', async () => {
    await save('twice', draft(only('9', { needs: ['ISOLATION'] })));
    const key = randomUUID();
    const [first, again] = [
      await post('/admin/policies/twice/publish', { openCases: 'keep' }, { key }),
      await post('/admin/policies/twice/publish', { openCases: 'keep' }, { key }),
    ];
    expect([first.status, again.status, again.headers['idempotency-replayed']]).toEqual([201, 201, 'true']);
    expect(again.body).toEqual(first.body);
    expect(first.body).toMatchObject({ rebase: null, policy: { version: 1, status: 'published', publishedBy: 'ad-1' } });
    expect((await save('twice', draft(only('9', { needs: ['ISOLATION'] })))).body).toMatchObject({ version: 2, status: 'draft' });
    const listed = (await get('/admin/policies?policyId=twice')).body['items'] as Record<string, unknown>[];
    expect(listed.map(({ version, status, inForce }) => [version, status, inForce])).toEqual([
      [2, 'draft', false],
      [1, 'published', true],
    ]);
  });

  test('for a later instant changes nothing until then; retired, the version before it counts again', async () => {
    await publish('later', draft(only('8')));
    await untilPolicy('8', 'later@1');
    const validFrom = new Date(Date.now() + DAY).toISOString();
    await publish('later', draft({ ...only('8'), maximumPauseDays: 3 }), { openCases: 'keep', validFrom });
    const inForceAt = (at: string) => get(`/admin/policy-in-force?need=ISOLATION&urgency=green&municipio=8&at=${encodeURIComponent(at)}`);
    await eventually(async () => expect((await inForceAt(validFrom)).body['policy']).toBe('later@2'));
    expect((await inForceAt(new Date().toISOString())).body).toMatchObject({ policy: 'later@1', calendar: expect.any(String) as unknown });
    const retired = await post('/admin/policies/later/versions/2/retire');
    expect([retired.status, retired.body['inForceInstead']]).toEqual([200, 'later@1']);
    expect(retired.body['policy']).toMatchObject({ status: 'retired', retiredBy: 'ad-1' });
    expect((await post('/admin/policies/later/versions/2/retire')).body['code']).toBe('policy_not_published');
    expect((await post('/admin/policies/later/versions/9/retire')).body['code']).toBe('policy_version_unknown');
    expect((await post('/admin/policies/later/versions/draft/retire')).body['code']).toBe('policy_not_published');
  });

  test('two versions are compared promise by promise', async () => {
    await publish('compared', draft(only('9', { needs: ['VIOLENCE'] })));
    await save('compared', withBudget('claim', { unit: 'working', ms: 7_200_000 }, only('9', { needs: ['VIOLENCE'] })));
    const { body } = await get('/admin/policies/compared/versions/1/compare?with=compared@draft');
    const differences = body['differences'] as Record<string, unknown>[];
    expect([body['before'], body['after']]).toEqual(['compared@1', 'compared@2']);
    expect(new Set(differences.map(({ field, clock }) => `${String(field)} ${String(clock)}`))).toEqual(new Set(['budget claim']));
    expect(differences[0]).toMatchObject({ after: { unit: 'working', ms: 7_200_000 } });
    expect((await get('/admin/policies/compared/versions/1/compare?with=other@1')).body['code']).toBe('policy_version_unknown');
  });
});

test('a policy that promises something to red cases is not published with nobody on call; one for others is, and a draft may wait', async () => {
  expect((await api.remove('admin', `/admin/on-call/${onCallShift}`)).status).toBe(204);
  const first = `/clocks/${DEFAULT_POLICY.clocks.findIndex(({ targets }) => targets.red !== null)}/targets/red`;
  try {
    expect((await save('red', draft({ appliesTo: { territories: ['9'], urgencies: ['red'], needs: ['VIOLENCE'] } }))).status).toBe(200);
    expect(faultsOf(await post('/admin/policies/red/publish', { openCases: 'keep' }))).toEqual([422, 'policy_invalid', [[first, 'red_without_on_call']]]);
    const { body } = await post('/admin/policies/red/validate', {}, { key: null });
    expect(body).toMatchObject({
      valid: false,
      problems: [{ pointer: first, rule: 'red_without_on_call', message: expect.stringMatching(/^9, /) as unknown }],
    });
    expect((await get('/admin/policies/red/versions/draft')).body['status']).toBe('draft');
    await publish('not-red', draft({ appliesTo: { territories: ['9'], urgencies: ['yellow', 'green'], needs: ['VIOLENCE'] } }));
  } finally {
    onCallShift = await putOnCall('*');
  }
  expect((await post('/admin/policies/red/publish', { openCases: 'keep' })).status).toBe(201);
});

describe('a case', () => {
  test('is measured by the policy in force when it opens; published for new cases only, open ones keep theirs', async () => {
    await publish('new-only', draft(only('1')));
    await untilPolicy('1', 'new-only@1');
    const before = await open('1');
    const { body } = await publish('new-only', withBudget('claim', { unit: 'working', ms: 3_600_000 }, only('1')));
    expect(body['rebase']).toBeNull();
    await untilPolicy('1', 'new-only@2');
    expect([await policyOf(before), await policyOf(await open('1'))]).toEqual(['new-only@1', 'new-only@2']);
  });

  test('no policy applies to opens all the same, and is seen: in the case, in lists, as an incident', async () => {
    await eventually(async () => expect((await get('/admin/policy-in-force?need=ISOLATION&urgency=green')).body['policy']).toBe('none@0'));
    const caseId = await api.open({ ...OPENING, municipio: null });
    const read = (await api.get('operator', `/cases/${caseId}`)).body;
    expect(read['policy']).toBe('none@0');
    expect((read['clocks'] as { name: string; status: string }[]).map(({ name, status }) => [name, status])).toEqual([['review', 'running']]);
    const listed = (await api.get('manager', '/cases?policy=none')).body['items'] as { caseId: string }[];
    expect(listed.map((item) => item.caseId)).toContain(caseId);
    const incidents = await api.knex('incident').where({ case_id: caseId }).select<{ kind: string; details: unknown }[]>('kind', 'details');
    expect(incidents).toEqual([{ kind: 'policy_missing', details: { municipio: 'CENTRAL', need: 'PERINATAL_MENTAL_HEALTH', urgency: 'yellow' } }]);
    const refused = await api.post('admin', `/cases/${caseId}/rebase`, { body: {} });
    expect(refused.body).toMatchObject({ rebased: false, from: 'none@0', to: 'none@0', moved: [] });
  });
});

describe('open cases', () => {
  const done = (batchId: unknown) =>
    eventually(async () => {
      const { body } = await get(`/admin/rebases/${String(batchId)}`);
      expect(['done', 'cancelled']).toContain(body['status']);
      return body;
    }, 30_000);

  test('move with a publication that is for them too, as its preview said', async () => {
    await publish('too', draft(only('2')));
    await untilPolicy('2', 'too@1');
    const cases = [await open('2'), await open('2'), await open('2', { urgency: 'green' })];
    await save('too', withBudget('claim', { unit: 'working', ms: 1_800_000 }, only('2', { urgencies: ['yellow'] })));
    const preview = await post('/admin/policies/too/preview', {}, { key: null });
    expect(preview.body).toMatchObject({ policy: 'too@2', openCases: 2, examined: 2, exact: true, applies: 2, casesMoved: 2 });
    expect(preview.body['clocks']).toMatchObject({ moved: 2, earlier: 2, later: 0, added: 0, removed: 0 });
    expect((preview.body['sample'] as { policy: string; moved: unknown[] }[]).map(({ policy, moved }) => [policy, moved.length])).toEqual([
      ['too@1', 1],
      ['too@1', 1],
    ]);
    expect(await policyOf(cases[0]!)).toBe('too@1');
    const published = await post('/admin/policies/too/publish', { openCases: 'rebase' });
    expect(published.body['rebase']).toMatchObject({ reason: 'policy_published', policy: 'too', filter: { territories: ['2'], urgencies: ['yellow'] } });
    const { batchId } = published.body['rebase'] as { batchId: string };
    expect(await done(batchId)).toMatchObject({ status: 'done', total: 2, done: 2, moved: 2, failed: 0, clocksMoved: 2 });
    for (const [index, caseId] of cases.entries()) expect(await policyOf(caseId)).toBe(index < 2 ? 'too@2' : 'too@1');
    const { items } = (await get(`/admin/rebases/${batchId}/cases?outcome=moved`)).body as {
      items: { caseId: string; moved: { clock: string; before: string; after: string }[] }[];
    };
    const [moved] = items.find(({ caseId }) => caseId === cases[0])!.moved;
    expect(moved).toMatchObject({ clock: 'claim-1', name: 'claim' });
    expect(moved!.after < moved!.before).toBe(true);
    const timeline = (await api.get('manager', `/cases/${cases[0]}/timeline`)).body['items'] as { type: string; actor: object; data: object }[];
    expect(timeline.find(({ type }) => type === 'rebased')).toMatchObject({
      actor: { kind: 'system', id: 'ad-1' },
      data: { policy: 'too@2', reason: 'policy_published', batch: batchId, moved: [{ clock: 'claim-1' }] },
    });
  });

  test('are moved one by one: a dry run first, then once per key, without touching what people did last', async () => {
    await publish('one', draft(only('3')));
    await untilPolicy('3', 'one@1');
    const caseId = await open('3');
    const { etag } = (await api.get('operator', `/cases/${caseId}`)).body;
    await publish('one', withBudget('claim', { unit: 'working', ms: 1_800_000 }, only('3')));
    await untilPolicy('3', 'one@2');
    const dry = await post(`/cases/${caseId}/rebase`, { dryRun: true });
    expect(dry.body).toMatchObject({ dryRun: true, rebased: true, from: 'one@1', to: 'one@2', moved: [{ clock: 'claim-1' }] });
    expect(await policyOf(caseId)).toBe('one@1');
    const key = randomUUID();
    const moved = await post(`/cases/${caseId}/rebase`, {}, { key });
    expect(moved.body).toMatchObject({ caseId, dryRun: false, rebased: true, from: 'one@1', to: 'one@2', moved: [{ clock: 'claim-1' }] });
    const repeated = await post(`/cases/${caseId}/rebase`, {}, { key });
    expect([repeated.body, repeated.headers['idempotency-replayed']]).toEqual([moved.body, 'true']);
    expect((await post(`/cases/${caseId}/rebase`, { dryRun: true }, { key })).body['code']).toBe('idempotency_key_reused');
    expect((await post(`/cases/${caseId}/rebase`)).body).toMatchObject({ rebased: false, from: 'one@2', to: 'one@2', moved: [] });
    const read = (await api.get('operator', `/cases/${caseId}`)).body;
    expect([read['policy'], read['etag'], read['revision']]).toEqual(['one@2', etag, 2]);
  });

  test('that are closed, or unknown, are not moved', async () => {
    const caseId = await open('6');
    await api.post('worker', `/cases/${caseId}/claim`);
    expect((await api.post('worker', `/cases/${caseId}/close`, { body: { outcome: 'opened_in_error' } })).status).toBe(200);
    expect(faultsOf(await post(`/cases/${caseId}/rebase`))).toEqual([409, 'rebase_of_closed_case', [['/caseId', 'open']]]);
    expect((await post(`/cases/${randomUUID()}/rebase`)).body['code']).toBe('case_unknown');
  });

  test('are moved in batches by filter, dry with a draft; a batch is listed and stopped', async () => {
    await publish('many', draft(only('4')));
    await untilPolicy('4', 'many@1');
    await Promise.all(Array.from({ length: 3 }, () => open('4')));
    await save('many', withBudget('firstContact', { unit: 'businessDays', days: 2 }, only('4')));
    const filter = { policies: ['many@1'], territories: ['4'], urgencies: ['yellow'] };
    const dry = await post('/admin/rebases', { filter, draft: 'many', dryRun: true });
    expect([dry.status, dry.headers['location'], dry.body['to']]).toEqual([202, `/api/v1/admin/rebases/${String(dry.body['batchId'])}`, 'draft:many']);
    expect(await done(dry.body['batchId'])).toMatchObject({ dryRun: true, total: 3, moved: 3 });
    await publish('many', withBudget('firstContact', { unit: 'businessDays', days: 2 }, only('4')));
    await untilPolicy('4', 'many@2');
    const key = randomUUID();
    const batch = await post('/admin/rebases', { filter }, { key });
    expect((await post('/admin/rebases', { filter }, { key })).body['batchId']).toBe(batch.body['batchId']);
    expect(await done(batch.body['batchId'])).toMatchObject({ reason: 'requested', to: 'inForce', total: 3, moved: 3 });
    const { items } = (await get('/admin/rebases?limit=2')).body as { items: { batchId: string }[] };
    expect(items.map(({ batchId }) => batchId)).toEqual([batch.body['batchId'], dry.body['batchId']]);
    expect((await post(`/admin/rebases/${String(batch.body['batchId'])}/cancel`, undefined, { key: null })).body['code']).toBe('rebase_over');
    const later = new Date(Date.now() + DAY).toISOString();
    await save('many', draft(only('4')));
    const queued = await post('/admin/policies/many/publish', { openCases: 'rebase', validFrom: later });
    const waiting = queued.body['rebase'] as { batchId: string; status: string; notBefore: string };
    expect([waiting.status, waiting.notBefore]).toEqual(['queued', later]);
    expect((await post(`/admin/rebases/${waiting.batchId}/cancel`, undefined, { key: null })).body['status']).toBe('cancelled');
  });

  test('asked for wrongly: a draft for real, an unknown draft, municipio or batch', async () => {
    expect(faultsOf(await post('/admin/rebases', { draft: 'many' }))).toEqual([422, 'draft_only_dry', [['/draft', 'dry_run']]]);
    expect(faultsOf(await post('/admin/rebases', { draft: 'nothing', dryRun: true }))).toEqual([409, 'policy_draft_missing', [['/draft', 'known']]]);
    expect(faultsOf(await post('/admin/rebases', { filter: { territories: ['6', '77'] } }))).toEqual([
      422,
      'municipio_unknown',
      [['/filter/territories/1', 'known']],
    ]);
    expect(faultsOf(await post('/admin/rebases', { filter: { policies: ['x'] } }))).toEqual([422, 'body_invalid', [['/filter/policies/0', 'pattern']]]);
    for (const path of ['', '/cases']) expect((await get(`/admin/rebases/${randomUUID()}${path}`)).body['code']).toBe('rebase_unknown');
    expect((await get('/admin/rebases/x')).body['code']).toBe('rebase_unknown');
  });
});

test('who may do what: administrators everything, managers all but drafts, nobody else anything', async () => {
  await save('roles', draft(only('9', { needs: ['ADOPTION_FOSTER'] })));
  expect((await api.put('manager', '/admin/policies/roles/draft', { body: draft() })).body['code']).toBe('forbidden');
  expect((await api.get('manager', '/admin/policies/roles/versions/draft')).status).toBe(200);
  expect((await api.post('manager', '/admin/policies/roles/publish', { body: { openCases: 'keep' } })).status).toBe(201);
  const caseId = await open('6');
  expect((await api.post('manager', `/cases/${caseId}/rebase`, { body: { dryRun: true } })).status).toBe(200);
  for (const who of ['operator', 'shiftLeader', 'worker', 'coordinator', 'auditor'] as const) {
    expect([who, (await api.get(who, '/admin/policies')).body['code']]).toEqual([who, 'forbidden']);
    expect([who, (await api.post(who, `/cases/${caseId}/rebase`, { body: {} })).body['code']]).toEqual([who, 'forbidden']);
    expect([who, (await api.post(who, '/admin/rebases', { body: {} })).body['code']]).toEqual([who, 'forbidden']);
  }
});
