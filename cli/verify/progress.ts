/** Invariant 8: nothing is stuck. A workflow task that fails is tried again for ever, in silence; an effect nobody carries out waits in the outbox. */
import { inParallel } from '../../activities/in-parallel.ts';
import type { EngineCheckDeps } from './engine.ts';
import { createFindings, type Findings, type Invariant } from './invariant.ts';

const WIDTH = 16;
const LISTED = 100;
/** A killed worker costs one attempt, two in a row two: past three the task itself fails. */
const MOST_ATTEMPTS = 3;

export function progressInvariant(deps: EngineCheckDeps): Invariant {
  return {
    number: 8,
    title: 'No workflow task is stuck, the outbox drains',
    async check() {
      const findings = createFindings('running workflows', 'effects waiting');
      await checkTasks(deps, findings);
      await checkOutbox(deps, findings);
      return findings.outcome();
    },
  };
}

async function checkTasks({ engine, now, inFlightMs }: EngineCheckDeps, findings: Findings): Promise<void> {
  for await (const page of engine.running()) {
    for (const workflow of await inParallel(page, WIDTH, (workflowId) => engine.describe(workflowId))) {
      if (workflow?.status !== 'RUNNING') continue;
      findings.count('running workflows');
      if (workflow.task === null) continue;
      const { attempt, since } = workflow.task;
      const waits = Math.round((now() - since) / 1_000);
      if (attempt > MOST_ATTEMPTS) findings.violation(workflow.workflowId, `its workflow task fails, attempt ${attempt}`);
      else if (now() - since > inFlightMs) findings.violation(workflow.workflowId, `its workflow task has waited ${waits} s`);
    }
  }
}

async function checkOutbox({ facts, now, inFlightMs }: EngineCheckDeps, findings: Findings): Promise<void> {
  findings.count('effects waiting', await facts.outboxPending());
  for (const { key, attempts, createdAt, lastError } of await facts.stuckEffects({ before: now() - inFlightMs, limit: LISTED })) {
    const waits = Math.round((now() - createdAt) / 1_000);
    findings.violation(key, `waits since ${waits} s, ${attempts} attempts${lastError === null ? '' : `, last error ${lastError}`}`);
  }
}
