/** The naive workflow: a command is a signal, its row a regular activity, and the timer is armed again at every turn. */
import { condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
import type { BaselineCommand } from './prototype-workflow.ts';
import type { BaselineStore } from './store.ts';

const { append } = proxyActivities<Pick<BaselineStore, 'append'>>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '200ms', maximumInterval: '2s' },
});

export interface NaiveInput {
  readonly caseId: string;
  readonly deadlineMs: number;
}

export async function naiveCase({ caseId, deadlineMs }: NaiveInput): Promise<void> {
  const waiting: BaselineCommand[] = [];
  let revision = 1;
  let closed = false;
  setHandler(defineSignal<[BaselineCommand]>('command'), (command) => void waiting.push(command));
  while (!closed) {
    await condition(() => waiting.length > 0, deadlineMs);
    for (let command = waiting.shift(); command !== undefined; command = waiting.shift()) {
      const answer = await append({ caseId, revision: revision + 1, ...command });
      revision += 1;
      closed = answer.status === 'closed';
    }
  }
}
