/** Invariant 9: what ran once runs again the same way on the code of today. A sample of the newest cases is fetched, the recorded fixtures come from a folder. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker, type ReplayWorkerOptions } from '@temporalio/worker';
import type { EngineFacts } from '../../db/verify/engine-facts.ts';
import { caseWorkflowId } from '../../workflows/case/start-options.ts';
import type { Engine, RecordedHistory } from './engine.ts';
import { createFindings, type Findings, type Invariant } from './invariant.ts';

export interface ReplayDeps {
  readonly facts: EngineFacts;
  readonly engine: Engine;
  /** The bundle of the code that runs now, and how payloads are read. */
  readonly replay: ReplayWorkerOptions;
  /** How many of the newest cases are replayed. */
  readonly sample: number;
  /** Folder of recorded histories; one that does not exist holds none. */
  readonly fixtures: string;
}

export function replayInvariant(deps: ReplayDeps): Invariant {
  return {
    number: 9,
    title: 'Recorded histories replay with the current bundle',
    async check() {
      const findings = createFindings('histories of cases', 'recorded histories');
      // One history is in memory at a time.
      for await (const { workflowId, error } of Worker.runReplayHistories(deps.replay, histories(deps, findings))) {
        if (error !== undefined) findings.violation(workflowId, essenceOf(error.message));
      }
      return findings.outcome();
    },
  };
}

/** The SDK wraps what went wrong in pages of structure. */
function essenceOf(message: string): string {
  return /\[TMPRL\d+\][^"]*/.exec(message)?.[0] ?? message.slice(0, 300);
}

async function* histories({ facts, engine, sample, fixtures }: ReplayDeps, findings: Findings): AsyncGenerator<RecordedHistory> {
  for (const { caseId, episode } of await facts.newestEpisodes(sample)) {
    const recorded = await engine.history(caseWorkflowId(caseId, episode));
    if (recorded === null) continue;
    findings.count('histories of cases');
    yield recorded;
  }
  for (const name of await recordedIn(fixtures)) {
    findings.count('recorded histories');
    const history = await readHistory(join(fixtures, name), (reason) => findings.violation(name, `cannot be read: ${reason}`));
    if (history !== null) yield { workflowId: name, history };
  }
}

async function readHistory(file: string, refuse: (reason: string) => void): Promise<unknown> {
  try {
    return historyFromJSON(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error));
    return null;
  }
}

async function recordedIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('.json')).sort();
}
