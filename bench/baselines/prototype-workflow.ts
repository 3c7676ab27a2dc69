/** The prototype's workflow: a command is an update, its row a local activity; one timer, armed once. */
import { allHandlersFinished, ApplicationFailure, condition, defineUpdate, proxyLocalActivities, setHandler } from '@temporalio/workflow';
import type { BaselineAnswer, BaselineRow, BaselineStore } from './store.ts';

/** A command as the API sends it. */
export type BaselineCommand = Pick<BaselineRow, 'commandId' | 'command'>;

export interface BaselineInput {
  readonly caseId: string;
  readonly deadlineMs: number;
}

const { append } = proxyLocalActivities<Pick<BaselineStore, 'append'>>({
  startToCloseTimeout: '10s',
  localRetryThreshold: '1m',
  retry: { initialInterval: '200ms', maximumInterval: '2s' },
});

export async function prototypeCase({ caseId, deadlineMs }: BaselineInput): Promise<void> {
  let revision = 1;
  let closed = false;
  let tail: Promise<unknown> = Promise.resolve();

  async function apply({ commandId, command }: BaselineCommand): Promise<BaselineAnswer> {
    const answer = await append({ caseId, revision: revision + 1, commandId, command });
    revision += 1;
    closed = answer.status === 'closed';
    return answer;
  }

  setHandler(
    defineUpdate<BaselineAnswer, [BaselineCommand]>('command'),
    (command) => {
      const result = tail.then(() => apply(command));
      tail = result.catch(() => undefined);
      return result;
    },
    {
      validator(_command) {
        if (closed) throw ApplicationFailure.nonRetryable('closed', 'closed');
      },
    },
  );
  await condition(() => closed, deadlineMs);
  await condition(() => closed && allHandlersFinished());
}
