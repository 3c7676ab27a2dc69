/**
 * Plays one scenario through the public API. The contract:
 * 1. Every run opens a case of its own with fresh keys and people: it can be repeated on the same data.
 * 2. After each step the case is read again and everything expected of it is checked; all differences are kept.
 * 3. What cannot go on (a command answered otherwise than expected, an event that never came) ends the scenario: the steps left are not played.
 */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { kebabCase } from '../../api/schemas/commands.ts';
import type { ApiClient, Reply, Request } from './api-client.ts';
import { readCase, readTimeline, type CaseView, type Fields } from './case-view.ts';
import { asEvent, checkStep } from './check.ts';
import { durationMs } from './duration.ts';
import type { Expect, Step } from './format.ts';
import { matches, type Difference, type MatchContext } from './match.ts';
import type { Scenario } from './parse.ts';
import { createCast, territoryOf, type Cast, type Person } from './people.ts';
import { scenarioPolicy } from './policy.ts';
import { resolveBody } from './values.ts';

export interface StepResult {
  readonly title: string;
  readonly status: number | null;
  readonly code: string | null;
  readonly events: readonly string[];
  readonly differences: readonly Difference[];
  readonly tookMs: number;
}

export interface ScenarioResult {
  readonly file: string;
  readonly title: string;
  readonly caseId: string | null;
  readonly steps: readonly StepResult[];
  /** Titles of the steps left when the scenario could not go on. */
  readonly notPlayed: readonly string[];
  readonly final: CaseView | null;
  readonly people: Readonly<Record<string, string>>;
  readonly ok: boolean;
  readonly tookMs: number;
}

const POLL_MS = 100;
const DEFAULT_WAIT = '10s';

/** A scenario being played. */
interface Stage {
  readonly api: ApiClient;
  readonly scenario: Scenario;
  readonly cast: Cast;
  readonly reader: Person;
  readonly known: Map<string, string>;
  caseId: string | null;
  view: CaseView | null;
  lastRequest: Request | null;
}

/** Plays a scenario to its end. Throws only when the system cannot be spoken to. */
export async function playScenario(scenario: Scenario, api: ApiClient): Promise<ScenarioResult> {
  const startedAt = Date.now();
  const stage = createStage(scenario, api);
  const steps: StepResult[] = [await timed('open', () => open(stage))];
  const going = () => steps.every((step) => !step.differences.some(endsIt));
  let played = 0;
  for (const step of scenario.steps) {
    if (stage.caseId === null || !going()) break;
    steps.push(await timed(titleOf(step), () => playStep(stage, step)));
    played++;
  }
  const notPlayed = scenario.steps.slice(played).map(titleOf);
  return {
    file: scenario.file,
    title: scenario.title,
    caseId: stage.caseId,
    steps,
    notPlayed,
    final: stage.view,
    people: Object.fromEntries(stage.known),
    ok: notPlayed.length === 0 && steps.every((step) => step.differences.length === 0),
    tookMs: Date.now() - startedAt,
  };
}

function createStage(scenario: Scenario, api: ApiClient): Stage {
  const known = new Map<string, string>();
  const cast = createCast(scenario.people ?? {}, scenario.call, randomUUID().slice(0, 8));
  const recording: Cast = (label) => {
    const person = cast(label);
    known.set(person.sub, `@${label}`);
    return person;
  };
  return { api, scenario, cast: recording, reader: recording('manager'), known, caseId: null, view: null, lastRequest: null };
}

/** Registers the scenario's policy, if it has one. */
async function publishPolicy({ api, scenario, cast }: Stage): Promise<Reply | null> {
  if (scenario.policy === undefined) return null;
  const policy = scenarioPolicy(`scenario-${basename(scenario.file, '.json')}`, scenario.policy);
  return api.send({ method: 'POST', path: '/api/v1/dev/policies', as: cast('operator'), body: { policy }, key: randomUUID() });
}

async function open(stage: Stage): Promise<Played> {
  const { call, open: opening } = stage.scenario;
  const published = await publishPolicy(stage);
  if (published !== null && published.status >= 300) return observe(stage, published, { status: 201 }, Date.now());
  const policy = published === null ? null : String((published.body as Fields)['policy']);
  const body = {
    urgency: call.urgency,
    primaryNeed: call.primary_category,
    otherNeeds: call.other_categories ?? [],
    redFlags: call.red_flags ?? [],
    circumstances: call.circumstances ?? [],
    municipio: territoryOf(call),
    ...(policy === null ? {} : { policy }),
    ...opening?.with,
  };
  const request = { method: 'POST' as const, path: '/api/v1/cases', as: stage.cast(opening?.as ?? 'operator'), body, key: randomUUID() };
  return playRequest(stage, request, opening?.expect ?? {});
}

async function playStep(stage: Stage, step: Step): Promise<Played> {
  if (step.repeat === true && stage.lastRequest !== null) return playRequest(stage, stage.lastRequest, step.expect ?? {});
  if (step.wait !== undefined) return playWait(stage, step);
  if (step.do === undefined) return observe(stage, null, step.expect ?? {}, Date.now());
  const body = resolveBody(step.with ?? {}, stage.cast, Date.now());
  const path = `/api/v1/cases/${stage.caseId}/${kebabCase(step.do)}`;
  const request = { method: 'POST' as const, path, as: stage.cast(step.as ?? ''), body, key: randomUUID(), ifMatch: etagFor(step, stage.view) };
  return playRequest(stage, request, step.expect ?? {});
}

async function playRequest(stage: Stage, request: Request, expected: Expect): Promise<Played> {
  const sentAt = Date.now();
  stage.lastRequest = request;
  const reply = await stage.api.send(request);
  const answered = (reply.body as { caseId?: unknown } | null)?.caseId;
  if (stage.caseId === null && reply.status < 300 && typeof answered === 'string') stage.caseId = answered;
  return observe(stage, reply, expected, sentAt);
}

/** Waits some seconds, or until the timeline has the event (`times` of them) after what the step before saw. */
async function playWait(stage: Stage, { wait, expect = {} }: Step): Promise<Played> {
  const startedAt = Date.now();
  if (wait?.seconds !== undefined) await sleep(wait.seconds * 1_000);
  if (wait?.event === undefined) return observe(stage, null, expect, startedAt);
  const wanted = asEvent(wait.event);
  const context = contextOf(stage, startedAt);
  const seen = stage.view?.timeline.length ?? 0;
  const until = startedAt + durationMs(wait.within ?? DEFAULT_WAIT);
  for (;;) {
    const events = (await readTimeline(stage.api, stage.caseId ?? '', stage.reader)).slice(seen);
    if (events.filter((event) => matches(wanted, event, context)).length >= (wait.times ?? 1)) return observe(stage, null, expect, startedAt);
    if (Date.now() >= until) {
      const missing = {
        path: '/wait',
        expected: wanted,
        actual: `not within ${wait.within ?? DEFAULT_WAIT}; new events: ${typesOf(events).join(', ') || 'none'}`,
      };
      const observed = await observe(stage, null, expect, startedAt);
      return { ...observed, differences: [missing, ...observed.differences] };
    }
    await sleep(POLL_MS);
  }
}

type Played = Omit<StepResult, 'title' | 'tookMs'>;

async function observe(stage: Stage, reply: Reply | null, expected: Expect, now: number): Promise<Played> {
  const before = stage.view;
  if (stage.caseId !== null) stage.view = await readCase(stage.api, stage.caseId, stage.reader);
  const events = (stage.view?.timeline ?? []).slice(before?.timeline.length ?? 0);
  const found = checkStep(expected, { reply, before, after: stage.view, events }, contextOf(stage, now));
  const code = reply !== null && reply.status >= 400 ? ((reply.body as { code?: string } | null)?.code ?? null) : null;
  return { status: reply?.status ?? null, code, events: typesOf(events), differences: found };
}

function contextOf(stage: Stage, now: number): MatchContext {
  return { now, personId: (label) => stage.cast(label).sub };
}

/** The revision the caller says to have seen: what the last step showed, unless the step tries another. */
function etagFor({ ifMatch = 'current' }: Step, view: CaseView | null): string | null {
  if (ifMatch === 'none') return null;
  if (ifMatch === 'current') return view?.etag ?? null;
  if (ifMatch === 'stale') return view?.etag?.replace(/\d+/, (revision) => String(Number(revision) - 1)) ?? null;
  return `"${ifMatch}"`;
}

function titleOf(step: Step): string {
  if (step.title !== undefined) return step.title;
  if (step.do !== undefined) return `${step.do} by ${step.as ?? ''}`;
  if (step.repeat === true) return 'the same again, with the same key';
  if (step.wait?.seconds !== undefined) return `wait ${step.wait.seconds} s`;
  return step.wait?.event === undefined ? 'look' : `wait for ${String(asEvent(step.wait.event)['type'])}`;
}

function typesOf(events: readonly Fields[]): string[] {
  return events.map((event) => String(event['type']));
}

function endsIt(difference: Difference): boolean {
  return ['/status', '/problem', '/wait'].some((place) => difference.path === place || difference.path === '/problem/code');
}

async function timed(title: string, work: () => Promise<Played>): Promise<StepResult> {
  const startedAt = Date.now();
  const played = await work();
  return { title, ...played, tookMs: Date.now() - startedAt };
}
