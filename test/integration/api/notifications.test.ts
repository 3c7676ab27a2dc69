import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { createClosingActivities } from '../../../activities/closings.ts';
import { createBeginNotification } from '../../../activities/notify/begin.ts';
import { createHandoverListRepository } from '../../../db/repositories/handover-lists.ts';
import { createStaffMessageRepository } from '../../../db/repositories/staff-messages.ts';
import { DEFAULT_POLICY } from '../../../domain/sla/default-policy.ts';
import { scaleRulebook } from '../../../domain/sla/scale-policy.ts';
import { createDataConverter } from '../../../db/protection/data-converter.ts';
import { eventually } from '../../support/case-harness.ts';
import { readMail, startMailServer, type MailServer } from '../../support/mail-server.ts';
import { fixedRulebooks, SERVICE, WALL_RULEBOOK } from '../../support/rulebook.ts';
import { testKeys } from '../../support/master-keys.ts';
import { createApi, type Api } from './harness.ts';

jest.setTimeout(90_000);

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let api: Api;
let mail: MailServer;
let worker: { stop(): Promise<void> };
const hooks: { readonly data: Record<string, unknown> }[] = [];
const receiver = createServer((request, reply) => {
  let body = '';
  request.on('data', (part: Buffer) => (body += part.toString()));
  request.on('end', () => {
    hooks.push(JSON.parse(body) as { data: Record<string, unknown> });
    reply.writeHead(204).end();
  });
});

beforeAll(async () => {
  mail = await startMailServer();
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const workerVariables = {
    SMTP_URL: mail.url,
    MAIL_FROM: 'avvisi@example.org',
    WEBHOOK_URL: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
    WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  };
  api = await createApi({ withWorker: false, workerVariables });
  worker = await api.startWorker();
  await person('co-1', ['coordinator'], ['6']);
  await person('co-8', ['coordinator'], ['8']);
  await person('sl-1', ['shiftLeader'], [], { language: 'en' });
  await person('ma-1', ['manager'], []);
  await person('sw-3', ['socialWorker'], ['3'], { channels: ['webhook'] });
});
afterAll(async () => {
  await api.close();
  await mail.close();
  await new Promise<void>((resolve) => receiver.close(() => resolve()));
});

/** Quiet from now until four hours from now, wherever the tests run. */
function quietNow(): { readonly from: string; readonly to: string } {
  const clock = (ms: number) => new Intl.DateTimeFormat('it-IT', { hour: '2-digit', minute: '2-digit', timeZone: 'Europe/Rome' }).format(Date.now() + ms);
  return { from: clock(-HOUR), to: clock(4 * HOUR) };
}

async function person(id: string, roles: readonly string[], municipi: readonly string[], over: object = {}): Promise<void> {
  const body = { roles, municipi, mail: `${id}@example.org`, quiet: quietNow(), channels: ['mail'], ...over };
  const { status } = await api.put('admin', `/admin/staff/${id}`, { body });
  if (status !== 201) throw new Error(`staff answered ${status}`);
}

const fast = (speed: number) => scaleRulebook({ ...WALL_RULEBOOK, policy: DEFAULT_POLICY }, speed).policy;
const mailsAbout = (caseId: string) => mail.taken.filter(({ raw }) => raw.includes(caseId));
const toldBy = (caseId: string) => mailsAbout(caseId).flatMap(({ to }) => to.map((address) => address.split('@')[0]));
const RED = { urgency: 'red', redFlags: ['R1'] };

describe('staff outside the product', () => {
  test('are told of a red case at once, in their quiet hours too; the message names nothing of the family', async () => {
    const household = randomUUID();
    const caseId = await api.open({ ...RED, household });
    await eventually(() => expect(toldBy(caseId).sort()).toEqual(['co-1', 'sl-1']), 30_000);
    for (const { raw } of mailsAbout(caseId)) expect(raw).not.toMatch(new RegExp(`${household}|PERINATAL|R1|op-1`));
    const delivered = await api.knex('notification_delivery').where('key', `${caseId}:1:alert-1`).select('recipient', 'channel', 'status', 'attempts');
    expect(delivered.sort((a: { recipient: string }, b: { recipient: string }) => a.recipient.localeCompare(b.recipient))).toEqual([
      { recipient: 'co-1', channel: 'mail', status: 'delivered', attempts: 1 },
      { recipient: 'sl-1', channel: 'mail', status: 'delivered', attempts: 1 },
    ]);
  });

  test('on call hear by webhook what climbs to them; with nobody on call the managers of the city stand in', async () => {
    const policy = { ...fast(100), id: 'fast', version: 1 };
    const { body } = await api.post('operator', '/dev/policies', { body: { policy } });
    const unwatched = await api.open({ ...RED, policy: body['policy'] });
    await eventually(() => expect(toldBy(unwatched)).toContain('ma-1'), 30_000);
    const now = Date.now();
    const shift = { territory: '6', person: 'sw-3', from: new Date(now - HOUR).toISOString(), to: new Date(now + HOUR).toISOString() };
    expect((await api.put('manager', `/admin/on-call/${randomUUID()}`, { body: shift })).status).toBe(201);
    const caseId = await api.open({ ...RED, policy: body['policy'] });
    await eventually(
      () => expect(hooks.map(({ data }) => data)).toContainEqual(expect.objectContaining({ caseId, recipient: 'sw-3', municipio: '6', urgency: 'red' })),
      30_000,
    );
    // What they were told of stands inside the product too, and they can open and answer it.
    const inside = (await api.get('stranger', '/alerts?limit=100')).body['items'] as { caseId: string; audience: string[] }[];
    expect(inside.filter((item) => item.audience.includes('onCall')).map((item) => item.caseId)).toContain(caseId);
    const seen = await api.get('stranger', `/cases/${caseId}`);
    expect(seen.status).toBe(200);
    const alert = (seen.body['alerts'] as { alert: number; audience: string[]; open: boolean }[]).find(
      ({ audience, open }) => open && audience.includes('onCall'),
    )!;
    expect(await api.post('stranger', `/cases/${caseId}/acknowledge-alert`, { body: { alert: alert.alert, note: 'taking_care' } })).toMatchObject({
      status: 200,
    });
  });

  test('are told once though the worker dies while the mail server is away', async () => {
    mail.refuse = () => ({ code: 451, text: 'away' });
    const caseId = await api.open(RED);
    const key = `${caseId}:1:alert-1`;
    const attempts = async () => (await api.knex('notification_delivery').where('key', key).sum<{ sum: string }[]>('attempts'))[0]?.sum;
    await eventually(async () => expect(Number(await attempts())).toBeGreaterThanOrEqual(2), 30_000);
    await worker.stop();
    mail.refuse = () => null;
    worker = await api.startWorker();
    await eventually(() => expect(toldBy(caseId).sort()).toEqual(['co-1', 'sl-1']), 60_000);
    const settled = await api.knex('notification_delivery').where('key', key).pluck('status');
    await eventually(() => expect(settled).toEqual(['delivered', 'delivered']));
  });

  test('keep nobody waiting inside the product while the mail server hangs', async () => {
    mail.hangs = true;
    for (let index = 0; index < 8; index++) await api.open(RED);
    await eventually(
      async () =>
        expect(
          Number((await api.knex('notification_delivery').where('status', 'pending').where('attempts', '>', 0).count())[0]?.['count']),
        ).toBeGreaterThanOrEqual(4),
      30_000,
    );
    const { body } = await api.post('operator', '/dev/policies', { body: { policy: { ...fast(10_000), id: 'hasty', version: 1 } } });
    const caseId = await api.open({ policy: body['policy'] });
    const told = async () => ((await api.get('coordinator', '/alerts?limit=100')).body['items'] as { caseId: string }[]).map((item) => item.caseId);
    // Less than a hanging connection takes.
    await eventually(async () => expect(await told()).toContain(caseId), 8_000);
    mail.hangs = false;
  });

  test('one who cannot be told at all shows in the timeline of the case', async () => {
    mail.refuse = (to) => (to.startsWith('sl-1') ? { code: 550, text: 'no such user' } : null);
    const caseId = await api.open(RED);
    const timeline = async () => (await api.get('coordinator', `/cases/${caseId}/timeline`)).body['items'] as { type: string; data: object }[];
    const failed = {
      type: 'incidentRecorded',
      data: expect.objectContaining({ incident: 'effect_failed', about: `${caseId}:1:alert-1/mail/sl-1` }) as unknown,
    };
    await eventually(async () => expect(await timeline()).toContainEqual(expect.objectContaining(failed)), 30_000);
    mail.refuse = () => null;
    expect(await api.knex('incident').where({ case_id: caseId, kind: 'effect_failed' }).pluck('details')).toEqual([
      { effect: `${caseId}:1:alert-1/mail/sl-1`, error: 'smtp_550' },
    ]);
  });

  test('not to be disturbed wait for the end of their quiet hours, in the database and in the engine', async () => {
    const policy = { ...fast(10_000), id: 'faster', version: 1 };
    const { body } = await api.post('operator', '/dev/policies', { body: { policy } });
    const caseId = await api.open({ policy: body['policy'] });
    const waiting = () =>
      api.knex('notification_delivery').whereLike('key', `${caseId}:%`).where('status', 'pending').select<{ not_before: number }[]>('not_before');
    await eventually(async () => expect((await waiting()).length).toBeGreaterThan(0), 30_000);
    for (const { not_before } of await waiting()) {
      expect(not_before).toBeGreaterThan(Date.now() + 3 * HOUR);
      expect(not_before).toBeLessThanOrEqual(Date.now() + 4 * HOUR);
    }
    expect(mailsAbout(caseId)).toEqual([]);
    expect(((await api.get('coordinator', '/alerts?unread=true&limit=100')).body['items'] as { caseId: string }[]).map((item) => item.caseId)).toContain(
      caseId,
    );
  });
});

describe('the hand-over list of a closing', () => {
  test('is kept, told inside and outside the product, once', async () => {
    const caseId = await api.open({ ...RED, municipio: '8' });
    const rulebook = { ...WALL_RULEBOOK, calendars: { [SERVICE.version]: SERVICE }, calendarOf: { '*': SERVICE.version } };
    const connection = await Connection.connect({ address: process.env['TEST_TEMPORAL_ADDRESS'] ?? '' });
    const client = new Client({ connection, dataConverter: createDataConverter(testKeys) });
    const activities = createClosingActivities({
      territories: ['8'],
      rulebooks: fixedRulebooks(rulebook),
      handoverLists: createHandoverListRepository(api.knex),
      staffMessages: createStaffMessageRepository(api.knex),
      begin: createBeginNotification(client, api.taskQueue),
    });
    // Of tomorrow: by then the case is an evening old.
    const next = (await activities.nextClosings({ after: Date.now() + DAY, at: Date.now() }))!;
    expect(next.closesAt - next.listAt).toBe(HOUR / 2);
    await activities.makeHandoverLists({ ...next, at: next.listAt });
    await activities.makeHandoverLists({ ...next, at: next.listAt + 60_000 });
    await connection.close();
    const key = `handover:8:${new Date(next.closesAt).toISOString()}`;
    const told = () =>
      mailsAbout(caseId).filter((one) => readMail(one).headers['subject']?.startsWith('Da passare prima della chiusura: Municipio 8') ?? false);
    await eventually(() => expect(told()).toHaveLength(1), 30_000);
    expect(readMail(told()[0]!).text).toContain(`- ${caseId} (rossa): senza un prossimo passo; rosso, passaggio per la notte non registrato`);
    const inside = (await api.get('shiftLeader', '/alerts?limit=100')).body['items'] as object[];
    expect(inside.filter((item) => (item as { key: string }).key === key)).toMatchObject([
      { kind: 'handover_list', municipio: '8', caseId: null, alert: null },
    ]);
    expect(((await api.get('coordinator', '/alerts?limit=100')).body['items'] as { key: string }[]).map((item) => item.key)).not.toContain(key);
    const stored = await api.knex('handover_list').where('municipio', '8').select('items');
    expect(stored).toMatchObject([{ items: [{ caseId, reasons: ['no_plan', 'no_night_handover'] }] }]);
  });
});
