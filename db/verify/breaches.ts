/** Invariant 4: a promise that is due is breached once, never early, and never after the case was closed. */
import { deriveClocks } from '../../domain/case/clocks.ts';
import type { EventOf } from '../../domain/case/events.ts';
import { isOpen, type CaseState } from '../../domain/case/state.ts';
import type { CaseRecord } from '../case-records.ts';
import type { Violation } from './violation.ts';

interface RecordedBreach {
  readonly episode: number;
  readonly afterClosure: boolean;
  readonly event: EventOf<'clockBreached'>;
}

/** Each clock due at or before `dueBefore` (the rest is in flight) of an open case has one breach event; all breach events are sound. */
export function checkBreaches(record: CaseRecord, state: CaseState, dueBefore: number): readonly Violation[] {
  const breaches = recordedBreaches(record);
  const times = new Map<string, number>();
  for (const { episode, event } of breaches) times.set(`${episode}:${event.clock}`, (times.get(`${episode}:${event.clock}`) ?? 0) + 1);
  const found: string[] = [];
  for (const { event, afterClosure } of breaches) {
    if (afterClosure) found.push(`${event.clock} breached after the case was closed`);
    if (event.detectedAt < event.dueAt || event.at < event.dueAt) found.push(`${event.clock} breached before it was due at ${event.dueAt}`);
  }
  for (const [key, count] of times) if (count > 1) found.push(`${key} breached ${count} times`);
  if (isOpen(state)) found.push(...missing(state, times, dueBefore));
  return found.map((what) => ({ invariant: 4, caseId: record.caseId, what }));
}

function missing(state: CaseState, times: ReadonlyMap<string, number>, dueBefore: number): string[] {
  return deriveClocks(state).flatMap(({ clock }) => {
    const due = clock.status === 'running' && clock.dueAt !== null && clock.dueAt <= dueBefore;
    return due && !times.has(`${state.episode}:${clock.id}`) ? [`${clock.id} was due at ${clock.dueAt} and has no breach`] : [];
  });
}

function recordedBreaches({ revisions }: CaseRecord): readonly RecordedBreach[] {
  const found: RecordedBreach[] = [];
  let episode = 1;
  let afterClosure = false;
  for (const event of revisions.flatMap(({ events }) => events)) {
    if (event.type === 'closed') afterClosure = true;
    if (event.type === 'reopened') [episode, afterClosure] = [event.episode, false];
    if (event.type === 'clockBreached') found.push({ episode, afterClosure, event });
  }
  return found;
}
