/**
 * Half an hour before each closing: what must not be left lying is listed, kept and told. It never looks for broken promises; each case minds its own.
 * When the next closing is, is asked again each hour: opening hours may be published at any moment, and a signal that was lost would be a list that was never made.
 */
import { continueAsNew, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import type { ClosingActivities } from '../../activities/closings.ts';
import type { ClosingsInput } from './messages.ts';

const { nextClosings, makeHandoverLists } = proxyActivities<ClosingActivities>({
  startToCloseTimeout: '1m',
  retry: { initialInterval: '1s', maximumInterval: '1m' },
});

const ASK_AGAIN_MS = 3_600_000;

export async function closingsWorkflow(input: ClosingsInput): Promise<void> {
  let after = input.after ?? Date.now();
  for (let turns = 1; ; turns++) {
    const next = await nextClosings({ after, at: Date.now() });
    const until = Math.min(next?.listAt ?? Number.POSITIVE_INFINITY, Date.now() + ASK_AGAIN_MS);
    const about = next === null ? 'nessuna chiusura in vista' : `chiusura ${new Date(next.closesAt).toISOString()}`;
    if (until > Date.now()) await sleep(until - Date.now(), { summary: `Prima della chiusura: ${about}` });
    if (next === null) after = Date.now();
    else if (Date.now() >= next.listAt) {
      await makeHandoverLists({ ...next, at: Date.now() });
      after = next.listAt;
    }
    if (isLong(input, turns)) await continueAsNew<typeof closingsWorkflow>({ ...input, after });
  }
}

function isLong({ continueAfter }: ClosingsInput, turns: number): boolean {
  return workflowInfo().continueAsNewSuggested || (continueAfter !== undefined && turns >= continueAfter);
}
