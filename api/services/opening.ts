/**
 * Opening and reopening: the first revision of an episode is the only one the API writes. Revision, rows, key and the order to start the run are one
 * transaction; the run is then started at once, and by the relay when that does not succeed in time. The family's clocks run from the revision, engine or not.
 */
import { randomUUID } from 'node:crypto';
import type { AppendRequest, KeyEntry } from '../../db/repositories/append.ts';
import { KeyTaken } from '../../db/repositories/append.ts';
import type { CaseLogRepository } from '../../db/repositories/case-log.ts';
import type { IdempotencyRepository } from '../../db/repositories/idempotency.ts';
import type { IncidentRepository } from '../../db/repositories/incidents.ts';
import type { OutboxRepository } from '../../db/repositories/outbox.ts';
import type { RulebookSource } from '../../db/repositories/rulebook-source.ts';
import type { StaffMessageRepository } from '../../db/repositories/staff-messages.ts';
import type { Knex } from 'knex';
import type { CaseScope } from '../../domain/access/scope.ts';
import type { Person } from '../../domain/access/policy.ts';
import { alertKey } from '../../domain/case/alert-key.ts';
import type { ReopenReason } from '../../domain/case/codes.ts';
import { eventActor, type Open } from '../../domain/case/commands.ts';
import { decide, decideOpening } from '../../domain/case/decide.ts';
import type { CaseEvent } from '../../domain/case/events.ts';
import { applyRevision } from '../../domain/case/evolve.ts';
import { answerOf, clockChanges, project } from '../../domain/case/projection.ts';
import { factsOf } from '../../domain/case/rebase.ts';
import { rulebookOf, type CaseState } from '../../domain/case/state.ts';
import { isNoPolicy } from '../../domain/sla/no-policy.ts';
import type { Answered } from '../../workflows/case/messages.ts';
import { ANSWERS_CARRIED } from '../../workflows/case/start-options.ts';
import { ApiProblem, CommandRefused } from '../api-problem.ts';
import type { CommandAnswerBody } from '../schemas/case.ts';
import type { CaseEngine } from '../temporal.ts';
import { answerView, openingView } from '../views/case.ts';
import { actorOf, loadOrReplay, pickRevision, type RequestKey } from './commanding.ts';
import type { WithOpening } from './people-at-opening.ts';

export interface OpeningDeps {
  readonly knex: Knex;
  readonly caseLog: CaseLogRepository;
  readonly idempotency: IdempotencyRepository;
  readonly outbox: OutboxRepository;
  readonly staffMessages: StaffMessageRepository;
  readonly rulebooks: Pick<RulebookSource, 'current'>;
  readonly incidents: Pick<IncidentRepository, 'record'>;
  readonly engine: CaseEngine;
  readonly now: () => number;
}

export interface OpeningResult {
  readonly status: 200 | 201;
  readonly body: CommandAnswerBody;
  readonly replayed: boolean;
}

export interface OpeningFacts {
  /** What the case is about: codes and ids, which its events keep. */
  readonly facts: Omit<Open, 'type' | 'caseId'>;
  /** Whose it is: written in the same transaction, and no part of the case. */
  readonly within: WithOpening | null;
}

export interface ReopenRequest {
  readonly caseId: string;
  readonly person: Person;
  readonly scope: CaseScope;
  readonly key: RequestKey;
  readonly ifMatch: readonly number[] | null;
  readonly reason: ReopenReason;
}

export interface Opening {
  /** What `factsOf` refuses is looked at after the key: a repeat has its first answer, whatever became of what the body names. Throws `ApiProblem`. */
  open(person: Person, key: RequestKey & { readonly route: string }, factsOf: () => Promise<OpeningFacts>): Promise<OpeningResult>;
  /** Throws `ApiProblem` or `CommandRefused`. */
  reopen(request: ReopenRequest): Promise<OpeningResult>;
}

/** Two at once: the second finds the case open again. Three attempts see through any order of events. */
const REOPEN_ATTEMPTS = 3;

export function createOpening(deps: OpeningDeps): Opening {
  const { caseLog, idempotency, now } = deps;

  return {
    async open(person, key, factsOf) {
      const given = await factsOf().catch((error: unknown) => replayOr(idempotency, key, error));
      if ('replayed' in given) return given;
      const { facts, within } = given;
      const at = now();
      const command: Open = { type: 'open', caseId: randomUUID(), ...facts };
      const { events } = decideOpening(command, actorOf(person), at);
      const state = applyRevision(null, { ...revisionOf(person, key, 'open', 1), events });
      const body = openingView(state);
      try {
        const request = { ...appendOf(null, state, person, key, 'open', events, at), key: { ...key, status: 201, answer: body } satisfies KeyEntry };
        if (within === null) await caseLog.append(request);
        else await appendWithin(deps.knex, caseLog, request, within);
      } catch (error) {
        if (!(error instanceof KeyTaken)) throw error;
        return replayOr(idempotency, key, new ApiProblem('idempotency_key_reused'));
      }
      await reportMissingPolicy(deps, state);
      await startRun(deps, state, [[key.commandId, answerOf(state)]], events);
      return { status: 201, body, replayed: false };
    },

    async reopen(request) {
      for (let attempt = 1; attempt <= REOPEN_ATTEMPTS; attempt++) {
        const result = await tryReopen(deps, request);
        if (result !== null) return result;
      }
      throw new ApiProblem('engine_unavailable', { retryAfterSeconds: 1 });
    },
  };
}

/** One transaction for the case and its people. */
async function appendWithin(knex: Knex, caseLog: CaseLogRepository, request: AppendRequest, within: WithOpening): Promise<void> {
  await knex.transaction(async (trx) => {
    await within(trx, { caseId: request.caseId, household: request.row.household, at: request.at });
    await caseLog.append(request, trx);
  });
}

/** The first answer of a key; the problem given where the key was never used to open a case. Only a refusal pays for asking. */
async function replayOr(idempotency: IdempotencyRepository, key: RequestKey, otherwise: unknown): Promise<OpeningResult> {
  const record = otherwise instanceof ApiProblem ? await idempotency.find(key.commandId) : null;
  if (record === null) throw otherwise;
  if (record.fingerprint !== key.fingerprint || record.status === null) throw new ApiProblem('idempotency_key_reused');
  return { status: 201, body: record.answer as CommandAnswerBody, replayed: true };
}

/** Null when another revision came first: look again. */
async function tryReopen(deps: OpeningDeps, { caseId, person, scope, key, ifMatch, reason }: ReopenRequest): Promise<OpeningResult | null> {
  const found = await loadOrReplay(deps.caseLog, { caseId, person, scope, key });
  if ('kind' in found) return { status: 200, body: answerView(caseId, found.episode, found.answer), replayed: true };
  const { state } = found;
  const at = deps.now();
  const rulebook = await deps.rulebooks.current(at, factsOf(state));
  const request = { command: { type: 'reopen', reason, rulebook } as const, actor: actorOf(person), ifMatch: pickRevision(ifMatch, state) };
  const decision = decide(state, request, at);
  if (!decision.ok) throw new CommandRefused(decision.rejection);
  const next = applyRevision(state, { ...revisionOf(person, key, 'reopen', state.revision + 1), events: decision.events });
  const { ours } = await deps.caseLog.append(appendOf(state, next, person, key, 'reopen', decision.events, at));
  if (!ours) return null;
  await reportMissingPolicy(deps, next);
  await startRun(deps, next, await deps.caseLog.recentAnswers(caseId, ANSWERS_CARRIED), decision.events);
  return { status: 200, body: openingView(next), replayed: false };
}

/** Nobody promised this case anything but a review: somebody must know. The case is open whether or not that can be written down; lists show it too. */
async function reportMissingPolicy({ incidents, now }: OpeningDeps, state: CaseState): Promise<void> {
  if (!isNoPolicy(rulebookOf(state).policy)) return;
  const { territory, primaryNeed, urgency } = factsOf(state);
  const details = { municipio: territory, need: primaryNeed, urgency };
  await incidents.record({ kind: 'policy_missing', caseId: state.caseId, details, at: now() }).catch(() => undefined);
}

function revisionOf(person: Person, { commandId }: RequestKey, command: string, revision: number) {
  return { revision, commandId, command, actor: eventActor(actorOf(person)) };
}

function appendOf(
  before: CaseState | null,
  after: CaseState,
  person: Person,
  key: RequestKey,
  command: string,
  events: readonly CaseEvent[],
  at: number,
): AppendRequest {
  const projection = project(after);
  const { changed, removed } = clockChanges(before === null ? null : project(before), projection);
  return {
    ...revisionOf(person, key, command, after.revision),
    caseId: after.caseId,
    episode: after.episode,
    fingerprint: key.fingerprint,
    at: Math.max(at, before?.asOf ?? at),
    events,
    answer: answerOf(after),
    row: projection.row,
    changedClocks: changed,
    removedClocks: removed,
    outbox: [{ kind: 'start_workflow', key: startKey(after), payload: { caseId: after.caseId, episode: after.episode } }],
  };
}

function startKey({ caseId, episode }: CaseState): string {
  return `start:${caseId}:${episode}`;
}

/**
 * Starts the run now if that is quick; if not, the relay will. What cannot wait is announced here, under the key the run would use: a server that accepts the
 * start says nothing of a worker to run it.
 */
async function startRun(deps: OpeningDeps, state: CaseState, answered: readonly Answered[], events: readonly CaseEvent[]): Promise<void> {
  const { engine, outbox, now } = deps;
  const outcome = await engine.start(state, answered);
  await announceAlerts(deps, state, events);
  if (outcome === 'started') await outbox.markDone(startKey(state), now());
}

async function announceAlerts({ staffMessages }: OpeningDeps, state: CaseState, events: readonly CaseEvent[]): Promise<void> {
  for (const event of events) {
    if (event.type !== 'alertRaised') continue;
    const { alert, clock, municipio, audience, at } = event;
    const key = alertKey(state.caseId, state.episode, alert);
    await staffMessages.insert({ key, kind: 'alert', caseId: state.caseId, municipio, audience, alert, clockId: clock, createdAt: at });
  }
}
