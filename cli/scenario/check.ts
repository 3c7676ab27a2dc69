/** What a step expects, held against what was observed after it. */
import type { Expect } from './format.ts';
import { differences, type Difference, type MatchContext } from './match.ts';
import type { Reply } from './api-client.ts';
import type { CaseView } from './case-view.ts';

export interface Observed {
  /** The answer to the step's command; null for a step that only waits or looks. */
  readonly reply: Reply | null;
  readonly before: CaseView | null;
  readonly after: CaseView | null;
  /** What the timeline gained since the step before. */
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

/** Every difference of a step. A command without an expected status must succeed. */
export function checkStep(expected: Expect, observed: Observed, context: MatchContext): Difference[] {
  return [...checkReply(expected, observed, context), ...checkCase(expected, observed, context)];
}

function checkReply(expected: Expect, { reply, before, after }: Observed, context: MatchContext): Difference[] {
  if (reply === null) return [];
  const found: Difference[] = [];
  if (expected.status !== undefined && expected.status !== reply.status) found.push({ path: '/status', expected: expected.status, actual: refusal(reply) });
  if (expected.status === undefined && expected.problem === undefined && reply.status >= 300)
    found.push({ path: '/status', expected: 'success', actual: refusal(reply) });
  if (expected.problem !== undefined) {
    if (reply.status < 400) found.push({ path: '/problem', expected: expected.problem, actual: `no problem: status ${reply.status}` });
    else found.push(...differences(expected.problem, reply.body, context, '/problem'));
  }
  if (expected.answer !== undefined) found.push(...differences(expected.answer, reply.body, context, '/answer'));
  if (expected.etag !== undefined) {
    const changed = before?.etag !== after?.etag ? 'changed' : 'unchanged';
    if (changed !== expected.etag)
      found.push({ path: '/etag', expected: expected.etag, actual: `${changed}: ${before?.etag ?? 'none'} -> ${after?.etag ?? 'none'}` });
  }
  return found;
}

function checkCase(expected: Expect, { after, events }: Observed, context: MatchContext): Difference[] {
  const found: Difference[] = [];
  if (expected.events !== undefined) {
    const types = events.map((event) => event['type']);
    const same = types.length === expected.events.length;
    if (same) found.push(...differences(expected.events.map(asEvent), events, context, '/events'));
    else found.push({ path: '/events', expected: expected.events.map((event) => asEvent(event)['type'] ?? event), actual: types });
  }
  if (expected.case !== undefined) found.push(...differences(expected.case, after?.case, context, '/case'));
  for (const [id, clock] of Object.entries(expected.clocks ?? {})) {
    const actual = after?.clocks[id];
    if (clock === null && actual !== undefined) found.push({ path: `/clocks/${id}`, expected: 'no such clock', actual });
    else if (clock !== null) found.push(...differences(clock, actual, context, `/clocks/${id}`));
  }
  if (expected.timeline !== undefined) found.push(...differences(expected.timeline, after?.timeline, context, '/timeline'));
  if (expected.alerts !== undefined) found.push(...differences(expected.alerts, after?.alerts, context, '/alerts'));
  return found;
}

/** An event written as its type alone. */
export function asEvent(event: string | Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return typeof event === 'string' ? { type: event } : event;
}

/** What the API says about a refusal, in one line. */
function refusal(reply: Reply): string {
  const problem = (typeof reply.body === 'object' && reply.body !== null ? reply.body : {}) as Record<string, unknown>;
  const { code, detail, errors } = problem;
  const parts = [code, detail, errors === undefined ? undefined : JSON.stringify(errors)];
  return [reply.status, ...parts.filter((part) => typeof part === 'string')].join(' ');
}
