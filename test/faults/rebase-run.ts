/**
 * A batch of rebases whose worker is killed (kill -9) while it is at work, as often as asked, then started again. What must hold afterwards: every case was
 * rebased, each once, by the log and not only by the figures of the batch.
 */
import { randomUUID } from 'node:crypto';
import type { Stage } from '../integration/faults/stage.ts';
import { eventually } from '../support/case-harness.ts';

export interface RebaseRunOptions {
  readonly cases: number;
  /** Shares of the cases done at which the worker is killed. */
  readonly killAt: readonly number[];
}

export interface KillOfWorker {
  /** Cases the batch had counted, and cases the log had, when it was killed. */
  readonly counted: number;
  readonly logged: number;
  /** From the start of the next worker to the next case done. */
  readonly resumedAfterMs: number;
}

export interface RebaseRunReport {
  readonly cases: number;
  readonly kills: readonly KillOfWorker[];
  /** From the request to the end, kills included. */
  readonly seconds: number;
  readonly batch: {
    readonly status: string;
    readonly total: number;
    readonly done: number;
    readonly moved: number;
    readonly unchanged: number;
    readonly failed: number;
  };
  /** By the log: cases rebased once, more than once, never. */
  readonly once: number;
  readonly more: number;
  readonly never: number;
  /** What `verify` finds. */
  readonly violations: readonly string[];
}

const PATIENCE_MS = 60_000;
const OPENED_AT_ONCE = 8;

/** The stage has no worker yet. */
export async function rebaseUnderKill(stage: Stage, { cases, killAt }: RebaseRunOptions): Promise<RebaseRunReport> {
  await stage.startWorker();
  for (let opened = 0; opened < cases; opened += OPENED_AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(OPENED_AT_ONCE, cases - opened) }, () => open(stage)));
  }
  const startedAt = performance.now();
  const started = await stage.post('admin', '/admin/rebases', { filter: { policies: ['test@1'] } });
  if (started.status !== 202) throw new Error(`the batch was answered ${started.status}`);
  const batchId = String(started.body['batchId']);
  const kills: KillOfWorker[] = [];
  for (const share of killAt) kills.push(await killAndGoOn(stage, batchId, Math.floor(cases * share)));
  const batch = await eventually(async () => ended(await read(stage, batchId)), 10 * PATIENCE_MS);
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  return { cases, kills, seconds, batch, ...(await countsInLog(stage, cases)), violations: await stage.violations() };
}

/** A loaded API asks to come back later: with the same key it is one case. */
async function open(stage: Stage): Promise<void> {
  const key = randomUUID();
  await eventually(async () => {
    const { status } = await stage.post('operator', '/cases', { urgency: 'yellow', primaryNeed: 'ISOLATION', municipio: '6' }, key);
    if (status !== 201) throw new Error(`opening answered ${status}`);
  }, PATIENCE_MS);
}

async function killAndGoOn(stage: Stage, batchId: string, least: number): Promise<KillOfWorker> {
  await eventually(async () => assertAtLeast((await read(stage, batchId)).done, least), 10 * PATIENCE_MS);
  await stage.killWorkers();
  const counted = (await read(stage, batchId)).done;
  const logged = (await countsInLog(stage, 0)).once;
  const startedAt = performance.now();
  await stage.startWorker();
  await eventually(async () => assertAtLeast((await read(stage, batchId)).done, counted + 1), PATIENCE_MS);
  return { counted, logged, resumedAfterMs: Math.round(performance.now() - startedAt) };
}

async function read(stage: Stage, batchId: string): Promise<RebaseRunReport['batch']> {
  const { body } = await eventually(async () => {
    const answer = await stage.get('admin', `/admin/rebases/${batchId}`);
    if (answer.status !== 200) throw new Error(`the batch was answered ${answer.status}`);
    return answer;
  }, PATIENCE_MS);
  const { status: state, total, done, moved, unchanged, failed } = body as unknown as RebaseRunReport['batch'];
  return { status: state, total, done, moved, unchanged, failed };
}

async function countsInLog({ knex }: Stage, cases: number): Promise<Pick<RebaseRunReport, 'once' | 'more' | 'never'>> {
  const rows = await knex('case_event').where('type', 'rebased').groupBy('case_id').count<{ count: number }[]>('* as count');
  const once = rows.filter(({ count }) => count === 1).length;
  return { once, more: rows.length - once, never: cases - rows.length };
}

function ended(batch: RebaseRunReport['batch']): RebaseRunReport['batch'] {
  if (batch.status !== 'done') throw new Error(`the batch is ${batch.status} at ${batch.done} of ${batch.total}`);
  return batch;
}

function assertAtLeast(done: number, least: number): void {
  if (done < least) throw new Error(`${done} done, ${least} waited for`);
}
