/** A case as a scenario looks at it: its row, its clocks by id, its alerts, and the timeline with each event's data beside its type. */
import type { ApiClient, Reply } from './api-client.ts';
import type { Person } from './people.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface CaseView {
  readonly etag: string | null;
  readonly case: Fields;
  /** By id; those of earlier episodes as `<episode>/<id>`. */
  readonly clocks: Readonly<Record<string, Fields>>;
  readonly alerts: readonly Fields[];
  readonly timeline: readonly Fields[];
}

/** The reader was refused, or the case is not there. */
export class CaseUnreadable extends Error {
  constructor(caseId: string, reply: Reply) {
    super(`case ${caseId} cannot be read: status ${reply.status} ${JSON.stringify(reply.body)}`);
    this.name = 'CaseUnreadable';
  }
}

/** Reads case and timeline; the timeline last, so that it holds at least what the case shows. */
export async function readCase(api: ApiClient, caseId: string, reader: Person): Promise<CaseView> {
  const reply = await api.send({ method: 'GET', path: `/api/v1/cases/${caseId}`, as: reader });
  if (reply.status !== 200) throw new CaseUnreadable(caseId, reply);
  const body = reply.body as Fields;
  return {
    etag: reply.etag,
    case: body,
    clocks: Object.fromEntries([
      ...list(body['clocks']).map((clock) => [String(clock['id']), clock] as const),
      ...list(body['pastClocks']).map((clock) => [`${String(clock['episode'])}/${String(clock['id'])}`, clock] as const),
    ]),
    alerts: list(body['alerts']),
    timeline: await readTimeline(api, caseId, reader),
  };
}

/** Every event so far, oldest first. */
export async function readTimeline(api: ApiClient, caseId: string, reader: Person): Promise<readonly Fields[]> {
  const events: Fields[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const reply = await api.send({ method: 'GET', path: `/api/v1/cases/${caseId}/timeline?limit=100${query}`, as: reader });
    if (reply.status !== 200) throw new CaseUnreadable(caseId, reply);
    const page = reply.body as { items: readonly Fields[]; next: string | null };
    events.push(...page.items.map(flatten));
    cursor = page.next;
  }
  return events;
}

/** What an event says about itself and what it says about the case, side by side. */
function flatten(event: Fields): Fields {
  const { data, ...about } = event;
  return { ...(data as Fields), ...about };
}

function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? (value as Fields[]) : [];
}
