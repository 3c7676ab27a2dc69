/** Invariant 2: what a workflow believes is what the log says. The log goes on while it is read: a state ahead of it is compared again. */
import { inParallel } from '../../activities/in-parallel.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineFacts, OpenEpisode } from '../../db/verify/engine-facts.ts';
import { fold } from '../../domain/case/evolve.ts';
import type { Revision } from '../../domain/case/events.ts';
import { caseWorkflowId } from '../../workflows/case/start-options.ts';
import { firstDifference } from './difference.ts';
import type { Engine } from './engine.ts';
import { createFindings, type Findings, type Invariant } from './invariant.ts';

export interface WorkflowStateDeps {
  readonly facts: EngineFacts;
  readonly engine: Engine;
  readonly loadRevisions: (caseId: string) => Promise<readonly Revision[]>;
}

const WIDTH = 8;
const TRIES = 4;
const PAUSE_MS = 250;
/** Past so many without an answer the worker is away: asking the rest would take hours. */
const MOST_UNANSWERED = 10;

export function workflowStateInvariant(deps: WorkflowStateDeps): Invariant {
  return {
    number: 2,
    title: 'Workflow state = folded events, for every open case',
    async check() {
      const findings = createFindings('states compared');
      let unanswered = 0;
      for await (const batch of deps.facts.openEpisodes({ pendingSince: 0 })) {
        const results = await inParallel(batch, WIDTH, (episode) => (unanswered < MOST_UNANSWERED ? compare(deps, episode) : Promise.resolve(UNASKED)));
        for (const [index, result] of results.entries()) {
          if (result.kind === 'unanswered') unanswered += 1;
          note(findings, batch[index]!, result);
        }
      }
      return findings.outcome();
    },
  };
}

interface Result {
  readonly kind: 'same' | 'absent' | 'unasked' | 'different' | 'unanswered';
  readonly detail: string;
}

const SAME: Result = { kind: 'same', detail: '' };
const ABSENT: Result = { kind: 'absent', detail: '' };
const UNASKED: Result = { kind: 'unasked', detail: '' };

function note(findings: Findings, { caseId, episode }: OpenEpisode, result: Result): void {
  if (result.kind === 'same') findings.count('states compared');
  else if (result.kind === 'unasked') findings.count('not asked, the worker is away');
  // A workflow that is not there is invariant 1's matter.
  else if (result.kind === 'absent') findings.count('without a workflow');
  else findings.violation(caseId, `episode ${episode}: ${result.detail}`);
}

async function compare({ engine, loadRevisions }: WorkflowStateDeps, { caseId, episode }: OpenEpisode): Promise<Result> {
  let result: Result = UNASKED;
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    if (attempt > 1) await sleep(PAUSE_MS);
    try {
      const held = await engine.stateOf(caseWorkflowId(caseId, episode));
      const folded = fold(await loadRevisions(caseId));
      // Closed or reopened while we looked: the workflow of this episode has no more to say.
      if (held === null || folded === null || folded.episode !== episode) return ABSENT;
      const difference = firstDifference(held, folded);
      if (difference === null) return SAME;
      result = { kind: 'different', detail: `in the workflow (revision ${held.revision}) against the log (${folded.revision}): ${difference}` };
    } catch (error) {
      return { kind: 'unanswered', detail: `the workflow does not tell its state: ${error instanceof Error ? error.message : String(error)}` };
    }
  }
  return result;
}
