/** The quick form of `npm run faults`: the whole product, two kills, its log held against our own record. The long form is run by hand. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runFaults } from '../../faults/run.ts';

const SEED = 20_202;

test('a part killed, then everything: nothing lost, nothing doubled, every invariant holds', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'secondo-livello-faults-'));
  const said: string[] = [];
  const quick = { seed: SEED, rounds: 2, clients: 3, roundMs: 3_000, directory };
  const summary = await runFaults({ ...quick, victimOf: (round) => (round === 1 ? 'worker' : 'stack'), report: (line) => said.push(line) });
  expect({ said, differences: summary.differences, verify: summary.verify }).toMatchObject({ differences: [], verify: { code: 0 } });
  expect(summary.kills.map(({ victim }) => victim)).toEqual(['worker', 'stack']);
  expect(summary.acknowledged).toBeGreaterThan(20);
  await rm(directory, { recursive: true, force: true });
}, 400_000);
