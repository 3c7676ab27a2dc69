/**
 * The one place where a case changes. The contract:
 * 1. Commands run strictly one after another, time passing and recovery too: each decides on the state the one before left.
 * 2. `decide` -> `append` -> `evolve` with what `append` RETURNED. A workflow task that did not complete is forgotten by the engine, its append is not: the
 *    log may hold another command at this revision (an earlier attempt, or a second workflow of the same case).
 * 3. A stored command that is another's is applied, its answer remembered, and our own decided again on the state it left.
 * 4. A command id seen before gets its first answer and changes nothing.
 * 5. Who sent a command must still reach the case when its turn comes: the API looked when it was sent, and the case may have moved since.
 * 6. Where the log stands behind, this run is over: every waiting command fails with `log_behind`.
 */
import type { ApplicationFailure } from '@temporalio/workflow';
import type { Appended, CaseAppend } from '../../activities/append.ts';
import { mayActOn } from '../../domain/access/reach.ts';
import { eventActor, SYSTEM, type Command, type PersonCommandType } from '../../domain/case/commands.ts';
import { numbered } from '../../domain/case/derivation.ts';
import { decide, type Decision, type Request } from '../../domain/case/decide.ts';
import { applyRevision } from '../../domain/case/evolve.ts';
import type { Revision } from '../../domain/case/events.ts';
import { answerOf, clockChanges, project, type CommandAnswer, type Projection } from '../../domain/case/projection.ts';
import type { CaseState } from '../../domain/case/state.ts';
import { engineFailure, logBehind, rejected } from './failures.ts';
import type { Answered, CommandEnvelope } from './messages.ts';
import { ANSWERS_CARRIED } from './start-options.ts';

/** Answers to people kept for repeated commands; older repeats are answered by the log. */
const REMEMBERED = 50;

interface Given {
  readonly answer: CommandAnswer;
  /** Null where it is not known. */
  readonly fingerprint: string | null;
}

/** A command of the engine itself; its id names the revision it makes, so that a forgotten attempt finds its own append. */
export type SystemCommand = Extract<Command, { type: 'tick' | 'raiseRules' | 'recordIncident' }>;

interface Job {
  readonly idAt: (revision: number) => string;
  readonly request: Request;
  readonly fingerprint: string | null;
}

export interface CommandLogOptions {
  readonly state: CaseState;
  readonly answered: readonly Answered[];
  readonly now: () => number;
  readonly append: (request: CaseAppend) => Promise<Appended>;
  /** Told of each revision once it is applied. */
  readonly onRevision: (revision: Revision, state: CaseState) => void;
}

export class CommandLog {
  readonly #options: CommandLogOptions;
  readonly #queue = createQueue();
  readonly #answered: Map<string, Given>;
  #state: CaseState;
  #projection: Projection;
  #applied = 0;
  #failure: ApplicationFailure | null = null;

  constructor(options: CommandLogOptions) {
    this.#options = options;
    this.#answered = new Map(options.answered.map(([id, answer, fingerprint = null]) => [id, { answer, fingerprint }]));
    this.#state = options.state;
    this.#projection = project(options.state);
  }

  get state(): CaseState {
    return this.#state;
  }

  get answered(): readonly Answered[] {
    return [...this.#answered].slice(-ANSWERS_CARRIED).map(([id, { answer, fingerprint }]) => [id, answer, fingerprint] as const);
  }

  /** Revisions applied by this run. */
  get applied(): number {
    return this.#applied;
  }

  get busy(): boolean {
    return this.#queue.waiting() > 0;
  }

  /** Why this run cannot go on. */
  get failure(): ApplicationFailure | null {
    return this.#failure;
  }

  /** Refuses at once what would be refused anyway. Reads only. */
  check(envelope: CommandEnvelope): void {
    // While others wait the state this command will meet is not known yet: its turn decides.
    if (this.#known(envelope.commandId, envelope.fingerprint) !== undefined || this.busy) return;
    this.#assertReach(requestOf(envelope));
    const decision = decide(this.#state, requestOf(envelope), this.#options.now());
    if (!decision.ok) throw rejected(decision.rejection, this.#state.revision);
  }

  /** A person's command, or a rebase. */
  run(envelope: CommandEnvelope): Promise<CommandAnswer> {
    return this.#queue.add(() => this.#perform({ idAt: () => envelope.commandId, request: requestOf(envelope), fingerprint: envelope.fingerprint }));
  }

  runSystem(command: SystemCommand): Promise<CommandAnswer> {
    return this.#queue.add(() => this.#perform(systemJob(command)));
  }

  async #perform(job: Job): Promise<CommandAnswer> {
    for (;;) {
      if (this.#failure !== null) throw this.#failure;
      const known = this.#known(job.idAt(this.#state.revision + 1), job.fingerprint);
      if (known !== undefined) return known;
      this.#assertReach(job.request);
      const at = Math.max(this.#options.now(), this.#state.asOf);
      const decision = decide(this.#state, job.request, at);
      if (!decision.ok) throw rejected(decision.rejection, this.#state.revision);
      if (decision.events.length === 0) return answerOf(this.#state);
      const answer = await this.#write(job, decision, at);
      if (answer !== undefined) return answer;
    }
  }

  /** Undefined when another's command was found, and applied, in place of ours. */
  async #write(job: Job, decision: Accepted, at: number): Promise<CommandAnswer | undefined> {
    const request = caseAppend(this.#state, this.#projection, job, decision, at);
    const { stored, answer } = await this.#append(request);
    if (stored.revision === request.revision) {
      const given = this.#apply(stored, stored.commandId === request.commandId ? request.fingerprint : null);
      return stored.commandId === request.commandId ? given : undefined;
    }
    // Stored by an earlier run and forgotten since: the state has it already.
    const first = answer ?? answerOf(this.#state);
    remember(this.#answered, stored.commandId, { answer: first, fingerprint: request.fingerprint });
    return first;
  }

  #append(request: CaseAppend): Promise<Appended> {
    return this.#options.append(request).catch((error: unknown) => {
      this.#failure = logBehind(error);
      throw this.#failure ?? error;
    });
  }

  #assertReach({ actor, command }: Request): void {
    if (actor.kind === 'system' || mayActOn(actor, command.type as PersonCommandType, this.#projection.row)) return;
    throw engineFailure('out_of_reach', `${command.type}: the case is not in reach of who sent it`);
  }

  /** The answer a command id already got; refused where it was for something else. */
  #known(commandId: string, fingerprint: string | null): CommandAnswer | undefined {
    const given = this.#answered.get(commandId);
    if (given === undefined) return undefined;
    const same = given.fingerprint === null || fingerprint === null || given.fingerprint === fingerprint;
    if (!same) throw engineFailure('key_reused', 'The command id was used for another request');
    return given.answer;
  }

  #apply(revision: Revision, fingerprint: string | null): CommandAnswer {
    this.#state = applyRevision(this.#state, revision);
    this.#projection = project(this.#state);
    this.#applied += 1;
    const answer = answerOf(this.#state);
    if (revision.actor.kind === 'person') remember(this.#answered, revision.commandId, { answer, fingerprint });
    this.#options.onRevision(revision, this.#state);
    return answer;
  }
}

type Accepted = Extract<Decision, { readonly ok: true }>;

function caseAppend(state: CaseState, before: Projection, job: Job, decision: Accepted, at: number): CaseAppend {
  const { command, actor } = job.request;
  const revision = state.revision + 1;
  const after = numbered(decision.state, revision, actor.kind);
  const projection = project(after);
  const { changed, removed } = clockChanges(before, projection);
  return {
    caseId: state.caseId,
    episode: state.episode,
    revision,
    commandId: job.idAt(revision),
    command: command.type,
    actor: eventActor(actor),
    fingerprint: job.fingerprint,
    at,
    events: decision.events,
    answer: answerOf(after),
    row: projection.row,
    changedClocks: changed,
    removedClocks: removed,
  };
}

function requestOf({ command, actor, ifMatch }: CommandEnvelope): Request {
  return { command, actor, ifMatch };
}

function systemJob(command: SystemCommand): Job {
  const name = command.type === 'tick' ? 'tick' : command.type === 'raiseRules' ? 'system-rules' : `system-${command.incident}`;
  return { idAt: (revision) => `${name}-${revision}`, request: { command, actor: SYSTEM }, fingerprint: null };
}

function remember(answered: Map<string, Given>, commandId: string, given: Given): void {
  answered.set(commandId, given);
  for (const oldest of answered.keys()) {
    if (answered.size <= REMEMBERED) return;
    answered.delete(oldest);
  }
}

/** A promise chain: each job starts when the one before is settled. Each promise of a workflow costs the SDK's bookkeeping: no more links than needed. */
function createQueue() {
  let tail: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  const leave = () => void (waiting -= 1);
  return {
    waiting: () => waiting,
    add<T>(job: () => Promise<T>): Promise<T> {
      waiting += 1;
      const result = tail.then(job);
      tail = result.then(leave, leave);
      return result;
    },
  };
}
