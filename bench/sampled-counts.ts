/** What the cases of a run cost the engine, from a sample of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { countRun, type EngineCounts } from './engine-counts.ts';
import type { Target } from './target.ts';

/** Fewest and most of each figure in the sample. */
export interface SampledCounts {
  readonly cases: number;
  readonly least: EngineCounts;
  readonly most: EngineCounts;
}

const SAMPLE = 10;
const END_WITHIN_MS = 10_000;

/** Counts cases spread evenly over the run; null where there is no engine or nothing to count. */
export async function sampleCounts(client: Client, target: Target, caseIds: readonly string[]): Promise<SampledCounts | null> {
  const { workflowIdOf } = target;
  if (workflowIdOf === null || caseIds.length === 0) return null;
  const step = Math.max(1, Math.floor(caseIds.length / SAMPLE));
  const sample = caseIds.filter((_, index) => index % step === 0).slice(0, SAMPLE);
  const counts: EngineCounts[] = [];
  for (const caseId of sample) counts.push(await countWhenEnded(client, workflowIdOf(caseId)));
  return { cases: counts.length, least: combine(counts, Math.min), most: combine(counts, Math.max) };
}

async function countWhenEnded(client: Client, workflowId: string): Promise<EngineCounts> {
  const handle = client.workflow.getHandle(workflowId);
  const until = Date.now() + END_WITHIN_MS;
  while ((await handle.describe()).status.name === 'RUNNING') {
    if (Date.now() > until) throw new Error(`${workflowId} did not end after the closure of its case`);
    await sleep(50);
  }
  return countRun(handle);
}

function combine(counts: readonly EngineCounts[], of: (...values: number[]) => number): EngineCounts {
  const pick = (key: keyof EngineCounts): number => of(...counts.map((one) => one[key]));
  return {
    workflowTasks: pick('workflowTasks'),
    stateTransitions: pick('stateTransitions'),
    historyEvents: pick('historyEvents'),
    historyBytes: pick('historyBytes'),
  };
}
