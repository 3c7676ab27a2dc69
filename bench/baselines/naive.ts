/** The naive variant: what a first design with Temporal usually looks like. A signal has no answer, so its API looks for the row until it is there. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { BaselineEngine } from './baseline-app.ts';
import type { naiveCase } from './naive-workflow.ts';
import type { BaselineCommand } from './prototype-workflow.ts';
import { DEADLINE_MS } from './prototype.ts';
import type { BaselineAnswer, BaselineStore } from './store.ts';

const GIVE_UP_MS = 30_000;
const LOOK_EVERY_MS = 20;

export function naiveWorkflowId(caseId: string): string {
  return `bench-naive-${caseId}`;
}

export function createNaive(client: Client, store: BaselineStore, taskQueue: string): BaselineEngine {
  return {
    async open(caseId, commandId) {
      const answer = await store.append({ caseId, revision: 1, commandId, command: 'open' });
      await client.workflow.start<typeof naiveCase>('naiveCase', {
        workflowId: naiveWorkflowId(caseId),
        taskQueue,
        args: [{ caseId, deadlineMs: DEADLINE_MS }],
        workflowTaskTimeout: '5s',
      });
      return answer;
    },
    async command(caseId, commandId, command) {
      await client.workflow.getHandle(naiveWorkflowId(caseId)).signal<[BaselineCommand]>('command', { commandId, command });
      return untilWritten(store, caseId, commandId);
    },
  };
}

async function untilWritten(store: BaselineStore, caseId: string, commandId: string): Promise<BaselineAnswer> {
  for (const until = Date.now() + GIVE_UP_MS; Date.now() < until; await sleep(LOOK_EVERY_MS)) {
    const answer = await store.find(caseId, commandId);
    if (answer !== undefined) return answer;
  }
  throw new Error(`${commandId} was not written`);
}
