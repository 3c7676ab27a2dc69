/** How a case is parked with a promise that is due at an instant, at the product and at its bare prototype. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { DEFAULT_POLICY } from '../../domain/sla/default-policy.ts';
import type { Policy } from '../../domain/sla/policy.ts';
import type { CountedProcess } from '../cpu.ts';
import type { HttpClient, HttpRequest } from '../http-client.ts';
import { MUNICIPIO, type RunningProduct } from '../product.ts';
import type { Target } from '../target.ts';

/** A promise that was not kept, as it was written. Instants are epoch milliseconds. */
export interface RecordedBreach {
  readonly caseId: string;
  readonly dueAt: number;
  /** By the clock of the database: the projection was written in the same statement. */
  readonly recordedAt: number;
}

export const PARKED = ['product', 'product without alerts', 'prototype'] as const;
/** The product with the promises it is shipped with (a breach raises an alert, and the alert is announced), without that alert, and its prototype. */
export type ParkedName = (typeof PARKED)[number];

export interface ParkedTarget {
  readonly name: ParkedName;
  readonly processes: readonly CountedProcess[];
  /** Parks a case; `prepare` came before, without an instant. Returns its id. */
  readonly park: (caseId: string, dueAt: number) => Promise<string>;
  /** What is done for a case before its instant is known. @default nothing: the id is empty */
  readonly prepare: () => Promise<string>;
  /** Breaches of these cases, doubles included. */
  readonly breaches: (database: pg.Client, caseIds: readonly string[]) => Promise<readonly RecordedBreach[]>;
}

/** The promise that is broken: a call within an agreed window. */
export const CLOCK = 'callbackWindow';

const OPENING = { urgency: 'green', primaryNeed: 'ISOLATION', municipio: MUNICIPIO, assignReason: 'registered_address' };
const WINDOW_MS = 3_600_000;
const NOT_YET = new Set([202, 429, 503]);
const PATIENCE_MS = 60_000;
const AGAIN_AFTER_MS = 500;
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

/** An opening and an agreed window a case. The window has begun, so that its end is the only thing left to ring for. */
export function parkedProduct(product: RunningProduct, http: HttpClient, policy: string | null): ParkedTarget {
  const { url, tokens, processes } = product;
  const post = async (path: string, body: object): Promise<unknown> => answered(http, url, { method: 'POST', path, headers: headersOf(tokens.operator), body });
  return {
    name: policy === null ? 'product' : 'product without alerts',
    processes,
    async prepare() {
      const body = await post('/api/v1/cases', { ...OPENING, ...(policy === null ? {} : { policy }) });
      return (body as { caseId: string }).caseId;
    },
    async park(caseId, dueAt) {
      await post(`/api/v1/cases/${caseId}/agree-callback`, { from: iso(dueAt - WINDOW_MS), to: iso(dueAt) });
      return caseId;
    },
    async breaches(database, caseIds) {
      const { rows } = await database.query<RecordedBreach>(PRODUCT_BREACHES, [caseIds, CLOCK]);
      return rows;
    },
  };
}

/** The promises of the installation without the alert of a missed call. */
export async function registerQuietPolicy({ url, tokens }: RunningProduct, http: HttpClient): Promise<string> {
  const policy: Policy = {
    ...DEFAULT_POLICY,
    id: 'bench-timers',
    clocks: DEFAULT_POLICY.clocks.map((clock) => (clock.name === CLOCK ? withoutLadder(clock) : clock)),
  };
  const body = await answered(http, url, { method: 'POST', path: '/api/v1/dev/policies', headers: headersOf(tokens.operator), body: { policy } });
  return (body as { policy: string }).policy;
}

function withoutLadder(clock: Policy['clocks'][number]): Policy['clocks'][number] {
  const { red, yellow, green } = clock.targets;
  const quiet = <T extends object>(target: T | null): T | null => (target === null ? null : { ...target, ladder: [] });
  return { ...clock, targets: { red: quiet(red), yellow: quiet(yellow), green: quiet(green) } };
}

/** One request: its timer is told when it is due as it starts. */
export function parkedPrototype({ url, processes }: Target, http: HttpClient): ParkedTarget {
  return {
    name: 'prototype',
    processes,
    prepare: () => Promise.resolve(''),
    async park(_, dueAt) {
      const body = await answered(http, url, { method: 'POST', path: '/cases', headers: { 'idempotency-key': randomUUID() }, body: { dueAt } });
      return (body as { caseId: string }).caseId;
    },
    async breaches(database, caseIds) {
      const { rows } = await database.query<RecordedBreach>(PROTOTYPE_BREACHES, [caseIds]);
      return rows;
    },
  };
}

const MS = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`;

const PRODUCT_BREACHES = `SELECT e.case_id AS "caseId", (e.data->>'dueAt')::float8 AS "dueAt", ${MS('r.recorded_at')} AS "recordedAt"
  FROM case_event e JOIN case_revision r ON r.case_id = e.case_id AND r.revision = e.revision
  WHERE e.case_id = ANY($1::uuid[]) AND e.type = 'clockBreached' AND e.data->>'name' = $2`;

const PROTOTYPE_BREACHES = `SELECT case_id AS "caseId", 0::float8 AS "dueAt", ${MS('recorded_at')} AS "recordedAt" FROM bench.row WHERE case_id = ANY($1::uuid[]) AND command = 'breach'`;

function headersOf(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}`, 'idempotency-key': randomUUID() };
}

/** Asked again with the same key while there is no answer yet: on a busy machine a command may take longer than its API waits. */
async function answered(http: HttpClient, url: string, request: HttpRequest): Promise<unknown> {
  for (const until = Date.now() + PATIENCE_MS; ; await sleep(AGAIN_AFTER_MS)) {
    const { status, body } = await http.send(url, request);
    if (status === 200 || status === 201) return body;
    if (!NOT_YET.has(status) || Date.now() > until)
      throw new Error(`${request.method} ${request.path.replace(UUID, ':caseId')}: ${status} ${JSON.stringify(body).slice(0, 300)}`);
  }
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
