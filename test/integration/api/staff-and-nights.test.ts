import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createApi, type Api, type CastName, type Reply } from './harness.ts';

jest.setTimeout(60_000);

let api: Api;
/** Moved by tests: who is on call changes with the hour. */
let skew = 0;
beforeAll(async () => {
  api = await createApi({ deps: { now: () => Date.now() + skew } });
});
afterAll(() => api.close());

const HOUR = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + skew + hours * HOUR).toISOString();
const put = (who: CastName, path: string, body: unknown) => api.put(who, path, { body });
const codeOf = ({ status, body }: Reply) => (typeof body['code'] === 'string' ? `${status} ${body['code']}` : String(status));
const faultsOf = ({ body }: Reply) => ((body['errors'] ?? []) as { pointer: string }[]).map(({ pointer }) => pointer);
const person = (id: string, over: object = {}) =>
  put('admin', `/admin/staff/${id}`, { roles: ['socialWorker'], municipi: ['6'], mail: `${id}@example.org`, ...over });
const shift = (over: object = {}) => ({ territory: '6', person: 'sw-1', from: inHours(-1), to: inHours(12), ...over });

describe('the staff directory', () => {
  test('is kept by administrators, who change one thing and leave the others as they were', async () => {
    const added = await person('sw-1', { language: 'en', quiet: { from: '22:30', to: '06:00' } });
    expect(added).toMatchObject({ status: 201, body: { id: 'sw-1', language: 'en', channels: ['mail', 'webhook'], quiet: { from: '22:30', to: '06:00' } } });
    expect(await person('sw-1', { municipi: ['6', '7'] })).toMatchObject({ status: 200, body: { language: 'en', quiet: { from: '22:30', to: '06:00' } } });
    const { body } = await api.get('coordinator', '/admin/staff');
    expect(body['items']).toContainEqual(expect.objectContaining({ id: 'sw-1', municipi: ['6', '7'], activeUntil: null }));
  });

  test.each<[CastName, string]>([
    ['operator', '403 forbidden'],
    ['worker', '403 forbidden'],
    ['coordinator', '403 forbidden'],
    ['manager', '403 forbidden'],
    ['auditor', '403 forbidden'],
  ])('%s may not change it', async (who, answer) => {
    expect(codeOf(await put(who, '/admin/staff/sw-1', { roles: ['admin'], municipi: [], mail: null }))).toBe(answer);
  });

  test.each([
    [{ mail: null, channels: ['mail'] }, '422 mail_missing', ['/mail']],
    [{ municipi: [] }, '422 staff_municipio_missing', ['/municipi']],
    [{ municipi: ['6', '77'] }, '422 municipio_unknown', ['/municipi/1']],
    [{ roles: [] }, '422 body_invalid', ['/roles']],
    [{ roles: ['boss'] }, '422 body_invalid', ['/roles/0']],
    [{ mail: 'no address' }, '422 body_invalid', ['/mail']],
    [{ mail: 'a@b\r\nBcc: c@d' }, '422 body_invalid', ['/mail']],
    [{ language: 'fr' }, '422 body_invalid', ['/language']],
    [{ quiet: { from: '25:00', to: '07:00' } }, '422 body_invalid', ['/quiet/from']],
    [{ channels: ['pigeon'] }, '422 body_invalid', ['/channels/0']],
    [{ nickname: 'x' }, '422 body_invalid', ['/nickname']],
  ])('takes nothing of %j', async (over, code, pointers) => {
    const refused = await person('sw-9', over);
    expect([codeOf(refused), faultsOf(refused)]).toEqual([code, pointers]);
    expect((await api.get('admin', '/admin/staff')).body['items']).not.toContainEqual(expect.objectContaining({ id: 'sw-9' }));
  });

  test('lets everybody in it choose how they are told, and nobody else', async () => {
    await person('co-1', { roles: ['coordinator'] });
    const chosen = { channels: ['mail'], quiet: null, language: 'it' };
    expect(await put('coordinator', '/me/notifications', chosen)).toMatchObject({ status: 200, body: { id: 'co-1', ...chosen } });
    expect((await api.get('coordinator', '/me/notifications')).body).toMatchObject(chosen);
    expect(codeOf(await api.get('auditor', '/me/notifications'))).toBe('404 staff_unknown');
    expect(codeOf(await put('coordinator', '/me/notifications', { ...chosen, roles: ['admin'] }))).toBe('422 body_invalid');
  });
});

describe('the on-call roster', () => {
  test('is kept by the coordinator of a municipio for it, by managers and administrators for the city', async () => {
    const id = randomUUID();
    expect(await put('coordinator', `/admin/on-call/${id}`, shift({ phone: '+390288440000' }))).toMatchObject({ status: 201, body: { current: true } });
    expect(await put('coordinator', `/admin/on-call/${id}`, shift({ from: inHours(-1) }))).toMatchObject({ status: 409, body: { code: 'shift_begun' } });
    expect(codeOf(await put('farCoordinator', `/admin/on-call/${id}`, shift({ territory: '3' })))).toBe('403 forbidden');
    expect(codeOf(await put('coordinator', `/admin/on-call/${randomUUID()}`, shift({ territory: '3' })))).toBe('403 forbidden');
    expect(codeOf(await put('coordinator', `/admin/on-call/${randomUUID()}`, shift({ territory: '*' })))).toBe('403 forbidden');
    const city = randomUUID();
    expect(codeOf(await put('manager', `/admin/on-call/${city}`, shift({ territory: '*', from: inHours(24), to: inHours(36) })))).toBe('201');
    expect(codeOf(await put('admin', `/admin/on-call/${city}`, shift({ territory: '*', from: inHours(24), to: inHours(30) })))).toBe('200');
    const seenBy = async (who: CastName) => ((await api.get(who, '/admin/on-call')).body['items'] as { id: string }[]).map((one) => one.id);
    expect(await seenBy('coordinator')).toEqual([id, city]);
    expect(await seenBy('farCoordinator')).toEqual([city]);
    expect(codeOf(await api.remove('coordinator', `/admin/on-call/${city}`))).toBe('404 shift_unknown');
    expect(codeOf(await api.remove('manager', `/admin/on-call/${city}`))).toBe('204');
    expect(codeOf(await api.remove('coordinator', `/admin/on-call/${id}`))).toBe('204');
    expect(codeOf(await api.remove('coordinator', `/admin/on-call/${id}`))).toBe('409 shift_over');
    expect(codeOf(await put('coordinator', `/admin/on-call/${id}`, shift()))).toBe('409 shift_over');
  });

  test.each<CastName>(['operator', 'worker', 'shiftLeader', 'auditor'])('%s may not change it', async (who) => {
    expect(codeOf(await put(who, `/admin/on-call/${randomUUID()}`, shift()))).toBe('403 forbidden');
    expect(codeOf(await api.remove(who, `/admin/on-call/${randomUUID()}`))).toBe('403 forbidden');
  });

  test.each<[string, object, string, string[]]>([
    ['one that is over', { to: inHours(-2) }, '422 shift_invalid', ['/to']],
    ['one that ends before it begins', { from: inHours(9), to: inHours(8) }, '422 shift_invalid', ['/to']],
    ['one of more than a year', { to: inHours(24 * 400) }, '422 shift_invalid', ['/to']],
    ['a municipio that does not exist', { territory: '77' }, '422 municipio_unknown', ['/territory']],
    ['a territory that is none', { territory: 'six' }, '422 body_invalid', ['/territory']],
    ['somebody unknown', { person: 'nobody' }, '422 on_call_person_unavailable', ['/person']],
    ['a telephone nobody can dial', { phone: '02 0202' }, '422 body_invalid', ['/phone']],
    ['an instant that is none', { from: 'tonight' }, '422 body_invalid', ['/from']],
  ])('does not take %s', async (_, over, code, pointers) => {
    const id = randomUUID();
    const refused = await put('admin', `/admin/on-call/${id}`, shift(over));
    expect([codeOf(refused), faultsOf(refused)]).toEqual([code, pointers]);
    expect(codeOf(await api.remove('admin', `/admin/on-call/${id}`))).toBe('404 shift_unknown');
  });

  test('has nobody on it who leaves before the shift ends', async () => {
    const end = inHours(6);
    await person('sw-8', { activeUntil: end });
    expect(codeOf(await put('admin', `/admin/on-call/${randomUUID()}`, shift({ person: 'sw-8' })))).toBe('422 on_call_person_unavailable');
    expect(codeOf(await put('admin', `/admin/on-call/${randomUUID()}`, shift({ person: 'sw-8', to: end })))).toBe('201');
  });
});

describe('somebody on call', () => {
  test('reads, answers and hands over the cases of the territory while they are, and nothing else, and nothing afterwards', async () => {
    await person('sw-3', { municipi: ['3'] });
    const path = `/cases/${await api.open({ urgency: 'red', redFlags: ['R1'] })}`;
    expect(codeOf(await api.get('stranger', path))).toBe('404 case_unknown');
    const id = randomUUID();
    await put('coordinator', `/admin/on-call/${id}`, shift({ person: 'sw-3' }));
    skew += 5_000;
    expect((await api.get('stranger', '/me')).body).toMatchObject({ onCall: ['6'] });
    const seen = await api.get('stranger', path);
    expect(seen).toMatchObject({ status: 200, body: { urgency: 'red', nightHandover: null, nightHandoverAt: null } });
    expect(seen.body['allowed']).toContain('recordNightHandover');
    const record = { body: { route: 'emergency_112', onCall: 'sw-3' } };
    expect(await api.post('stranger', `${path}/record-night-handover`, record)).toMatchObject({ status: 200 });
    expect((await api.get('coordinator', path)).body).toMatchObject({ nightHandover: { route: 'emergency_112', onCall: 'sw-3', by: 'sw-3' } });
    expect(codeOf(await api.post('stranger', `${path}/acknowledge-alert`, { body: { alert: 1, note: 'taking_care' } }))).toBe('403 alert_not_yours');
    expect(codeOf(await api.post('stranger', `${path}/claim`))).toBe('403 forbidden');
    await api.remove('coordinator', `/admin/on-call/${id}`);
    skew += 5_000;
    expect(codeOf(await api.get('stranger', path))).toBe('404 case_unknown');
    expect((await api.get('stranger', '/me')).body).toMatchObject({ onCall: [] });
  });

  test('is named in a hand-over of red cases only, by a route on the list', async () => {
    const yellow = `/cases/${await api.open()}`;
    const body = { route: 'emergency_112', onCall: 'sw-3' };
    expect(codeOf(await api.post('coordinator', `${yellow}/record-night-handover`, { body }))).toBe('409 command_not_allowed');
    const red = `/cases/${await api.open({ urgency: 'red', redFlags: ['R1'] })}`;
    const refused = await api.post('coordinator', `${red}/record-night-handover`, { body: { ...body, route: 'a_friend' } });
    expect([codeOf(refused), faultsOf(refused)]).toEqual(['422 body_invalid', ['/route']]);
    expect(codeOf(await api.post('operator', `${red}/record-night-handover`, { body }))).toBe('403 forbidden');
    expect(codeOf(await api.post('farCoordinator', `${red}/record-night-handover`, { body }))).toBe('404 case_unknown');
  });
});

describe('the hand-over list', () => {
  const listOf = async (who: CastName, municipio = '8') => (await api.get(who, `/handover-list?municipio=${municipio}`)).body;

  test('names red and yellow cases without a plan, and red ones nobody was handed for the night', async () => {
    const open = (body: object) => api.open({ municipio: '8', ...body });
    const forgotten = await open({});
    const green = await open({ urgency: 'green' });
    const called = await open({});
    await api.post('operator', `/cases/${called}/agree-callback`, { body: { from: inHours(1), to: inHours(2) } });
    const red = await open({ urgency: 'red', redFlags: ['R1'] });
    await api.post('operator', `/cases/${red}/agree-callback`, { body: { from: inHours(1), to: inHours(2) } });
    const body = await listOf('manager');
    expect((body['items'] as { caseId: string; reasons: string[] }[]).map(({ caseId, reasons }) => [caseId, reasons])).toEqual([
      [red, ['no_night_handover']],
      [forgotten, ['no_plan']],
    ]);
    expect(body).toMatchObject({ municipio: '8', closesAt: null, earlier: [] });
    expect(JSON.stringify(body)).not.toContain(green);
    await api.post('shiftLeader', `/cases/${red}/record-night-handover`, { body: { route: 'city_on_call', onCall: 'sw-3' } });
    skew += 3 * HOUR;
    // The call that was promised is overdue by now: no plan any more.
    const later = (await listOf('shiftLeader'))['items'] as { caseId: string; reasons: string[] }[];
    expect(later.find(({ caseId }) => caseId === called)?.reasons).toEqual(['no_plan']);
    skew -= 3 * HOUR;
  });

  test('is for those who work for that municipio or for the city', async () => {
    expect(codeOf(await api.get('coordinator', '/handover-list?municipio=8'))).toBe('403 forbidden');
    expect(codeOf(await api.get('coordinator', '/handover-list?municipio=6'))).toBe('200');
    expect(codeOf(await api.get('operator', '/handover-list?municipio=6'))).toBe('403 forbidden');
    expect(codeOf(await api.get('manager', '/handover-list?municipio=77'))).toBe('422 municipio_unknown');
    expect(codeOf(await api.get('manager', '/handover-list'))).toBe('400 request_invalid');
  });
});

test('an alert read by one is still unread for another', async () => {
  const caseId = await api.open({ urgency: 'red', redFlags: ['R1'] });
  const unread = async (who: CastName) => {
    const { body } = await api.get(who, '/alerts?unread=true&limit=100');
    return (body['items'] as { key: string; caseId: string }[]).filter((item) => item.caseId === caseId);
  };
  const [message] = await unread('coordinator');
  expect(codeOf(await api.put('coordinator', `/alerts/${message!.key}/read`))).toBe('204');
  expect([await unread('coordinator'), (await unread('shiftLeader')).length]).toEqual([[], 1]);
});
