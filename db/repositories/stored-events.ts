/** Events as the log keeps them: type and instant in columns, the rest as JSON, rulebooks by name. */
import type { Knex } from 'knex';
import type { CaseEvent, EventActor, Revision } from '../../domain/case/events.ts';
import type { Rulebook } from '../../domain/sla/policy.ts';
import { timestamp } from './columns.ts';
import type { RulebookRepository } from './rulebooks.ts';

/** A revision as it stands in the log. */
export interface LoggedRevision extends Revision {
  readonly caseId: string;
  readonly episode: number;
  /** Business instant of the command. */
  readonly at: number;
  readonly fingerprint: string | null;
}

/** A revision as `REVISION_JSON` gives it. */
export interface RevisionJson {
  readonly caseId: string;
  readonly revision: number;
  readonly episode: number;
  readonly commandId: string;
  readonly command: string;
  readonly actor: EventActor;
  readonly fingerprint: string | null;
  readonly at: number;
  readonly events: readonly { readonly type: string; readonly at: number; readonly data: Readonly<Record<string, unknown>> }[];
}

/** A row `r` of case_revision with its events, as one JSON value. */
export const REVISION_JSON = `json_build_object('caseId', r.case_id, 'revision', r.revision, 'episode', r.episode, 'commandId', r.command_id,
  'command', r.command, 'actor', r.actor, 'fingerprint', r.fingerprint, 'at', (extract(epoch FROM r.at) * 1000)::bigint,
  'events', (SELECT coalesce(json_agg(json_build_object('type', e.type, 'at', (extract(epoch FROM e.at) * 1000)::bigint, 'data', e.data) ORDER BY e.seq), '[]')
             FROM case_event e WHERE e.case_id = r.case_id AND e.revision = r.revision))`;

export interface DetachedEvents {
  readonly events: readonly { readonly type: string; readonly at: string; readonly data: object }[];
  /** Rulebooks taken out of the events, by name. */
  readonly rulebooks: ReadonlyMap<string, Rulebook>;
}

/** Events ready to be stored. */
export function detachRulebooks(events: readonly CaseEvent[], repository: RulebookRepository): DetachedEvents {
  const rulebooks = new Map<string, Rulebook>();
  const detached = events.map((event) => {
    const { type, at, ...data } = event;
    if (!('rulebook' in data)) return { type, at: timestamp(at), data };
    const hash = repository.hashOf(data.rulebook);
    rulebooks.set(hash, data.rulebook);
    return { type, at: timestamp(at), data: { ...data, rulebook: { $rulebook: hash } } };
  });
  return { events: detached, rulebooks };
}

/** Revisions as the domain knows them: one query more when a rulebook is not remembered. */
export async function attachRulebooks(revisions: readonly RevisionJson[], repository: RulebookRepository, trx?: Knex): Promise<LoggedRevision[]> {
  const hashes = revisions.flatMap((revision) => revision.events.flatMap((event) => hashIn(event.data) ?? []));
  const rulebooks = await repository.load(hashes, trx);
  return revisions.map((revision) => ({
    ...revision,
    events: revision.events.map(({ type, at, data }) => {
      const hash = hashIn(data);
      const whole = hash === null ? data : { ...data, rulebook: rulebooks.get(hash) };
      return { ...whole, type, at } as CaseEvent;
    }),
  }));
}

function hashIn(data: Readonly<Record<string, unknown>>): string | null {
  const reference = data['rulebook'] as { $rulebook?: string } | undefined;
  return reference?.$rulebook ?? null;
}
