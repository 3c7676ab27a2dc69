/**
 * `npm run histories [-- name...]`: plays every path on the dev server, and two months of a case on the time-skipping one, and writes their histories to
 * test/fixtures/histories. Run it for a new path, not to silence a replay.
 */
import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { resolveTemporalBinary } from '../../cli/embedded/temporal-binaries.ts';
import { startTemporalServer } from '../../cli/embedded/temporal-server.ts';
import { loadWorkflowBundle } from '../../worker/bundle.ts';
import { createHarness, type RunningCase } from './case-harness.ts';
import { playRebaseBatch, REBASE_BATCH } from './recorded-batch.ts';
import { playTelling, TELLING } from './recorded-telling.ts';
import { RECORDED_PATHS } from './recorded-paths.ts';
import { liveSixtyDays, SIXTY_DAYS } from './sixty-days.ts';

const ROOT = join(import.meta.dirname, '..', '..', '/');
const FOLDER = join(import.meta.dirname, '..', 'fixtures', 'histories');
/** In place of this machine's name. */
const IDENTITY = 'recorder';

async function save(name: string, client: Client, workflowId: string, runId: string): Promise<void> {
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  // Stack traces in failures name the folder of the checkout: not a fact about the case.
  const text = historyToJSON(history).replaceAll(ROOT, '');
  await writeFile(join(FOLDER, `${name}.json`), `${JSON.stringify(JSON.parse(text), null, 1)}\n`);
}

/** The first run and all it continued as. */
async function* runsOf(client: Client, { workflowId, firstExecutionRunId }: RunningCase['handle']): AsyncGenerator<string> {
  for (let runId: string | null | undefined = firstExecutionRunId; runId; ) {
    yield runId;
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
}

/** A run that continued as new is several histories. */
async function saveRuns(name: string, client: Client, { handle }: RunningCase): Promise<void> {
  const runs: string[] = [];
  for await (const runId of runsOf(client, handle)) runs.push(runId);
  for (const [index, runId] of runs.entries()) await save(runs.length === 1 ? name : `${name}-${index + 1}`, client, handle.workflowId, runId);
}

async function recordAll(address: string, names: readonly string[]): Promise<void> {
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const client = new Client({ connection, identity: IDENTITY });
  const { bundle } = await loadWorkflowBundle();
  for (const [name, path] of Object.entries(RECORDED_PATHS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const engine = await createHarness({ client, connection: native, bundle, now: () => Promise.resolve(Date.now()), identity: IDENTITY });
    await saveRuns(name, client, await path(engine)).finally(() => engine.stop());
    process.stdout.write(`${name}\n`);
  }
  if (names.length === 0 || names.includes(REBASE_BATCH)) {
    const { workflowId, runIds } = await playRebaseBatch({ client, connection: native, bundle, identity: IDENTITY, directory });
    for (const [index, runId] of runIds.entries()) await save(`${REBASE_BATCH}-${index + 1}`, client, workflowId, runId);
    process.stdout.write(`${REBASE_BATCH}\n`);
  }
  if (names.length === 0 || names.includes(TELLING)) {
    for (const { name, workflowId, runId } of await playTelling({ client, connection: native, bundle, identity: IDENTITY }))
      await save(name, client, workflowId, runId);
    process.stdout.write(`${TELLING}\n`);
  }
  await native.close();
  await connection.close();
}

/** Months do not fit the dev server: its time is ours. */
async function recordSkipped(names: readonly string[]): Promise<void> {
  if (names.length > 0 && !names.includes(SIXTY_DAYS)) return;
  const { path } = await resolveTemporalBinary('temporal-test-server', { env: process.env });
  const env = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } });
  const client = new Client({ connection: env.connection, identity: IDENTITY });
  const { bundle } = await loadWorkflowBundle();
  const now = () => env.currentTimeMs();
  const engine = await createHarness({ client, connection: env.nativeConnection, bundle, now, identity: IDENTITY });
  try {
    const { episodes } = await liveSixtyDays({ ...engine, env });
    let count = 0;
    for (const { handle } of episodes) {
      for await (const runId of runsOf(client, handle)) await save(`${SIXTY_DAYS}-${++count}`, client, handle.workflowId, runId);
    }
    process.stdout.write(`${SIXTY_DAYS}\n`);
  } finally {
    await engine.stop();
    await env.teardown();
  }
}

Runtime.install({ logger: new DefaultLogger('ERROR', () => {}) });
const directory = await mkdtemp(join(tmpdir(), 'secondo-livello-histories-'));
const server = await startTemporalServer({ directory, env: process.env, durable: false });
try {
  await mkdir(FOLDER, { recursive: true });
  await recordAll(server.address, process.argv.slice(2));
  await recordSkipped(process.argv.slice(2));
} finally {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}
