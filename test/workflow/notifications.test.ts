import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Worker } from '@temporalio/worker';
import { createMailSender } from '../../activities/notify/mail.ts';
import { createWebhookSender } from '../../activities/notify/webhook.ts';
import type { Role } from '../../domain/case/codes.ts';
import type { StaffMember } from '../../domain/staff/staff.ts';
import { deliveryQueue, notificationWorkflowId } from '../../workflows/notifications/messages.ts';
import { COORDINATOR } from '../support/case-builder.ts';
import { eventually, type RunningCase } from '../support/case-harness.ts';
import { readMail, startMailServer, type MailServer } from '../support/mail-server.ts';
import { HOUR, MINUTE } from '../support/rulebook.ts';
import { createTimeSkipping, type TimeSkipping } from '../support/time-skipping.ts';
import { createToldStaff, type ToldStaff } from '../support/told-staff.ts';

jest.setTimeout(120_000);

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const hooks: { readonly id: string; readonly body: Record<string, unknown> }[] = [];
const receiver = createServer((request, reply) => {
  let body = '';
  request.on('data', (part: Buffer) => (body += part.toString()));
  request.on('end', () => {
    hooks.push({ id: String(request.headers['webhook-id']), body: JSON.parse(body) as Record<string, unknown> });
    reply.writeHead(204).end();
  });
});

let engine: TimeSkipping;
let mail: MailServer;
let told: ToldStaff;
let deliverer: Worker;
let delivering: Promise<void>;

function member(id: string, roles: readonly Role[], municipi: readonly string[], over: Partial<StaffMember> = {}): StaffMember {
  return { id, roles, municipi, mail: `${id}@example.org`, language: 'it', activeUntil: null, channels: ['mail'], quiet: null, ...over };
}

beforeAll(async () => {
  mail = await startMailServer();
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  told = createToldStaff([]);
  let activities = {};
  engine = await createTimeSkipping((env, harness) => {
    const senders = {
      mail: createMailSender({ url: mail.url, from: 'Avvisi <avvisi@example.org>' }).send,
      webhook: createWebhookSender({ url, secret: SECRET, now: Date.now }),
    };
    activities = told.activities(env.client, harness, senders);
    return activities;
  });
  deliverer = await Worker.create({ connection: engine.env.nativeConnection, taskQueue: deliveryQueue(engine.taskQueue), activities });
  delivering = deliverer.run();
}, 60_000);
afterAll(async () => {
  deliverer.shutdown();
  await delivering;
  await engine.stop();
  await engine.env.teardown();
  await mail.close();
  await new Promise<void>((resolve) => receiver.close(() => resolve()));
});
beforeEach(() => {
  mail.taken.length = 0;
  hooks.length = 0;
  told.counted.length = 0;
  mail.refuse = () => null;
  told.staff.splice(
    0,
    Infinity,
    member('coordinator-3', ['coordinator'], ['3']),
    member('manager-1', ['manager'], []),
    member('leader-1', ['shiftLeader'], [], { language: 'en' }),
  );
});

const RED = { urgency: 'red', redFlags: ['R1'] } as const;
const mailsFor = (running: RunningCase) => mail.taken.filter(({ raw }) => raw.includes(running.caseId));
const recipients = (running: RunningCase) => mailsFor(running).flatMap(({ to }) => to.map((address) => address.split('@')[0]));
const deliveriesOf = ({ caseId }: RunningCase) => [...told.deliveries.values()].filter(({ key }) => key.startsWith(caseId));

/** Hours of the day that include this moment and end after so long; the local day of the tests is UTC. */
async function quietFor(ms: number) {
  const minuteOf = (at: number) => Math.floor((at % (24 * HOUR)) / MINUTE);
  const now = await engine.env.currentTimeMs();
  return { from: minuteOf(now - HOUR), to: minuteOf(now + ms) };
}

describe('a notification', () => {
  test('reaches each person behind the audience at once, in their language, and says nothing of the family', async () => {
    const running = await engine.open(RED);
    await eventually(() => expect(recipients(running).sort()).toEqual(['coordinator-3', 'leader-1']));
    const [italian, english] = ['coordinator-3', 'leader-1'].map((id) => readMail(mailsFor(running).find(({ to }) => to[0]?.startsWith(id))!));
    expect(italian!.headers).toMatchObject({
      subject: `Avviso: caso ${running.caseId.slice(0, 8)}, Municipio 3, urgenza rossa`,
      'auto-submitted': 'auto-generated',
    });
    expect(italian!.text).toContain('Promessa: Visto da una figura di coordinamento');
    expect(english!.text).toContain('Urgency: red');
    const state = engine.log.state(running.caseId);
    for (const { raw } of mailsFor(running)) expect(raw).not.toMatch(new RegExp(`${state.household}|${state.primaryNeed}|R1|worker-1`));
    expect(told.counted).toEqual(['mail delivered', 'mail delivered']);
  });

  test('goes by webhook too where somebody wants that, signed and with codes only', async () => {
    told.staff.splice(0, Infinity, member('coordinator-3', ['coordinator'], ['3'], { channels: ['mail', 'webhook'] }));
    const running = await engine.open(RED);
    await eventually(() => expect(hooks.map(({ body }) => body['type'])).toEqual(['staff.alert']));
    expect(hooks[0]!.body['data']).toMatchObject({
      caseId: running.caseId,
      municipio: '3',
      urgency: 'red',
      promise: 'supervisorSeen',
      recipient: 'coordinator-3',
    });
    await eventually(() => expect(recipients(running)).toEqual(['coordinator-3']));
  });

  test('climbs with the ladder, and none is sent for a case that keeps its promises', async () => {
    const kept = await engine.open();
    for (const command of [{ type: 'claim' }, { type: 'logAttempt', outcome: 'reached' }, { type: 'recordDecision', kind: 'information' }] as const)
      await kept.do(command);
    await kept.do({ type: 'close', outcome: 'informed' });
    const running = await engine.open();
    await engine.env.sleep(4 * HOUR + MINUTE);
    await eventually(() => expect(recipients(running)).toEqual(['coordinator-3']));
    await engine.env.sleep(2 * HOUR);
    await eventually(() => expect(recipients(running)).toEqual(['coordinator-3', 'manager-1']));
    expect(mailsFor(kept)).toEqual([]);
  });
});

describe('quiet hours', () => {
  test('put mail and webhook off until they end, and the case that closes meanwhile is not kept waiting', async () => {
    const quiet = await quietFor(7 * HOUR);
    told.staff.splice(0, Infinity, member('coordinator-3', ['coordinator'], ['3'], { quiet, channels: ['mail', 'webhook'] }));
    const running = await engine.open();
    await engine.env.sleep(4 * HOUR + MINUTE);
    await eventually(() => expect(deliveriesOf(running)).toHaveLength(2));
    for (const command of [{ type: 'claim' }, { type: 'logAttempt', outcome: 'reached' }, { type: 'close', outcome: 'informed' }] as const)
      await running.do(command);
    expect(await running.ending()).toBe('completed');
    expect([recipients(running), hooks]).toEqual([[], []]);
    await engine.env.sleep(3 * HOUR);
    await eventually(() => expect([recipients(running), hooks.length]).toEqual([['coordinator-3'], 1]));
    expect(readMail(mailsFor(running)[0]!).text).toMatch(/^Nel frattempo/);
  });

  test('never hold for a red case', async () => {
    told.staff.splice(0, Infinity, member('coordinator-3', ['coordinator'], ['3'], { quiet: await quietFor(7 * HOUR) }));
    const running = await engine.open(RED);
    await eventually(() => expect(recipients(running)).toEqual(['coordinator-3']));
  });

  test('end for whoever answers then: a coordinator who left overnight is not told, the new one is', async () => {
    const quiet = await quietFor(7 * HOUR);
    told.staff.splice(0, Infinity, member('coordinator-3', ['coordinator'], ['3'], { quiet }));
    const running = await engine.open();
    await engine.env.sleep(4 * HOUR + MINUTE);
    await eventually(() => expect(deliveriesOf(running)).toHaveLength(1));
    told.staff.splice(0, Infinity, member('coordinator-3b', ['coordinator'], ['3']));
    await engine.env.sleep(3 * HOUR);
    await eventually(() => expect(recipients(running)).toEqual(['coordinator-3b']));
    await eventually(() =>
      expect(deliveriesOf(running).map(({ recipient, status }) => [recipient, status])).toEqual([
        ['coordinator-3', 'dropped'],
        ['coordinator-3b', 'delivered'],
      ]),
    );
  });
});

describe('a server that does not take it', () => {
  test('is asked again, under the same Message-ID; what it took twice can be told by that', async () => {
    told.staff.splice(0, Infinity, member('coordinator-3', ['coordinator'], ['3']));
    let refusals = 2;
    mail.refuse = () => (refusals-- > 0 ? { code: 451, text: 'later' } : null);
    mail.dieAfterTaking = true;
    const running = await engine.open(RED);
    // Refused twice, then taken without an answer, then taken.
    await engine.env.sleep(MINUTE);
    await eventually(() => expect(mailsFor(running)).toHaveLength(2), 30_000);
    expect(new Set(mailsFor(running).map((taken) => readMail(taken).headers['message-id'])).size).toBe(1);
    await eventually(() => expect(deliveriesOf(running)).toMatchObject([{ status: 'delivered', attempts: 4 }]));
  });

  test('and says so for good is an incident and an event of the case; the others are told', async () => {
    mail.refuse = (to) => (to.startsWith('leader-1') ? { code: 550, text: 'no such user as the mother of' } : null);
    const running = await engine.open(RED);
    await eventually(() => expect(running.count('incidentRecorded')).toBe(1));
    expect(recipients(running)).toEqual(['coordinator-3']);
    const effect = `${running.caseId}:1:alert-1/mail/leader-1`;
    expect(running.revisions().at(-1)?.events).toMatchObject([{ type: 'incidentRecorded', incident: 'effect_failed', about: effect }]);
    expect(engine.recorded.incidents.filter(({ caseId }) => caseId === running.caseId)).toEqual([
      { kind: 'effect_failed', caseId: running.caseId, details: { effect, error: 'smtp_550' } },
    ]);
    expect(deliveriesOf(running).map(({ recipient, status, attempts }) => [recipient, status, attempts])).toEqual([
      ['coordinator-3', 'delivered', 1],
      ['leader-1', 'failed', 1],
    ]);
    expect(told.counted).toContain('mail failed');
  });

  test('for as long as is worth trying is given up; the case goes on', async () => {
    told.staff.splice(0, Infinity, member('manager-1', ['coordinator'], ['3']));
    mail.refuse = () => ({ code: 421, text: 'not today' });
    const running = await engine.open(RED);
    await running.do({ type: 'acknowledgeAlert', alert: 1, note: 'taking_care' }, COORDINATOR);
    await engine.env.sleep(HOUR);
    await eventually(() => expect(running.events()).toContain('incidentRecorded'), 30_000);
    const first = deliveriesOf(running).find(({ key }) => key.endsWith('alert-1'))!;
    expect(first).toMatchObject({ status: 'failed', lastError: 'smtp_421' });
    expect(first.attempts).toBe(10);
    expect(await running.do({ type: 'claim' })).toMatchObject({ status: 'contacting' });
  });
});

test('an alert announced again by a run that was lost is delivered once', async () => {
  told.staff.splice(0, Infinity, member('coordinator-3', ['coordinator'], ['3']));
  const running = await engine.open(RED);
  await eventually(() => expect(recipients(running)).toEqual(['coordinator-3']));
  await running.handle.terminate('a lost engine');
  await engine.start(running.caseId);
  await engine.env.sleep(MINUTE);
  const handle = engine.env.client.workflow.getHandle(notificationWorkflowId(`${running.caseId}:1:alert-1`));
  expect(await handle.result()).toEqual({ delivered: 1, dropped: 0, failed: 0 });
  expect(recipients(running)).toEqual(['coordinator-3']);
});
