/** The prototype's workflow: a command is an update, its row a local activity; one timer, armed once. */
import { allHandlersFinished, ApplicationFailure, condition, defineUpdate, proxyLocalActivities, setHandler } from '@temporalio/workflow';
import type { LifecycleCommand } from '../target.ts';
import type { BaselineAnswer, BaselineRow, BaselineStore } from './store.ts';

/** A command as the API sends it. */
export interface BaselineCommand {
  readonly commandId: string;
  readonly command: LifecycleCommand;
}

export interface PrototypeInput {
  readonly caseId: string;
  /** Epoch milliseconds. */
  readonly dueAt: number;
}

const { append } = proxyLocalActivities<Pick<BaselineStore, 'append'>>({
  startToCloseTimeout: '10s',
  localRetryThreshold: '1m',
  retry: { initialInterval: '200ms', maximumInterval: '2s' },
});

export async function prototypeCase({ caseId, dueAt }: PrototypeInput): Promise<void> {
  let revision = 1;
  let closed = false;
  let tail: Promise<unknown> = Promise.resolve();

  async function apply({ commandId, command }: Pick<BaselineRow, 'commandId' | 'command'>): Promise<BaselineAnswer> {
    const answer = await append({ caseId, revision: revision + 1, commandId, command });
    revision += 1;
    closed = answer.status === 'closed';
    return answer;
  }

  function inTurn(command: Pick<BaselineRow, 'commandId' | 'command'>): Promise<BaselineAnswer> {
    const result = tail.then(() => apply(command));
    tail = result.catch(() => undefined);
    return result;
  }

  setHandler(defineUpdate<BaselineAnswer, [BaselineCommand]>('command'), inTurn, {
    validator(_command) {
      if (closed) throw ApplicationFailure.nonRetryable('closed', 'closed');
    },
  });
  const kept = await condition(() => closed, Math.max(1, dueAt - Date.now()));
  if (!kept) await inTurn({ commandId: 'breach', command: 'breach' });
  await condition(() => closed && allHandlersFinished());
}
