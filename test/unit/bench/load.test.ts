import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { buildBaselineApp } from '../../../bench/baselines/baseline-app.ts';
import { baselineTarget } from '../../../bench/baselines/processes.ts';
import type { BaselineAnswer } from '../../../bench/baselines/store.ts';
import { createHttpClient } from '../../../bench/http-client.ts';
import { loadName, playLoad } from '../../../bench/load.ts';
import { LIFECYCLE, type Target } from '../../../bench/target.ts';

/** The baselines' own HTTP side over a list instead of a database. */
const seen: { caseId: string; command: string }[] = [];
let refuse = false;
let app: FastifyInstance;
let target: Target;
const http = createHttpClient();

function keep(caseId: string, command: string): Promise<BaselineAnswer> {
  if (refuse && command === 'recordDecision') throw new Error('refused');
  seen.push({ caseId, command });
  return Promise.resolve({ caseId, revision: 1, status: 'open' });
}

beforeAll(async () => {
  app = buildBaselineApp({ open: (caseId) => keep(caseId, 'open'), command: (caseId, _commandId, command) => keep(caseId, command) });
  target = baselineTarget('floor', await app.listen({ host: '127.0.0.1', port: 0 }), []);
});

afterAll(async () => {
  http.close();
  await app.close();
});

describe('a load', () => {
  test('plays whole lifecycles in order, as many as asked', async () => {
    seen.length = 0;
    const result = await playLoad(target, http, { kind: 'closed', clients: 3 }, { seconds: 30, cases: 7 });
    expect(result.caseIds).toHaveLength(7);
    expect(new Set(result.caseIds).size).toBe(7);
    for (const caseId of result.caseIds) expect(seen.filter((one) => one.caseId === caseId).map(({ command }) => command)).toEqual([...LIFECYCLE]);
    expect(result.commands['claim']?.count).toBe(7);
    expect(result.allCommands.count).toBe(35);
    expect(result.failures).toEqual({});
  });

  test('starts no case after its time, and ends the one under way', async () => {
    const result = await playLoad(target, http, { kind: 'closed', clients: 1 }, { seconds: 0.2, cases: 1_000_000 });
    expect(result.caseIds.length).toBeGreaterThan(0);
    expect(result.caseIds.length).toBeLessThan(1_000_000);
    expect(result.allCommands.count).toBe(result.caseIds.length * LIFECYCLE.length);
  });

  test('offers cases at a rate, within both bounds', async () => {
    const offered = { kind: 'offered', casesPerSecond: 50 } as const;
    expect((await playLoad(target, http, offered, { seconds: 0.2, cases: 1_000 })).caseIds).toHaveLength(10);
    const result = await playLoad(target, http, offered, { seconds: 10, cases: 4 });
    expect(result.caseIds).toHaveLength(4);
    // The fourth is due 60 ms after the first, however fast the answers are.
    expect(result.elapsedMs).toBeGreaterThanOrEqual(59);
  });

  test('reads after each command when asked, and keeps reads apart from commands', async () => {
    const path = `/cases/${randomUUID()}/claim`;
    const reading: Target = { ...target, reads: () => [{ name: 'readCase', request: { method: 'POST', path, headers: { 'idempotency-key': 'k' } } }] };
    const result = await playLoad(reading, http, { kind: 'offered', casesPerSecond: 50, reads: true }, { seconds: 1, cases: 2 });
    expect(result.reads['readCase']?.count).toBe(10);
    expect(result.allCommands.count).toBe(10);
  });

  test('counts what was answered to a case that could not go on', async () => {
    refuse = true;
    const result = await playLoad(target, http, { kind: 'closed', clients: 2 }, { seconds: 5, cases: 3 });
    refuse = false;
    expect(result.caseIds).toHaveLength(0);
    expect(result.failures).toEqual({ 'recordDecision: 500': 3 });
  });

  test('has a name a person understands', () => {
    expect(loadName({ kind: 'closed', clients: 1 })).toBe('1 client');
    expect(loadName({ kind: 'closed', clients: 8 })).toBe('8 clients');
    expect(loadName({ kind: 'offered', casesPerSecond: 3, reads: true })).toBe('3 cases/s with reads');
  });
});
