/**
 * `/livez` (the event loop turns), `/readyz` (every part works; those that do not are named) and `/metrics` in Prometheus' text, for whoever starts and watches the
 * process.
 */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Registry } from '@prometheus-io/client';

export interface HealthOptions {
  readonly host: string;
  readonly port: number;
  /** Each throws while its part does not work. */
  readonly checks: Readonly<Record<string, () => Promise<void>>>;
  readonly metrics: Pick<Registry, 'contentType' | 'metrics'>;
}

export interface HealthServer {
  readonly url: string;
  close(): Promise<void>;
}

const CHECK_MS = 1_000;
const CACHED_MS = 1_000;

export async function startHealthServer({ host, port, checks, metrics }: HealthOptions): Promise<HealthServer> {
  let known: { readonly at: number; readonly failing: Promise<readonly string[]> } | undefined;
  const failing = (): Promise<readonly string[]> => {
    if (known === undefined || Date.now() - known.at > CACHED_MS) known = { at: Date.now(), failing: failingParts(checks) };
    return known.failing;
  };
  const server = createServer((request, response) => {
    if (request.url === '/livez') return answer(response, 200, { status: 'ok' });
    if (request.url === '/metrics') return void answerMetrics(response, metrics);
    if (request.url !== '/readyz') return answer(response, 404, { status: 'unknown' });
    void failing().then((parts) => answer(response, parts.length === 0 ? 200 : 503, { status: parts.length === 0 ? 'ok' : 'failing', failing: parts }));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const { port: actual } = server.address() as AddressInfo;
  return { url: `http://${host}:${actual}`, close: () => closeServer(server) };
}

async function failingParts(checks: HealthOptions['checks']): Promise<readonly string[]> {
  const results = await Promise.all(Object.entries(checks).map(async ([name, check]) => ((await passes(check)) ? null : name)));
  return results.filter((name) => name !== null);
}

async function passes(check: () => Promise<void>): Promise<boolean> {
  const tooLong = setTimeout(CHECK_MS, false, { ref: false });
  return Promise.race([
    check().then(
      () => true,
      () => false,
    ),
    tooLong,
  ]);
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}

async function answerMetrics(response: ServerResponse, metrics: HealthOptions['metrics']): Promise<void> {
  try {
    const text = await metrics.metrics();
    response.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' }).end(text);
  } catch {
    answer(response, 500, { status: 'failing' });
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
