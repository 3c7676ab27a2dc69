/** Events as facts a person can read: instants in ISO, a pinned rulebook by its name. */
import type { CaseEvent, EventOf } from '../../domain/case/events.ts';
import { policyLabel } from '../../domain/sla/rulebook.ts';
import type { LoggedRevision } from '../../db/repositories/stored-events.ts';
import { readableFacts, toIso } from '../instants.ts';
import type { TimelineEventBody } from '../schemas/case.ts';
import { movedView } from './policies.ts';

export function timelineOf(revisions: readonly LoggedRevision[]): TimelineEventBody[] {
  return revisions.flatMap((revision) => revision.events.map((event, index) => eventView(revision, event, index + 1)));
}

function eventView(revision: LoggedRevision, event: CaseEvent, seq: number): TimelineEventBody {
  const { type, at, actor, ...data } = event;
  const { rulebook, moved, ...facts } = data as Record<string, unknown> & Partial<Pick<EventOf<'rebased'>, 'rulebook' | 'moved'>>;
  return {
    revision: revision.revision,
    episode: revision.episode,
    seq,
    at: toIso(at),
    type,
    actor: { kind: actor.kind, id: actor.id, roles: [...actor.roles] },
    data: {
      ...readableFacts(facts),
      ...(rulebook === undefined ? {} : { policy: policyLabel(rulebook.policy) }),
      ...(moved === undefined ? {} : { moved: moved.map(movedView) }),
    },
  };
}
