/** Starts a baseline in processes of its own, API and worker apart as the product runs, so that their CPU can be told apart. */
import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { CountedProcess } from '../cpu.ts';
import type { Target } from '../target.ts';
import { naiveWorkflowId } from './naive.ts';
import { prototypeWorkflowId } from './prototype.ts';

export const BASELINES = ['prototype', 'naive', 'floor'] as const;
export type BaselineName = (typeof BASELINES)[number];

/** The servers a baseline runs on: the same the product uses. */
export interface BaselineConfig {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly taskQueue: string;
}

export interface RunningBaseline {
  readonly target: Target;
  readonly stop: () => Promise<void>;
}

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

/** Starts the baseline and waits until it serves. `shared`: the servers whose CPU counts too. */
export async function startBaseline(
  name: BaselineName,
  servers: Omit<BaselineConfig, 'taskQueue'>,
  shared: readonly CountedProcess[],
): Promise<RunningBaseline> {
  const config: BaselineConfig = { ...servers, taskQueue: `bench-${name}-${randomUUID()}` };
  const children: ChildProcess[] = [];
  const stop = async (): Promise<void> => void (await Promise.all(children.map(endChild)));
  try {
    const starting = (name === 'floor' ? ['api'] : ['api', 'worker']).map((part) => {
      const child = fork(MAIN, [name, part, JSON.stringify(config)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      children.push(child);
      return ready(child, `${name} ${part}`).then((url) => ({ name: part, pid: child.pid!, url }));
    });
    const parts = await Promise.all(starting);
    const own = parts.map((part) => ({ name: part.name, pid: part.pid }));
    return { target: baselineTarget(name, parts[0]?.url ?? '', [...own, ...shared.filter((one) => name !== 'floor' || one.name === 'postgres')]), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** How a baseline is spoken to. */
export function baselineTarget(name: BaselineName, url: string, processes: readonly CountedProcess[]): Target {
  const workflowIds = { prototype: prototypeWorkflowId, naive: naiveWorkflowId, floor: null };
  return {
    name,
    url,
    request: (command, caseId) => ({
      method: 'POST',
      path: command === 'open' ? '/cases' : `/cases/${caseId}/${command}`,
      headers: { 'idempotency-key': randomUUID() },
    }),
    caseIdOf: (body) => (body as { caseId: string }).caseId,
    workflowIdOf: workflowIds[name],
    processes,
  };
}

async function ready(child: ChildProcess, what: string): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve((message as { ready: string }).ready));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`baseline ${what} ended before it was ready (code ${code ?? 'none'})`)));
  });
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  if (child.connected) child.disconnect();
  await gone;
}
