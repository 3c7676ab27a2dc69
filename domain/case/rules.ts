/** What the rules of every command are given, and how they refuse. */
import type { Actor, Command, CommandType } from './commands.ts';
import type { EventActor } from './events.ts';
import type { Rejection, RejectionCode } from './rejection.ts';
import { isOwned, type CaseState } from './state.ts';
import { allowedCommands } from './transitions.ts';

export interface Context<T extends CommandType> {
  /** The case with time already passed up to `at`. */
  readonly state: CaseState;
  readonly command: Extract<Command, { type: T }>;
  readonly actor: Actor;
  readonly at: number;
  /** What every event of this command carries. */
  readonly base: { readonly at: number; readonly actor: EventActor };
}

/** A refusal with its reason and what is allowed instead. */
export function refuse(state: CaseState, command: CommandType, code: RejectionCode, details: Rejection['details'] = {}): Rejection {
  return { code, command, details, allowed: allowedCommands(state) };
}

/** Whether an actor may give the case away or end it: its owner, or who coordinates the municipio that has it. Colleagues may help with everything else. */
export function answersFor(state: CaseState, actor: Actor): boolean {
  if (!isOwned(state)) return false;
  return state.stage.owner === actor.id || (actor.roles.includes('coordinator') && actor.municipi.includes(state.stage.municipio));
}
