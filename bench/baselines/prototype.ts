/** The bare prototype of the product's design: Update + local activity, and nothing else. What the product's own figures are held against. */
import type { Client } from '@temporalio/client';
import type { BaselineEngine } from './baseline-app.ts';
import type { BaselineCommand, prototypeCase } from './prototype-workflow.ts';
import type { BaselineAnswer, BaselineStore } from './store.ts';

/** Far enough never to ring in a run. */
export const DEADLINE_MS = 3_600_000;

export function prototypeWorkflowId(caseId: string): string {
  return `bench-prototype-${caseId}`;
}

/** The first row is written by the API, then the workflow is started and awaited, as the product does. */
export function createPrototype(client: Client, store: BaselineStore, taskQueue: string): BaselineEngine {
  return {
    async open(caseId, commandId, dueAt) {
      const answer = await store.append({ caseId, revision: 1, commandId, command: 'open' });
      await client.workflow.start<typeof prototypeCase>('prototypeCase', {
        workflowId: prototypeWorkflowId(caseId),
        taskQueue,
        args: [{ caseId, dueAt: dueAt ?? Date.now() + DEADLINE_MS }],
        workflowTaskTimeout: '5s',
      });
      return answer;
    },
    command: (caseId, commandId, command) =>
      client.workflow
        .getHandle(prototypeWorkflowId(caseId))
        .executeUpdate<BaselineAnswer, [BaselineCommand]>('command', { args: [{ commandId, command }], updateId: commandId }),
  };
}
