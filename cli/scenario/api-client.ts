/** The public HTTP API as a scenario uses it: nothing else of the system is touched. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Person } from './people.ts';

export interface Reply {
  readonly status: number;
  readonly etag: string | null;
  readonly body: unknown;
}

/** A bearer token for a person of the cast. */
export type TokenSource = (person: Person) => Promise<string>;

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly as: Person;
  readonly body?: unknown;
  readonly key?: string;
  readonly ifMatch?: string | null;
}

export interface ApiClient {
  readonly send: (request: Request) => Promise<Reply>;
}

/** The system did not answer at all, or not in a way the API would. */
export class ApiUnreachable extends Error {
  constructor(url: string, cause: unknown) {
    super(`${url} does not answer: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'ApiUnreachable';
  }
}

const TIMEOUT_MS = 15_000;
/** How long an answer is waited for while a part of the system is away. */
const PATIENCE_MS = 20_000;
const PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;

type Attempt = Reply & { readonly retryAfterMs: number | null };

/**
 * A client of the API at `url`. What is not answered, or answered "not yet" or "not now", is asked again with the same key: that is what the key is for, so
 * that a scenario outlives the restart of any part.
 */
export function createApiClient(url: string, tokenOf: TokenSource): ApiClient {
  const tokens = new Map<string, Promise<string>>();
  const tokenFor = (person: Person): Promise<string> => {
    const known = tokens.get(person.sub) ?? tokenOf(person);
    tokens.set(person.sub, known);
    return known;
  };
  return {
    async send(request) {
      const until = Date.now() + PATIENCE_MS;
      for (;;) {
        const reply = await once(url, request, await tokenFor(request.as)).catch((error: unknown) => {
          if (!(error instanceof ApiUnreachable) || Date.now() >= until) throw error;
          return null;
        });
        if (reply !== null && (!isPending(request, reply.status) || Date.now() >= until)) return reply;
        await sleep(Math.min(reply?.retryAfterMs ?? PAUSE_MS, LONGEST_PAUSE_MS));
      }
    },
  };
}

/** One attempt. Throws `ApiUnreachable`. */
async function once(url: string, request: Request, token: string): Promise<Attempt> {
  const headers: Record<string, string> = { authorization: `Bearer ${token}`, accept: 'application/json' };
  if (request.body !== undefined) headers['content-type'] = 'application/json';
  if (request.key !== undefined) headers['idempotency-key'] = request.key;
  if (request.ifMatch !== undefined && request.ifMatch !== null) headers['if-match'] = request.ifMatch;
  const response = await fetch(`${url}${request.path}`, {
    method: request.method,
    headers,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
  }).catch((error: unknown) => {
    throw new ApiUnreachable(url, (error as Error).cause ?? error);
  });
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const text = await response.text();
  return {
    status: response.status,
    etag: response.headers.get('etag'),
    body: parseBody(text),
    retryAfterMs: Number.isNaN(retryAfter) ? null : retryAfter * 1_000,
  };
}

/** Accepted but unanswered, or a part is away for a moment. */
function isPending(request: Request, status: number): boolean {
  return status === 503 || status === 429 || (request.method === 'POST' && status === 202);
}

function parseBody(text: string): unknown {
  try {
    return text === '' ? null : (JSON.parse(text) as unknown);
  } catch {
    return text;
  }
}
