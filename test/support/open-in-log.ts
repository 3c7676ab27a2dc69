/** Revisions written to the log directly: the first one as the API writes it, later ones as a workflow nobody knows of would. */
import { createHash, randomUUID } from 'node:crypto';
import type { CaseLogRepository } from '../../db/repositories/case-log.ts';
import { eventActor, type Actor, type Command, type Open } from '../../domain/case/commands.ts';
import { decide, decideOpening } from '../../domain/case/decide.ts';
import { applyRevision, fold } from '../../domain/case/evolve.ts';
import { answerOf, clockChanges, project } from '../../domain/case/projection.ts';
import { opening, OPERATOR, WORKER } from './case-builder.ts';

export interface OpenInLog {
  /** @default the case of the builder */
  readonly change?: Partial<Open>;
  /** @default an operator */
  readonly actor?: Actor;
  /** Whether a relay is left a row to start the workflow from. */
  readonly outbox: boolean;
  /** When it was opened, in epoch milliseconds. @default now */
  readonly at?: number;
}

/** Returns the id of the case, which has no workflow yet. */
export async function openInLog(caseLog: CaseLogRepository, { change = {}, actor = OPERATOR, outbox, at = Date.now() }: OpenInLog): Promise<string> {
  const caseId = change.caseId ?? randomUUID();
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

/** One more revision of a case, past the workflow it has. */
export async function commandInLog(caseLog: CaseLogRepository, caseId: string, command: Command, actor: Actor = WORKER): Promise<void> {
  const before = fold(await caseLog.loadRevisions(caseId));
  if (before === null) throw new Error(`No case ${caseId}`);
  const at = Date.now();
  const decision = decide(before, { command, actor }, at);
  if (!decision.ok) throw new Error(`${command.type} refused: ${decision.rejection.code}`);
  const commandId = newCommandId();
  const revision = { revision: before.revision + 1, commandId, command: command.type, actor: eventActor(actor), events: decision.events };
  const after = applyRevision(before, revision);
  const { changed, removed } = clockChanges(project(before), project(after));
  const written = { answer: answerOf(after), row: project(after).row, changedClocks: changed, removedClocks: removed };
  await caseLog.append({ ...revision, ...written, caseId, episode: after.episode, fingerprint: commandId, at });
}

/** As the API makes them: 40 hexadecimal digits. */
export function newCommandId(): string {
  return createHash('sha256').update(randomUUID()).digest('hex').slice(0, 40);
}
