/** The product as a person runs it, on a folder of its own: started, hit with `kill -9` in every part, started again, verified. */
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDevIssuer } from '../../api/dev-issuer.ts';
import { dataDirectory, findSystem, type SystemRecord } from '../../cli/config.ts';
import { freePort } from '../../cli/embedded/free-port.ts';
import { sendSignal } from '../../cli/embedded/process-identity.ts';
import { startAsChild, type StartedChild } from '../../cli/start/started-child.ts';
import type { Caller } from './ledger.ts';

export const PARTS = ['worker', 'api', 'temporal', 'postgres'] as const;
/** What can be killed: one part, or everything at once. */
export type Victim = (typeof PARTS)[number] | 'stack';

export interface Product {
  readonly url: () => string;
  readonly token: (caller: Caller) => string;
  readonly record: () => Promise<SystemRecord>;
  /** Without a word. A part is started again by the supervisor; the stack by us. */
  readonly kill: (victim: Victim, onKilled: () => void) => Promise<void>;
  /** Every part is there again and says so. */
  readonly untilReady: (withinMs: number) => Promise<boolean>;
  /** Exit code and output of `cli verify` on the running product. */
  readonly verify: () => Promise<{ readonly code: number; readonly output: string }>;
  readonly stop: () => Promise<void>;
}

export interface ProductOptions {
  readonly directory: string;
  /** Divides every budget: promises break within the run. */
  readonly speed: number;
  readonly callers: readonly Caller[];
}

const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');
const POLL_MS = 100;

export async function startProduct({ directory, speed, callers }: ProductOptions): Promise<Product> {
  const data = dataDirectory(directory, {});
  const log = join(directory, 'faults.log');
  const port = await freePort();
  const start = (): Promise<StartedChild> =>
    startAsChild({ directory, env: process.env, port, speed, report: (line) => appendFileSync(log, `${new Date().toISOString()} ${line}\n`) });
  const issuer = await createDevIssuer(directory);
  const tokens = new Map<string, string>();
  for (const { sub, roles, municipi } of callers) tokens.set(sub, await issuer.mintToken({ role: roles, municipio: municipi, sub }));
  let child = await start();

  const record = async (): Promise<SystemRecord> => {
    const found = await findSystem(data);
    if (found === null) throw new Error('The product has no record of itself');
    return found;
  };

  return {
    url: () => child.url,
    token: ({ sub }) => tokens.get(sub) ?? '',
    record,
    async kill(victim, onKilled) {
      const { pids } = await record();
      if (victim === 'stack') await child.kill();
      for (const part of victim === 'stack' ? PARTS : [victim]) killPart(pids[part]);
      onKilled();
      if (victim !== 'stack') return;
      child = await start();
    },
    async untilReady(withinMs) {
      const { url, workerHealthUrl } = await record();
      const probes = [`${url}/readyz`, `${workerHealthUrl}/readyz`];
      for (const until = Date.now() + withinMs; Date.now() < until; await sleep(POLL_MS)) {
        if ((await Promise.all(probes.map(answers))).every(Boolean)) return true;
      }
      return false;
    },
    verify: () => runCli(['verify', '--data', directory, '--in-flight', '15', '--settle', '30']),
    stop: () => child.stop(),
  };
}

function killPart(pid: number | undefined): void {
  if (pid === undefined) throw new Error('The product names no such process');
  sendSignal(pid, 'SIGKILL');
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).status === 200;
  } catch {
    return false;
  }
}

async function runCli(args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...args], { env: process.env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => resolve({ code: 1, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
