/** The administrators' side of the public HTTP API, as a command of this program uses it. */
import { randomUUID } from 'node:crypto';
import type { ProblemBody } from '../../api/schemas/problem.ts';
import { CliError, EXIT } from '../errors.ts';

export interface AdminApi {
  /** Throws `CliError` with what the API says is wrong and what to do. */
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: object): Promise<T>;
}

const TIMEOUT_MS = 30_000;

export function createAdminApi(url: string, token: string): AdminApi {
  async function send<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
    const headers = {
      authorization: `Bearer ${token}`,
      'accept-language': 'en',
      ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const request = { method, headers, signal: AbortSignal.timeout(TIMEOUT_MS), ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await fetch(`${url.replace(/\/$/, '')}/api/v1${path}`, request).catch((error: unknown) => {
      throw new CliError(`${url} does not answer: ${causeOf(error)}`, 'See whether the system runs, and whether --url is its address.', EXIT.unavailable);
    });
    const answer = (await response.json().catch(() => ({}))) as T | ProblemBody;
    if (!response.ok) throw refusalOf(response.status, answer as ProblemBody);
    return answer as T;
  }
  return { get: (path) => send('GET', path), post: (path, body) => send('POST', path, body) };
}

function refusalOf(status: number, { title, code, detail, errors = [] }: Partial<ProblemBody>): CliError {
  const faults = errors.map(({ pointer, message }) => `\n  ${pointer}: ${message}`).join('');
  const exitCode = status === 401 || status === 403 ? EXIT.config : status >= 500 ? EXIT.unavailable : EXIT.data;
  return new CliError(`The API refused: ${title ?? `status ${status}`} (${code ?? status})${faults}`, detail ?? 'See the log of the API.', exitCode);
}

function causeOf(error: unknown): string {
  const { cause, message } = error as { readonly cause?: { readonly message?: string }; readonly message?: string };
  return cause?.message ?? message ?? 'unknown';
}
