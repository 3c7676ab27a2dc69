/**
 * A batch of rebases: its cases are written down, then rebased a page at a time. Nothing of it is kept here: each activity goes on from what Postgres says is
 * pending, so that a worker's death costs the page in hand a second look and no case a second rebase.
 */
import { continueAsNew, proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { RebaseActivities } from '../../activities/rebase.ts';
import type { RebaseInput, RebaseReport } from './messages.ts';

// A dead worker is noticed by the heartbeat it does not give. What cannot be done now (the database is away) is tried until it can.
const { planRebase, rebasePage, finishRebase } = proxyActivities<RebaseActivities>({
  startToCloseTimeout: '30m',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
});

/** Half a minute of work: what a dead worker costs at most is looked at again. */
const PAGE = 40;

export async function rebaseWorkflow(input: RebaseInput): Promise<RebaseReport> {
  const { batchId, page: limit = PAGE } = input;
  if (input.after === undefined) await planRebase({ batchId });
  let after = input.after ?? null;
  for (let pages = 1; ; pages++) {
    const page = await rebasePage({ batchId, after, limit });
    if (page.next === null) return finishRebase({ batchId });
    after = page.next;
    setCurrentDetails(`Ricalcolo delle promesse: fatti fino al caso ${after}`);
    if (isLong(input, pages)) await continueAsNew<typeof rebaseWorkflow>({ ...input, after });
  }
}

function isLong({ continueAfter }: RebaseInput, pages: number): boolean {
  return workflowInfo().continueAsNewSuggested || (continueAfter !== undefined && pages >= continueAfter);
}
