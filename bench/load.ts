/** Plays lifecycles against a target: by a number of clients, each starting a case when its last is closed, or at a rate whatever the answers. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpClient, HttpRequest } from './http-client.ts';
import { createLatencies, type Latencies, type LatencySummary } from './latency.ts';
import { LIFECYCLE, type Target } from './target.ts';

/** `reads`: a case and a list are read after every command. */
export type Load =
  | { readonly kind: 'closed'; readonly clients: number; readonly reads?: boolean }
  | { readonly kind: 'offered'; readonly casesPerSecond: number; readonly reads?: boolean };

/** No case starts after either is reached; those under way end. */
export interface Bounds {
  readonly seconds: number;
  readonly cases: number;
  /** The same at its abortion. @default none */
  readonly signal?: AbortSignal;
}

export interface LoadResult {
  readonly caseIds: readonly string[];
  /** Cases that ended early, by what was answered. */
  readonly failures: Readonly<Record<string, number>>;
  /** Cases of an offered rate that were not started because too many were under way. */
  readonly skipped: number;
  /** From the first request to the last answer. */
  readonly elapsedMs: number;
  readonly commands: Readonly<Record<string, LatencySummary>>;
  readonly allCommands: LatencySummary;
  readonly reads: Readonly<Record<string, LatencySummary>>;
}

/** More than this under way means that the rate is not carried: the rest is counted as skipped instead of piling up. */
const MOST_UNDER_WAY = 200;

/** Plays the load within its bounds. */
export async function playLoad(target: Target, client: HttpClient, load: Load, bounds: Bounds): Promise<LoadResult> {
  const play = new Play(target, client, load.reads === true);
  const started = performance.now();
  if (load.kind === 'closed') await closedLoop(play, load.clients, bounds);
  else await offeredRate(play, load.casesPerSecond, bounds);
  return play.result(performance.now() - started);
}

/** A readable name: `8 clients`, `3 cases/s`, `3 cases/s with reads`. */
export function loadName(load: Load): string {
  const base = load.kind === 'offered' ? `${load.casesPerSecond} cases/s` : load.clients === 1 ? '1 client' : `${load.clients} clients`;
  return load.reads === true ? `${base} with reads` : base;
}

async function closedLoop(play: Play, clients: number, bounds: Bounds): Promise<void> {
  const until = performance.now() + bounds.seconds * 1_000;
  let started = 0;
  const one = async (): Promise<void> => {
    while (performance.now() < until && bounds.signal?.aborted !== true && started++ < bounds.cases) await play.lifecycle();
  };
  await Promise.all(Array.from({ length: clients }, one));
}

async function offeredRate(play: Play, casesPerSecond: number, bounds: Bounds): Promise<void> {
  const begun = performance.now();
  const count = Math.max(1, Math.min(bounds.cases, Math.floor(bounds.seconds * casesPerSecond)));
  const underWay = new Set<Promise<void>>();
  for (let index = 0; index < count; index++) {
    // Due times come from the start, so that a late start of one case does not delay the rest.
    await sleep(Math.max(0, begun + (index * 1_000) / casesPerSecond - performance.now()));
    if (bounds.signal?.aborted === true) break;
    if (underWay.size >= MOST_UNDER_WAY) {
      play.skipped += 1;
      continue;
    }
    const life = play.lifecycle().finally(() => underWay.delete(life));
    underWay.add(life);
  }
  await Promise.all(underWay);
}

/** Why a case ended early: what was answered, as a key to count by. */
class Refused extends Error {}

class Play {
  skipped = 0;
  readonly #target: Target;
  readonly #client: HttpClient;
  readonly #commands = createLatencies(LIFECYCLE);
  readonly #reads: Latencies | null;
  readonly #caseIds: string[] = [];
  readonly #failures: Record<string, number> = {};

  constructor(target: Target, client: HttpClient, withReads: boolean) {
    this.#target = target;
    this.#client = client;
    this.#reads = withReads && target.reads !== undefined ? createLatencies(target.reads('').map(({ name }) => name)) : null;
  }

  /** One case from opening to closure. Never throws: what went wrong is counted. */
  async lifecycle(): Promise<void> {
    try {
      let caseId = '';
      for (const command of LIFECYCLE) {
        const body = await this.#send(command, this.#target.request(command, caseId), this.#commands);
        if (command === 'open') caseId = this.#target.caseIdOf(body);
        if (this.#reads !== null) for (const read of this.#target.reads?.(caseId) ?? []) await this.#send(read.name, read.request, this.#reads);
      }
      this.#caseIds.push(caseId);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#failures[reason] = (this.#failures[reason] ?? 0) + 1;
    }
  }

  async #send(name: string, request: HttpRequest, latencies: Latencies): Promise<unknown> {
    const { status, body, ms } = await this.#client.send(this.#target.url, request);
    latencies.record(name, ms);
    if (status !== 200 && status !== 201) throw new Refused(`${name}: ${status} ${codeOf(body)}`.trim());
    return body;
  }

  result(elapsedMs: number): LoadResult {
    return {
      caseIds: this.#caseIds,
      failures: this.#failures,
      skipped: this.skipped,
      elapsedMs,
      commands: this.#commands.byName(),
      allCommands: this.#commands.together(),
      reads: this.#reads?.byName() ?? {},
    };
  }
}

/** The stable code of a problem, where there is one. */
function codeOf(body: unknown): string {
  return typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : '';
}
