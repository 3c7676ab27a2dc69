/** Invariant 1: no opening is lost, none is doubled, and each open episode has exactly one workflow. */
import { inParallel } from '../../activities/in-parallel.ts';
import type { OpeningMismatch } from '../../db/verify/engine-facts.ts';
import { caseWorkflowId, parseCaseWorkflowId } from '../../workflows/case/start-options.ts';
import type { EngineCheckDeps, WorkflowFact } from './engine.ts';
import { createFindings, type Findings, type Invariant } from './invariant.ts';

const WIDTH = 16;
const LISTED = 100;
/** Idempotency keys are forgotten after days; openings of the last one must still have theirs. */
const KEYS_KEPT_MS = 86_400_000;

const MISMATCH: Record<OpeningMismatch['kind'], string> = {
  answered_not_logged: 'answered with success, but the log has no such case',
  logged_not_answered: 'in the log, but no answered request opened it',
  logged_without_row: 'in the log, but it has no case row',
};

export function openingsInvariant(deps: EngineCheckDeps): Invariant {
  return {
    number: 1,
    title: 'Opens answered = cases in the log = one workflow for each open episode',
    async check() {
      const findings = createFindings('opens answered', 'cases', 'open episodes', 'workflows');
      await checkOpenings(deps, findings);
      await checkOpenEpisodes(deps, findings);
      await checkRunningWorkflows(deps, findings);
      return findings.outcome();
    },
  };
}

async function checkOpenings({ facts, now }: EngineCheckDeps, findings: Findings): Promise<void> {
  const { answered, cases } = await facts.openingCounts();
  findings.count('opens answered', answered);
  findings.count('cases', cases);
  for (const { caseId, commandId, kind } of await facts.openingMismatches({ keysSince: now() - KEYS_KEPT_MS, limit: LISTED })) {
    findings.violation(caseId ?? commandId, `opening ${commandId}: ${MISMATCH[kind]}`);
  }
}

/** Every open episode has its workflow running. Temporal itself admits no second one of the same id. */
async function checkOpenEpisodes({ facts, engine, now, inFlightMs }: EngineCheckDeps, findings: Findings): Promise<void> {
  for await (const batch of facts.openEpisodes({ pendingSince: now() - inFlightMs })) {
    const described = await inParallel(batch, WIDTH, ({ caseId, episode }) => engine.describe(caseWorkflowId(caseId, episode)));
    for (const [index, workflow] of described.entries()) {
      const { caseId, episode, startPending } = batch[index]!;
      findings.count('open episodes');
      if (workflow?.status === 'RUNNING') findings.count('workflows');
      else if (startPending) findings.count('starts on their way');
      else
        findings.violation(caseId, `episode ${episode} is open, its workflow ${workflow === null ? 'does not exist' : `is ${workflow.status.toLowerCase()}`}`);
    }
  }
}

/** Nothing runs that is not an open episode: a workflow may only outlive its episode while it still tells somebody something. */
async function checkRunningWorkflows({ facts, engine, now, inFlightMs }: EngineCheckDeps, findings: Findings): Promise<void> {
  for await (const page of engine.running()) {
    const ours = page.flatMap((workflowId) => {
      const named = parseCaseWorkflowId(workflowId);
      return named === null ? [] : [{ workflowId, ...named }];
    });
    const episodes = await facts.episodes([...new Set(ours.map(({ caseId }) => caseId))]);
    const doubtful = ours.filter(({ caseId, episode }) => {
      const fact = episodes.get(caseId);
      return fact === undefined || !fact.open || fact.episode !== episode;
    });
    const described = await inParallel(doubtful, WIDTH, ({ workflowId }) => engine.describe(workflowId));
    for (const [index, workflow] of described.entries()) {
      const { caseId, episode } = doubtful[index]!;
      const fact = episodes.get(caseId);
      const justClosed = fact?.closedAt !== null && fact?.closedAt !== undefined && fact.closedAt > now() - inFlightMs;
      if (!isIdlyRunning(workflow) || justClosed) continue;
      findings.violation(
        caseId,
        fact === undefined ? `a workflow of episode ${episode} runs, the case is not known` : `episode ${episode} is over, its workflow still runs`,
      );
    }
  }
}

function isIdlyRunning(workflow: WorkflowFact | null): boolean {
  return workflow?.status === 'RUNNING' && workflow.pendingActivities === 0;
}
