/** Signed webhooks, as Standard Webhooks (https://www.standardwebhooks.com) has them: who receives one can tell that it is ours, fresh, and not a second time. */
import { createHmac } from 'node:crypto';
import { Undelivered, type Envelope, type Send } from './channel.ts';

export interface WebhookOptions {
  /** `http:` or `https:`. */
  readonly url: string;
  /** `whsec_` and at least 24 bytes in base64; two, with a space between, while one takes the place of the other. */
  readonly secret: string;
  readonly now: () => number;
  /** @default the one of Node */
  readonly fetch?: typeof fetch;
}

const ANSWER_MS = 20_000;
/** Worth another attempt, though the receiver refused. */
const RETRIED: ReadonlySet<number> = new Set([408, 425, 429]);

/** Throws `TypeError` for an address that is none, or not of the web. */
export function createWebhookSender({ url, secret, now, fetch: call = fetch }: WebhookOptions): Send {
  const address = new URL(url);
  if (!['http:', 'https:'].includes(address.protocol)) throw new TypeError(`Webhooks go to http: or https: addresses, not ${address.protocol}`);
  return async (envelope) => {
    const id = `msg_${envelope.id}`;
    const timestamp = Math.floor(now() / 1_000);
    const body = JSON.stringify(payloadOf(envelope, timestamp));
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'secondo-livello',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signatureOf(secret, id, timestamp, body),
    };
    await post(call, address, headers, body);
  };
}

/** HMAC-SHA256 of `id.timestamp.body` with each secret. */
export function signatureOf(secrets: string, id: string, timestamp: number, body: string): string {
  const sign = (secret: string) =>
    createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
      .update(`${id}.${timestamp}.${body}`)
      .digest('base64');
  return secrets
    .split(' ')
    .map((secret) => `v1,${sign(secret)}`)
    .join(' ');
}

function payloadOf({ recipient, notice }: Envelope, timestamp: number): object {
  const { facts, language, subject, text } = notice;
  return {
    type: `staff.${String(facts['kind'])}`,
    timestamp: new Date(timestamp * 1_000).toISOString(),
    data: { ...facts, recipient, language, subject, text },
  };
}

async function post(call: typeof fetch, address: URL, headers: Readonly<Record<string, string>>, body: string): Promise<void> {
  // A redirect would carry the message to an address nobody configured.
  const request = { method: 'POST', headers, body, redirect: 'manual' as const, signal: AbortSignal.timeout(ANSWER_MS) };
  const answer = await call(address, request).catch((error: unknown) => {
    const { name, cause } = error as { readonly name?: string; readonly cause?: { readonly code?: string } };
    throw new Undelivered(`webhook_${cause?.code ?? name ?? 'unreachable'}`);
  });
  await answer.body?.cancel();
  if (answer.status >= 200 && answer.status < 300) return;
  const final = answer.status < 500 && !RETRIED.has(answer.status);
  throw new Undelivered(`webhook_${answer.status}`, { final, retryAfterMs: retryAfterOf(answer.headers.get('retry-after')) });
}

/** Seconds, at most an hour; a date is not worth reading. */
function retryAfterOf(header: string | null): number | null {
  return header !== null && /^\d{1,5}$/.test(header) ? Math.min(Number(header), 3_600) * 1_000 : null;
}
