/** Puts cases made by the domain into a real log. */
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { createCaseListRepository } from '../../../db/repositories/case-lists.ts';
import { createCaseLogRepository, type CaseLogRepository } from '../../../db/repositories/case-log.ts';
import type { AppendRequest } from '../../../db/repositories/append.ts';
import { createRulebookRepository } from '../../../db/repositories/rulebooks.ts';
import type { Open } from '../../../domain/case/commands.ts';
import type { Revision } from '../../../domain/case/events.ts';
import { applyRevision } from '../../../domain/case/evolve.ts';
import { answerOf, clockChanges, project, type Projection } from '../../../domain/case/projection.ts';
import type { CaseState } from '../../../domain/case/state.ts';
import { CaseUnderTest } from '../../support/case-builder.ts';

export function repositories(knex: Knex) {
  const rulebooks = createRulebookRepository(knex);
  return { log: createCaseLogRepository(knex, rulebooks), lists: createCaseListRepository(knex), rulebooks };
}

export function newCase(change: Partial<Open> = {}, at?: number): CaseUnderTest {
  return new CaseUnderTest({ caseId: randomUUID(), ...change }, at);
}

/** What a workflow would append for each revision of a case. */
export function requestsOf(revisions: readonly Revision[]): AppendRequest[] {
  let state: CaseState | null = null;
  let before: Projection | null = null;
  return revisions.map((revision) => {
    state = applyRevision(state, revision);
    const after = project(state);
    const { changed, removed } = clockChanges(before, after);
    before = after;
    const { caseId, episode } = after.row;
    return {
      ...revision,
      caseId,
      episode,
      fingerprint: `fingerprint-${revision.revision}`,
      at: revision.events[0]!.at,
      answer: answerOf(state),
      row: after.row,
      changedClocks: changed,
      removedClocks: removed,
    };
  });
}

/** Appends all revisions of a case; returns its id. */
export async function store(log: CaseLogRepository, subject: CaseUnderTest): Promise<string> {
  for (const request of requestsOf(subject.revisions)) await log.append(request);
  return subject.state.caseId;
}

export const EVERYTHING = { kind: 'all' } as const;
