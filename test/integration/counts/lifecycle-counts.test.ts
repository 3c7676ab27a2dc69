// The budget of the design: what one lifecycle of five commands costs the engine. A commit that raises a figure fails here.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import pg from 'pg';
import { countRun, LIFECYCLE_BUDGET, type EngineCounts } from '../../../bench/engine-counts.ts';
import { createHttpClient } from '../../../bench/http-client.ts';
import { runLifecycle } from '../../../bench/lifecycle.ts';
import { productTarget } from '../../../bench/product.ts';
import { formatReport } from '../../../bench/tables.ts';
import { LIFECYCLE, type LifecycleCommand, type Target } from '../../../bench/target.ts';
import { createDataConverter } from '../../../db/protection/data-converter.ts';
import { testKeys } from '../../support/master-keys.ts';
import { startProduct, type ProductUnderTest } from './running-product.ts';

// What a case costs does not depend on the machine, but a stall of seconds makes the engine try a task again: the cheapest of a few is the figure.
const CASES = 3;
const STARTED_HISTORY = 4;

let product: ProductUnderTest;
let connection: Connection;
let client: Client;
const http = createHttpClient();

beforeAll(async () => {
  product = await startProduct();
  connection = await Connection.connect({ address: product.temporalAddress });
  client = new Client({ connection, dataConverter: createDataConverter(testKeys) });
});

afterAll(async () => {
  http.close();
  await connection.close();
  await product.stop();
});

/** A first command that overtakes the start shares its task: only a case that has settled shows the full cost. */
async function untilStarted(handle: WorkflowHandle): Promise<void> {
  while ((await handle.describe()).historyLength < STARTED_HISTORY) await sleep(20);
}

async function send(target: Target, command: LifecycleCommand, caseId: string): Promise<string> {
  const { status, body } = await http.send(target.url, target.request(command, caseId));
  expect({ command, status, body }).toMatchObject({ status: command === 'open' ? 201 : 200 });
  return target.caseIdOf(body);
}

async function countLifecycle(): Promise<EngineCounts> {
  const target = productTarget(product);
  const [open, ...others] = LIFECYCLE;
  const caseId = await send(target, open, '');
  const handle = client.workflow.getHandle(target.workflowIdOf?.(caseId) ?? '');
  await untilStarted(handle);
  for (const command of others) await send(target, command, caseId);
  await handle.result();
  return countRun(handle);
}

describe('the lifecycle of five commands', () => {
  test('stays within its workflow tasks, state transitions and history events', async () => {
    const counts: EngineCounts[] = [];
    for (let index = 0; index < CASES; index++) counts.push(await countLifecycle());
    const least = (name: keyof typeof LIFECYCLE_BUDGET): number => Math.min(...counts.map((one) => one[name]));
    expect(least('workflowTasks')).toBeLessThanOrEqual(LIFECYCLE_BUDGET.workflowTasks);
    expect(least('stateTransitions')).toBeLessThanOrEqual(LIFECYCLE_BUDGET.stateTransitions);
    expect(least('historyEvents')).toBeLessThanOrEqual(LIFECYCLE_BUDGET.historyEvents);
    // Figures of nothing would pass too.
    expect(least('workflowTasks')).toBeGreaterThanOrEqual(LIFECYCLE.length);
    expect(least('stateTransitions')).toBeGreaterThanOrEqual(LIFECYCLE.length);
  });
});

describe('the lifecycle benchmark', () => {
  test('measures the product beside every baseline, and leaves nothing of them', async () => {
    const report = await runLifecycle(product, { clients: [2], rate: 4, seconds: 30, cases: 4, warmUp: 1 });
    const measured = report.measurements.map(({ target, load, cases, failures }) => ({ target, load, cases, failures }));
    const one = (target: string, load: string) => ({ target, load, cases: 4, failures: {} });
    const targets = ['product', 'prototype', 'naive', 'floor'];
    expect(measured).toEqual([
      ...targets.map((target) => one(target, '2 clients')),
      ...targets.map((target) => one(target, '4 cases/s')),
      one('product', '4 cases/s with reads'),
    ]);
    expect(report.measurements.filter(({ counts }) => counts === null).map(({ target }) => target)).toEqual(['floor', 'floor']);
    for (const name of ['cases/s', 'naive', 'readQueue', 'recordDecision']) expect(formatReport(report)).toContain(name);
    expect(report.conditions.temporal.kind).toBe('dev server');
    expect(await schemas(product.databaseUrl)).not.toContain('bench');
  });
});

async function schemas(databaseUrl: string): Promise<readonly string[]> {
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  const { rows } = await database.query<{ name: string }>('SELECT nspname AS name FROM pg_namespace').finally(() => database.end());
  return rows.map(({ name }) => name);
}
