/**
 * The system's log against our own record. Nothing acknowledged is lost, nothing is doubled, nothing refused was done, nothing is there that nobody asked for,
 * every answer is the one in the log, and nobody did anything, or was told that there is no such case, but by the municipi that have had it.
 */
import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import type { EventActor } from '../../domain/case/events.ts';
import { isDone, type Answer, type Caller, type Entry, type Ledger } from './ledger.ts';

interface Logged {
  readonly caseId: string;
  readonly revision: number;
  readonly commandId: string;
  readonly command: string;
  readonly actor: EventActor;
  readonly answer: { readonly revision: number; readonly status: string };
}

type AnswerBody = { readonly caseId?: string; readonly revision?: number; readonly status?: string; readonly code?: string };

/** Refusals the API may give to what people do here; anything else is a fault of its own. */
const REFUSALS = [403, 409, 412, 422];

/** Every difference, in words. `issuer` is who the tokens are from. */
export async function compareWithLog(ledger: Ledger, knex: Knex, issuer: string): Promise<readonly string[]> {
  const logged = await loadLog(knex);
  const reach = await loadReach(knex);
  const byCommand = new Map<string, Logged[]>();
  for (const revision of logged) byCommand.set(revision.commandId, [...(byCommand.get(revision.commandId) ?? []), revision]);
  const differences: string[] = [];
  const asked = new Set<string>();
  for (const entry of ledger.entries) {
    const commandId = commandIdOf(entry, issuer);
    asked.add(commandId);
    const difference = compareEntry(entry, byCommand.get(commandId) ?? [], reach);
    if (difference !== null) differences.push(`${entry.command} by ${entry.caller.sub}, key ${entry.key}: ${difference}`);
  }
  for (const { caseId, revision, command, commandId, actor } of logged) {
    if (actor.kind === 'person' && !asked.has(commandId))
      differences.push(`${command} by ${actor.id}, case ${caseId} revision ${revision}: nobody asked for it`);
  }
  return differences;
}

function compareEntry(entry: Entry, found: readonly Logged[], reach: Reach): string | null {
  const { answer, abandoned, caseId } = entry;
  const times = `${found.length} times in the log`;
  if (found.length > 1) return times;
  if (answer === null) return abandoned ? null : 'never answered';
  const body = answer.body as AnswerBody;
  if (!isDone(answer.status)) {
    if (found.length > 0) return `refused (${answer.status} ${body.code ?? ''}), but in the log`;
    return isRefusal(entry, answer, reach) ? null : `answered ${answer.status} ${body.code ?? ''}`;
  }
  const [only] = found;
  if (only === undefined) return `acknowledged (${answer.status}), not in the log`;
  if (only.caseId !== (caseId ?? body.caseId)) return `acknowledged for case ${body.caseId ?? ''}, in the log of ${only.caseId}`;
  if (only.revision !== body.revision || only.answer.revision !== body.revision || only.answer.status !== body.status) {
    return `answered revision ${body.revision ?? 0} ${body.status ?? ''}, the log says ${only.revision} ${only.answer.status}`;
  }
  return mayReach(entry.caller, reach.get(only.caseId)) ? null : 'acknowledged to somebody of another municipio';
}

function isRefusal({ caller, caseId }: Entry, { status, body }: Answer, reach: Reach): boolean {
  if (status !== 404) return REFUSALS.includes(status);
  const { code } = body as AnswerBody;
  if (caseId === null) return code === 'queue_empty';
  // Elsewhere when it was asked for, as far as its history allows.
  return code === 'case_unknown' && caller.municipi.length > 0 && [...(reach.get(caseId) ?? [])].some((place) => !caller.municipi.includes(place));
}

function mayReach({ municipi }: Caller, places: ReadonlySet<string> = new Set()): boolean {
  return municipi.length === 0 || municipi.some((municipio) => places.has(municipio));
}

/** Where asking again with the same key gives another answer than the first time. */
export function compareRepeat(entry: Entry, repeated: Entry['answer']): string | null {
  const first = entry.answer?.body as AnswerBody;
  const again = repeated?.body as AnswerBody | undefined;
  const same =
    repeated !== null && isDone(repeated.status) && again?.revision === first.revision && again?.status === first.status && again?.caseId === first.caseId;
  if (same) return null;
  return `${entry.command} by ${entry.caller.sub}, key ${entry.key}: asked again, answered ${repeated?.status ?? 'nothing'} ${JSON.stringify(again?.revision)} instead of ${String(first.revision)}`;
}

/** As the contract says: a hash of who asks and their key. */
function commandIdOf({ caller, key }: Entry, issuer: string): string {
  return createHash('sha256').update(`${issuer}|${caller.sub}|${key}`).digest('hex').slice(0, 40);
}

/** By case: every municipio that has had it or was offered it, and NOBODY where it once had none. */
type Reach = ReadonlyMap<string, ReadonlySet<string>>;

const NOBODY = '';

async function loadReach(knex: Knex): Promise<Reach> {
  const rows = await knex('case_event')
    .whereIn('type', ['opened', 'assigned', 'handoverOffered', 'handoverAccepted', 'competenceResolved'])
    .orderBy(['case_id', 'revision', 'seq'])
    .select<{ case_id: string; revision: number; municipio: string | null }[]>(
      'case_id',
      'revision',
      knex.raw("coalesce(data ->> 'municipio', data -> 'to' ->> 'municipio') AS municipio"),
    );
  const reach = new Map<string, Set<string>>();
  for (const { case_id, revision, municipio } of rows) {
    const places = reach.get(case_id) ?? new Set();
    reach.set(case_id, places.add(municipio ?? NOBODY));
    // Placed in the revision that opened it, it never was without.
    if (revision === 1 && municipio !== null) places.delete(NOBODY);
  }
  return reach;
}

async function loadLog(knex: Knex): Promise<readonly Logged[]> {
  const rows = await knex('case_revision').select<(Omit<Logged, 'caseId' | 'commandId'> & { case_id: string; command_id: string })[]>(
    'case_id',
    'revision',
    'command_id',
    'command',
    'actor',
    'answer',
  );
  return rows.map(({ case_id, command_id, ...rest }) => ({ ...rest, caseId: case_id, commandId: command_id }));
}
