/**
 * `append`: the only way into the log.
 * 1. Each revision is written once and each command of a case once: the unique keys decide, not the isolation level.
 * 2. Who finds a revision taken is told what stands there, an earlier attempt of the same command included, and goes on from that.
 * 3. A log that ends before the revision asked for was restored from an older backup: `LogBehind`. Nothing is ever written past a gap.
 */
import type { Knex } from 'knex';
import type { CaseEvent, EventActor, Revision } from '../../domain/case/events.ts';
import type { CaseRow, ClockRow, CommandAnswer } from '../../domain/case/projection.ts';
import { APPEND } from './append-statement.ts';
import { caseRecord, clockRecord, timestamp } from './columns.ts';
import type { RulebookRepository } from './rulebooks.ts';
import { attachRulebooks, detachRulebooks, REVISION_JSON, type DetachedEvents, type RevisionJson } from './stored-events.ts';

/** An effect written with the revision; the relay carries it out. A key that is already there is left as it is. */
export interface OutboxEntry {
  /** `catch_up`: a command was sent and not answered; its workflow may have forgotten what it wrote. */
  readonly kind: 'start_workflow' | 'catch_up';
  readonly key: string;
  readonly payload: object;
}

/** The record of an idempotency key, written with the revision. */
export interface KeyEntry {
  readonly commandId: string;
  readonly route: string;
  readonly fingerprint: string;
  readonly status: number;
  readonly answer: unknown;
}

export interface AppendRequest {
  readonly caseId: string;
  readonly episode: number;
  readonly revision: number;
  readonly commandId: string;
  readonly command: string;
  readonly actor: EventActor;
  readonly fingerprint: string | null;
  /** Business instant of the command. */
  readonly at: number;
  readonly events: readonly CaseEvent[];
  readonly answer: CommandAnswer;
  readonly row: CaseRow;
  readonly changedClocks: readonly ClockRow[];
  readonly removedClocks: readonly { readonly episode: number; readonly clockId: string }[];
  readonly outbox?: readonly OutboxEntry[];
  readonly key?: KeyEntry;
}

export interface AppendResult {
  /** What stands in the log at that revision, or at an earlier one if this command was already answered there. */
  readonly stored: Revision & { readonly answer: CommandAnswer };
  /** The stored command is the one asked for, written now or by an earlier attempt. */
  readonly ours: boolean;
}

/** The log ends before the revision it was asked to follow: it was restored from an older backup. */
export class LogBehind extends Error {
  readonly type = 'log_behind';
  readonly caseId: string;
  readonly revision: number;
  readonly logRevision: number;

  constructor(caseId: string, revision: number, logRevision: number) {
    super(`Case ${caseId}: revision ${revision} cannot follow ${logRevision}`);
    this.name = 'LogBehind';
    this.caseId = caseId;
    this.revision = revision;
    this.logRevision = logRevision;
  }
}

/** The idempotency key of the request was used meanwhile: nothing was written, its record says by what. */
export class KeyTaken extends Error {
  readonly type = 'KeyTaken';
  readonly commandId: string;

  constructor(commandId: string) {
    super(`Idempotency key ${commandId} is taken`);
    this.name = 'KeyTaken';
    this.commandId = commandId;
  }
}

export type Append = (request: AppendRequest, trx?: Knex) => Promise<AppendResult>;

/** One round trip when the revision is free, two more when it is not. With `trx`, `KeyTaken` leaves that transaction aborted. */
export function createAppend(knex: Knex, rulebooks: RulebookRepository): Append {
  return async function append(request, trx = knex) {
    const detached = detachRulebooks(request.events, rulebooks);
    // Twice at most: the second time with every rulebook, and past a revision before ours that was committing while we looked.
    for (const sendAll of [false, true]) {
      if (await tryAppend(trx, request, detached, rulebooks, sendAll)) {
        for (const [hash, rulebook] of detached.rulebooks) rulebooks.remember(hash, rulebook);
        const { revision, commandId, command, actor, events, answer } = request;
        return { stored: { revision, commandId, command, actor, events, answer }, ours: true };
      }
      const stored = await findStored(trx, request, rulebooks);
      if (stored !== null) return { stored, ours: stored.commandId === request.commandId };
    }
    // Nothing stands in the way of this case: its key does, on another one.
    if (request.key !== undefined) throw new KeyTaken(request.key.commandId);
    throw new Error(`Case ${request.caseId}: revision ${request.revision} was neither written nor found`);
  };
}

async function tryAppend(knex: Knex, request: AppendRequest, detached: DetachedEvents, rulebooks: RulebookRepository, sendAll: boolean): Promise<boolean> {
  const sent = [...detached.rulebooks].filter(([hash]) => sendAll || !rulebooks.isStored(hash));
  const needed = [...detached.rulebooks.keys()].filter((hash) => !sent.some(([sentHash]) => sentHash === hash));
  const { caseId, revision, episode, commandId, command, actor, fingerprint, answer, at } = request;
  const bindings = [
    ...[caseId, revision, episode, commandId, command, JSON.stringify(actor), fingerprint, JSON.stringify(answer), timestamp(at)],
    JSON.stringify(detached.events),
    JSON.stringify(caseRecord(request.row)),
    JSON.stringify(request.changedClocks.map(clockRecord)),
    JSON.stringify(request.removedClocks.map((removed) => ({ episode: removed.episode, clock_id: removed.clockId }))),
    JSON.stringify(request.outbox ?? []),
    request.key === undefined ? null : JSON.stringify(request.key),
    JSON.stringify(Object.fromEntries(sent)),
    needed,
  ];
  try {
    // Prepared once a connection: planning it anew each time would cost more than running it.
    const result = await knex.raw<{ rows: { appended: number }[] }>(APPEND, bindings as Knex.RawBinding[]).options({ name: 'append' });
    return result.rows[0]?.appended === 1;
  } catch (error) {
    if (request.key !== undefined && isKeyViolation(error)) throw new KeyTaken(request.key.commandId);
    throw error;
  }
}

type StoredRow = { readonly last: number; readonly revision: (RevisionJson & { readonly answer: CommandAnswer }) | null };

/** What is in the way; null when nothing is any more. */
async function findStored(knex: Knex, request: AppendRequest, rulebooks: RulebookRepository): Promise<AppendResult['stored'] | null> {
  const { caseId, revision, commandId } = request;
  const { rows } = await knex.raw<{ rows: StoredRow[] }>(FIND, [caseId, commandId, revision, revision, caseId]);
  const row = rows[0]!;
  if (row.last < revision - 1) throw new LogBehind(caseId, revision, row.last);
  if (row.revision === null) return null;
  const [logged] = await attachRulebooks([row.revision], rulebooks, knex);
  const { commandId: standing, command, actor, events } = logged!;
  return { revision: logged!.revision, commandId: standing, command, actor, events, answer: row.revision.answer };
}

// An earlier answer to the same command goes before whatever took the revision.
const FIND = `SELECT coalesce(max(l.revision), 0) AS last,
  (SELECT (${REVISION_JSON})::jsonb || jsonb_build_object('answer', r.answer) FROM case_revision r
   WHERE r.case_id = ? AND ((r.command_id = ? AND r.revision < ?) OR r.revision = ?) ORDER BY r.revision LIMIT 1) AS revision
  FROM case_revision l WHERE l.case_id = ?`;

function isKeyViolation(error: unknown): boolean {
  const { code, constraint } = error as { code?: string; constraint?: string };
  return code === '23505' && constraint === 'idempotency_pkey';
}
