/** The floor: no engine at all, one SQL statement a command. What Fastify and Postgres cost by themselves; it keeps no promise and guards nothing. */
import { LIFECYCLE } from '../target.ts';
import type { BaselineEngine } from './baseline-app.ts';
import type { BaselineStore } from './store.ts';

export function createFloor(store: BaselineStore): BaselineEngine {
  return {
    open: (caseId, commandId) => store.append({ caseId, revision: 1, commandId, command: 'open' }),
    command: (caseId, commandId, command) => store.append({ caseId, revision: LIFECYCLE.indexOf(command) + 1, commandId, command }),
  };
}
