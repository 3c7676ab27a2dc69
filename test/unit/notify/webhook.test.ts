import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Undelivered, type Envelope } from '../../../activities/notify/channel.ts';
import { createWebhookSender, signatureOf } from '../../../activities/notify/webhook.ts';

jest.setTimeout(30_000);

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const NOW = Date.UTC(2026, 9, 5, 7);
const ENVELOPE: Envelope = {
  id: 'abc',
  recipient: 'coordinator-6',
  mail: 'nobody@example.org',
  notice: { subject: 's', text: 't', language: 'it', facts: { kind: 'alert', caseId: 'c-1', dueAt: '2026-10-05T09:00:00.000Z' } },
};

interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const received: Received[] = [];
let answer: { readonly status: number; readonly headers?: Record<string, string> } = { status: 204 };
const server = createServer((request, reply) => {
  let body = '';
  request.on('data', (part: Buffer) => (body += part.toString()));
  request.on('end', () => {
    received.push({ path: request.url ?? '', headers: request.headers, body });
    reply.writeHead(answer.status, answer.headers).end('never read');
  });
});
let url = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
});
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

async function failure(sending: Promise<void>): Promise<Undelivered> {
  const error: unknown = await sending.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Undelivered)) throw error;
  return error;
}

describe('a webhook', () => {
  test('is signed over id, time and body, as the vector of the specification', () => {
    const signature = signatureOf(SECRET, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}');
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  test('carries the three headers, the same id at every attempt, and what it is about', async () => {
    received.length = 0;
    let now = NOW;
    const send = createWebhookSender({ url, secret: SECRET, now: () => now });
    await send(ENVELOPE);
    now += 60_000;
    await send(ENVELOPE);
    const [first, second] = received;
    expect(first!.headers).toMatchObject({ 'webhook-id': 'msg_abc', 'webhook-timestamp': String(NOW / 1_000), 'content-type': 'application/json' });
    expect(first!.headers['webhook-signature']).toBe(signatureOf(SECRET, 'msg_abc', NOW / 1_000, first!.body));
    expect(second!.headers['webhook-id']).toBe('msg_abc');
    expect(second!.headers['webhook-signature']).not.toBe(first!.headers['webhook-signature']);
    expect(JSON.parse(first!.body)).toEqual({
      type: 'staff.alert',
      timestamp: new Date(NOW).toISOString(),
      data: { kind: 'alert', caseId: 'c-1', dueAt: '2026-10-05T09:00:00.000Z', recipient: 'coordinator-6', language: 'it', subject: 's', text: 't' },
    });
    expect(first!.body).not.toContain('example.org');
  });

  test.each([
    [{ status: 400 }, 'webhook_400', true, null],
    [{ status: 410 }, 'webhook_410', true, null],
    [{ status: 301, headers: { location: 'http://127.0.0.1:1/' } }, 'webhook_301', true, null],
    [{ status: 429, headers: { 'retry-after': '7' } }, 'webhook_429', false, 7_000],
    [{ status: 503, headers: { 'retry-after': '99999' } }, 'webhook_503', false, 3_600_000],
    [{ status: 500, headers: { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' } }, 'webhook_500', false, null],
  ])('refused with %j', async (given, code, final, retryAfterMs) => {
    answer = given;
    const sending = createWebhookSender({ url, secret: SECRET, now: () => NOW })(ENVELOPE);
    expect(await failure(sending)).toMatchObject({ code, final, retryAfterMs });
    answer = { status: 204 };
  });

  test('is signed with the old and the new secret while one takes the place of the other', async () => {
    const fresh = 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    received.length = 0;
    await createWebhookSender({ url, secret: `${SECRET} ${fresh}`, now: () => NOW })(ENVELOPE);
    const [{ headers, body }] = received as [Received];
    const signatures = [SECRET, fresh].map((secret) => signatureOf(secret, 'msg_abc', NOW / 1_000, body));
    expect(headers['webhook-signature']).toBe(signatures.join(' '));
  });

  test('to nobody is tried again', async () => {
    const sending = createWebhookSender({ url: 'http://127.0.0.1:1/', secret: SECRET, now: () => NOW })(ENVELOPE);
    expect(await failure(sending)).toMatchObject({ final: false });
  });

  test.each(['file:///etc/passwd', 'ftp://example.org/', 'javascript:alert(1)'])('never goes to %s', (address) => {
    expect(() => createWebhookSender({ url: address, secret: SECRET, now: () => NOW })).toThrow(TypeError);
  });
});
