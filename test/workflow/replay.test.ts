import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { REBASE_BATCH } from '../support/recorded-batch.ts';
import { createReplayConverter } from '../../db/protection/data-converter.ts';
import { testKeys } from '../support/master-keys.ts';
import { TELLING_PATHS } from '../support/recorded-telling.ts';
import { RECORDED_PATHS } from '../support/recorded-paths.ts';
import { SIXTY_DAYS } from '../support/sixty-days.ts';
import { preparedWorkflowBundle } from '../support/workflow-bundle.ts';

Runtime.install({ logger: new DefaultLogger('ERROR', () => {}) });
jest.setTimeout(60_000);

const FOLDER = join(import.meta.dirname, '..', 'fixtures', 'histories');
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
// As a system that runs has it; the histories were recorded without it.
const dataConverter = createReplayConverter(testKeys);
const replay = (history: History) => Worker.runReplayHistory({ workflowBundle: preparedWorkflowBundle(), dataConverter }, history);
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
const parse = (name: string): History => historyFromJSON(JSON.parse(read(name)));

function patchesIn(history: History): readonly string[] {
  const markers = (history.events ?? []).flatMap(({ markerRecordedEventAttributes: marker }) => (marker?.markerName === 'core_patch' ? [marker] : []));
  return markers.map(({ details }) => (JSON.parse(Buffer.from(details!['patch-data']!.payloads![0]!.data!).toString()) as { id: string }).id);
}

describe('recorded histories', () => {
  test('exist for every path', () => {
    const recorded = new Set(NAMES.map((name) => name.replace(/(-\d)?\.json$/, '')));
    expect([...recorded].sort()).toEqual([...Object.keys(RECORDED_PATHS), REBASE_BATCH, SIXTY_DAYS, ...TELLING_PATHS].sort());
  });

  test.each(NAMES)('%s runs the same on the code of today', async (name) => {
    await replay(parse(name));
  });

  test('cover every patch in the code', () => {
    const source = readFileSync(join(import.meta.dirname, '..', '..', 'workflows', 'case', 'case-workflow.ts'), 'utf8');
    const patches = [...source.matchAll(/patched\('([^']+)'\)/g)].map((match) => match[1]!);
    const recorded = new Set(NAMES.flatMap((name) => patchesIn(parse(name))));
    expect(patches.filter((patch) => !recorded.has(patch))).toEqual([]);
    expect(patches.length).toBeGreaterThan(0);
  });

  test('whose appended events were altered are refused', async () => {
    const history = parse('reached-at-first-call.json');
    const payload = history.events!.find((event) => event.markerRecordedEventAttributes)!.markerRecordedEventAttributes!.details!['result']!.payloads![0]!;
    payload.data = Buffer.from(Buffer.from(payload.data!).toString().replace('"revision":2', '"revision":1'));
    await expect(replay(history)).rejects.toThrow(/nondeterminism/i);
  });
});
