/** Events as facts a person can read: instants in ISO, a pinned rulebook by its name. */
import type { CaseEvent } from '../../domain/case/events.ts';
import type { LoggedRevision } from '../../db/repositories/stored-events.ts';
import { readableFacts, toIso } from '../instants.ts';
import type { TimelineEventBody } from '../schemas/case.ts';

export function timelineOf(revisions: readonly LoggedRevision[]): TimelineEventBody[] {
  return revisions.flatMap((revision) => revision.events.map((event, index) => eventView(revision, event, index + 1)));
}

function eventView(revision: LoggedRevision, event: CaseEvent, seq: number): TimelineEventBody {
  const { type, at, actor, ...data } = event;
  const { rulebook, ...facts } = data as Record<string, unknown> & { rulebook?: { policy: { id: string; version: number } } };
  return {
    revision: revision.revision,
    episode: revision.episode,
    seq,
    at: toIso(at),
    type,
    actor: { kind: actor.kind, id: actor.id, roles: [...actor.roles] },
    data: { ...readableFacts(facts), ...(rulebook === undefined ? {} : { policy: `${rulebook.policy.id}@${rulebook.policy.version}` }) },
  };
}
