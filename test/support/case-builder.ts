/** Cases for tests: given commands at instants, the revisions and the state they make. */
import { decide, decideOpening, type Request } from '../../domain/case/decide.ts';
import { eventActor, SYSTEM, type Actor, type Command, type Open } from '../../domain/case/commands.ts';
import type { CaseEvent, Revision } from '../../domain/case/events.ts';
import { applyRevision } from '../../domain/case/evolve.ts';
import type { Rejection } from '../../domain/case/rejection.ts';
import type { CaseState } from '../../domain/case/state.ts';
import type { Role } from '../../domain/case/codes.ts';
import { MONDAY_9, TEST_RULEBOOK } from './rulebook.ts';

export function person(id: string, roles: readonly Role[], municipi: readonly string[] = ['3']): Actor {
  return { kind: 'person', id, roles, municipi };
}

export const OPERATOR = person('operator-1', ['operator'], []);
export const WORKER = person('worker-1', ['socialWorker']);
export const COLLEAGUE = person('worker-2', ['socialWorker']);
export const COORDINATOR = person('coordinator-3', ['coordinator']);
export const ELSEWHERE = person('coordinator-4', ['coordinator'], ['4']);
export const MANAGER = person('manager-1', ['manager'], []);
export const CENTRAL = person('coordinator-c', ['coordinator'], ['CENTRAL']);

export function opening(change: Partial<Open> = {}): Open {
  return {
    type: 'open',
    caseId: '019ab000-0000-7000-8000-000000000001',
    household: 'household-1',
    urgency: 'yellow',
    primaryNeed: 'PERINATAL_MENTAL_HEALTH',
    otherNeeds: [],
    redFlags: [],
    circumstances: [],
    assignment: { municipio: '3', reason: 'registered_address' },
    contested: null,
    linkedTo: null,
    rulebook: TEST_RULEBOOK,
    ...change,
  };
}

/** A case that remembers its revisions; `at` moves with the commands. */
export class CaseUnderTest {
  state: CaseState;
  at: number;
  readonly revisions: Revision[] = [];

  constructor(change: Partial<Open> = {}, at = MONDAY_9, actor: Actor = OPERATOR) {
    this.at = at;
    const { events } = decideOpening(opening(change), actor, at);
    this.state = this.#store('open', actor, events, null);
  }

  /** Gives a command; returns its events, or the refusal. */
  try(command: Command, actor: Actor = WORKER, change: Partial<Request> = {}): readonly CaseEvent[] | Rejection {
    const decision = decide(this.state, { command, actor, ...change }, this.at);
    if (!decision.ok) return decision.rejection;
    if (decision.events.length > 0) this.state = this.#store(command.type, actor, decision.events, this.state);
    return decision.events;
  }

  /** Gives a command that must be accepted. */
  do(command: Command, actor: Actor = WORKER): this {
    const outcome = this.try(command, actor);
    if ('code' in outcome) throw new Error(`${command.type} refused: ${JSON.stringify(outcome)}`);
    return this;
  }

  /** Gives a command that must be refused, and returns the code. */
  refused(command: Command, actor: Actor = WORKER): string {
    const outcome = this.try(command, actor);
    return 'code' in outcome ? outcome.code : 'accepted';
  }

  after(ms: number): this {
    this.at += ms;
    return this;
  }

  /** Lets time pass with a tick at its end. */
  tickAfter(ms: number): readonly CaseEvent[] {
    this.at += ms;
    const outcome = this.try({ type: 'tick' }, SYSTEM);
    return 'code' in outcome ? [] : outcome;
  }

  #store(command: string, actor: Actor, events: readonly CaseEvent[], before: CaseState | null): CaseState {
    const number = (before?.revision ?? 0) + 1;
    const revision: Revision = { revision: number, commandId: `command-${number}`, command, actor: eventActor(actor), events };
    this.revisions.push(revision);
    return applyRevision(before, revision);
  }
}
