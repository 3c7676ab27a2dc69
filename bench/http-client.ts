/** The client side of a run: connections kept open, as little CPU of its own as possible (on a small machine the client is a competitor). */
import { Agent, request as httpRequest } from 'node:http';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface HttpReply {
  readonly status: number;
  readonly body: unknown;
  /** From the first byte sent to the last byte read. */
  readonly ms: number;
}

export interface HttpClient {
  readonly send: (url: string, request: HttpRequest) => Promise<HttpReply>;
  readonly close: () => void;
}

const TIMEOUT_MS = 30_000;

/** A client for plain HTTP on this machine. */
export function createHttpClient(): HttpClient {
  const agent = new Agent({ keepAlive: true });
  return {
    send: (url, request) => send(agent, url, request),
    close: () => agent.destroy(),
  };
}

async function send(agent: Agent, url: string, { method, path, headers, body }: HttpRequest): Promise<HttpReply> {
  const payload = body === undefined ? '' : JSON.stringify(body);
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const lengths = { 'content-length': String(Buffer.byteLength(payload)), ...(payload === '' ? {} : { 'content-type': 'application/json' }) };
    const sent = httpRequest(`${url}${path}`, { method, agent, headers: { ...lengths, ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parse(text), ms: performance.now() - started }));
    });
    sent.setTimeout(TIMEOUT_MS, () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    sent.on('error', reject);
    sent.end(payload);
  });
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : (JSON.parse(text) as unknown);
  } catch {
    return text;
  }
}
