/** What Temporal keeps of a case: sealed, failures too, and replayed by who has the key. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import process from 'node:process';
import { Client, Connection } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createDataConverter, createReplayConverter } from '../../../db/protection/data-converter.ts';
import { parseMasterKeys } from '../../../db/protection/key-ring.ts';
import { createHarness, type Harness, type RunningCase } from '../../support/case-harness.ts';
import { ROTATED_MASTER_KEYS, testKeys } from '../../support/master-keys.ts';
import { RECORDED_PATHS } from '../../support/recorded-paths.ts';
import { preparedWorkflowBundle } from '../../support/workflow-bundle.ts';

Runtime.install({ logger: new DefaultLogger('ERROR', () => {}) });
jest.setTimeout(60_000);

const dataConverter = createDataConverter(testKeys);
let connection: Connection;
let native: NativeConnection;
let engine: Harness;
beforeAll(async () => {
  const address = process.env['TEST_TEMPORAL_ADDRESS'] ?? '';
  connection = await Connection.connect({ address });
  native = await NativeConnection.connect({ address });
  const client = new Client({ connection, dataConverter });
  engine = await createHarness({ client, connection: native, bundle: preparedWorkflowBundle(), dataConverter, now: () => Promise.resolve(Date.now()) });
});
afterAll(async () => {
  await engine.stop();
  await native.close();
  await connection.close();
});

async function historyOf(path: string): Promise<History> {
  const { handle }: RunningCase = await RECORDED_PATHS[path]!(engine);
  return handle.fetchHistory();
}

/** What a history says to who has no key: every payload with where it is. */
function payloadsIn(value: unknown, path = ''): { readonly path: string; readonly encoding: string }[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  const { metadata } = value as { metadata?: { encoding?: Uint8Array } };
  if (metadata?.encoding !== undefined) return [{ path, encoding: Buffer.from(metadata.encoding).toString() }];
  return Object.entries(value).flatMap(([name, inner]) => payloadsIn(inner, `${path}.${name.replace(/^\d+$/, '*')}`));
}

/** The SDK's own notes of what it ran: names, numbers and instants. */
const OF_THE_SDK = /markerRecordedEventAttributes\.details\.(data|patch-data)/;

const replay = (history: History, keys = testKeys) =>
  Worker.runReplayHistory({ workflowBundle: preparedWorkflowBundle(), dataConverter: createReplayConverter(keys) }, history);

describe('the history of a case', () => {
  test('is sealed wherever it is ours, and replays for who has the key, an earlier one of the ring too', async () => {
    const history = await historyOf('transfer');
    const ours = payloadsIn(history).filter(({ path }) => !OF_THE_SDK.test(path));
    expect(new Set(ours.map(({ encoding }) => encoding))).toEqual(new Set(['binary/secondo-livello']));
    expect(ours.length).toBeGreaterThan(10);
    await replay(history);
    await replay(history, () => parseMasterKeys(ROTATED_MASTER_KEYS));
    await expect(replay(history, () => parseMasterKeys(ROTATED_MASTER_KEYS.split(',')[0]!))).rejects.toThrow(/test-1/);
    await expect(Worker.runReplayHistory({ workflowBundle: preparedWorkflowBundle() }, history)).rejects.toThrow();
  });

  test('tells of a failure its code alone', async () => {
    const history = await historyOf('log-behind');
    const failures = (history.events ?? []).flatMap(({ workflowExecutionFailedEventAttributes: failed }) => (failed?.failure ? [failed.failure] : []));
    expect(failures).toEqual([
      expect.objectContaining({ message: 'Encoded failure', stackTrace: '', applicationFailureInfo: expect.objectContaining({ type: 'log_behind' }) }),
    ]);
    expect(payloadsIn(failures[0]).map(({ encoding }) => encoding)).toContain('binary/secondo-livello');
    await replay(history);
  });
});
