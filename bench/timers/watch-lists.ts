/**
 * What people see while a burst is worked off: the list of overdue cases, read page after page. Whatever has been recorded by then, it must hold every case
 * whose promise is due at the instant of the list, with that clock shown as overdue, and none that is not due yet.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpClient } from '../http-client.ts';
import { createLatencies, type LatencySummary } from '../latency.ts';
import { MUNICIPIO, type RunningProduct } from '../product.ts';
import { CLOCK } from './parking.ts';

export interface WatchedLists {
  /** Walks through the whole list. */
  readonly passes: number;
  /** Overdue clocks looked for, over all walks. */
  readonly looked: number;
  /** Of those, not shown, or not as overdue. */
  readonly missing: number;
  /** Shown as overdue before they were due. */
  readonly early: number;
  /** From the first due instant to the instant of the first list, and until that was read to its end. */
  readonly firstAskedMs: number;
  readonly firstReadMs: number;
  readonly pages: LatencySummary;
}

interface Page {
  readonly items: readonly { readonly caseId: string; readonly clocks: readonly { readonly name: string; readonly overdue: boolean }[] }[];
  readonly next: string | null;
}

/** Between two pages after the first walk: the lists must be read, not be the load. */
const PAUSE_MS = 250;
const NAME = 'page';

/** Reads until `done`. `due`: the instant of each case. */
export async function watchLists(product: RunningProduct, http: HttpClient, due: ReadonlyMap<string, number>, done: () => boolean): Promise<WatchedLists> {
  const startsAt = Math.min(...due.values());
  const latencies = createLatencies([NAME]);
  const found = { passes: 0, looked: 0, missing: 0, early: 0, firstAskedMs: 0, firstReadMs: 0 };
  do {
    const asOf = Date.now();
    const shown = new Set<string>();
    for await (const { items } of pagesAt(product, http, asOf, found.passes === 0 ? 0 : PAUSE_MS, (ms) => latencies.record(NAME, ms))) {
      for (const { caseId, clocks } of items) if (clocks.some(({ name, overdue }) => name === CLOCK && overdue)) shown.add(caseId);
    }
    for (const [caseId, dueAt] of due) {
      if (dueAt <= asOf) found.looked += 1;
      if (dueAt <= asOf && !shown.has(caseId)) found.missing += 1;
      if (dueAt > asOf && shown.has(caseId)) found.early += 1;
    }
    if (found.passes === 0) [found.firstAskedMs, found.firstReadMs] = [asOf - startsAt, Date.now() - startsAt];
    found.passes += 1;
  } while (!done());
  return { ...found, pages: latencies.together() };
}

async function* pagesAt({ url, tokens }: RunningProduct, http: HttpClient, asOf: number, pauseMs: number, record: (ms: number) => void): AsyncGenerator<Page> {
  const query = `municipio=${MUNICIPIO}&overdue=true&limit=100&asOf=${encodeURIComponent(new Date(asOf).toISOString())}`;
  for (let cursor: string | null = ''; cursor !== null; ) {
    const path = `/api/v1/cases?${query}${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const { status, body, ms } = await http.send(url, { method: 'GET', path, headers: { authorization: `Bearer ${tokens.socialWorker}` } });
    if (status !== 200) throw new Error(`the list of overdue cases answered ${status} ${JSON.stringify(body).slice(0, 300)}`);
    record(ms);
    yield body as Page;
    cursor = (body as Page).next;
    await sleep(pauseMs);
  }
}
