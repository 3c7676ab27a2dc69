/** The first revision of a case, written to the log as the API writes it. */
import { createHash, randomUUID } from 'node:crypto';
import type { CaseLogRepository } from '../../db/repositories/case-log.ts';
import { eventActor, type Actor, type Open } from '../../domain/case/commands.ts';
import { decideOpening } from '../../domain/case/decide.ts';
import { applyRevision } from '../../domain/case/evolve.ts';
import { answerOf, project } from '../../domain/case/projection.ts';
import { opening, OPERATOR } from './case-builder.ts';

export interface OpenInLog {
  /** @default the case of the builder */
  readonly change?: Partial<Open>;
  /** @default an operator */
  readonly actor?: Actor;
  /** Whether a relay is left a row to start the workflow from. */
  readonly outbox: boolean;
}

/** Returns the id of the case, which has no workflow yet. */
export async function openInLog(caseLog: CaseLogRepository, { change = {}, actor = OPERATOR, outbox }: OpenInLog): Promise<string> {
  const caseId = change.caseId ?? randomUUID();
  const at = Date.now();
  const commandId = newCommandId();
  const { events } = decideOpening(opening({ caseId, ...change }), actor, at);
  const revision = { revision: 1, commandId, command: 'open', actor: eventActor(actor), events };
  const state = applyRevision(null, revision);
  const { row, clocks } = project(state);
  const answer = answerOf(state);
  await caseLog.append({
    ...revision,
    ...{ caseId, episode: 1, fingerprint: commandId, at, answer, row, changedClocks: clocks, removedClocks: [] },
    key: { commandId, route: 'POST /cases', fingerprint: commandId, status: 201, answer },
    ...(outbox ? { outbox: [{ kind: 'start_workflow' as const, key: `start:${caseId}:1`, payload: {} }] } : {}),
  });
  return caseId;
}

/** As the API makes them: 40 hexadecimal digits. */
export function newCommandId(): string {
  return createHash('sha256').update(randomUUID()).digest('hex').slice(0, 40);
}
