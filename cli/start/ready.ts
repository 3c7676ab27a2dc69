/** When a first request would succeed: the API and the worker both say that they are ready. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError, EXIT } from '../errors.ts';

export interface Probe {
  readonly name: string;
  readonly url: string;
  readonly logFile: string;
}

const POLL_MS = 50;
const PROBE_TIMEOUT_MS = 3_000;
const READY_WITHIN_MS = 90_000;
const TELL_EVERY_MS = 15_000;
const TAIL_LINES = 15;

/** Waits for every probe to answer 200; throws with the last lines of the log of the one that does not. */
export async function untilReady(probes: readonly Probe[], stopped: () => boolean, report: (line: string) => void): Promise<void> {
  await Promise.all(probes.map((probe) => untilAnswers(probe, stopped, report)));
}

async function untilAnswers({ name, url, logFile }: Probe, stopped: () => boolean, report: (line: string) => void): Promise<void> {
  const startedAt = Date.now();
  let toldAt = startedAt;
  let last = 'no answer';
  while (Date.now() < startedAt + READY_WITHIN_MS) {
    if (stopped()) return;
    last = await ask(url);
    if (last === 'ready') return;
    if (Date.now() > toldAt + TELL_EVERY_MS) {
      toldAt = Date.now();
      report(`still waiting for the ${name} after ${Math.round((toldAt - startedAt) / 1_000)} s: ${last}`);
    }
    await sleep(POLL_MS);
  }
  throw new CliError(
    `The ${name} is not ready after ${READY_WITHIN_MS / 1_000} s (${last}). The end of ${logFile}:\n${await tail(logFile)}`,
    'Put right what the log says, then start again.',
    EXIT.unavailable,
  );
}

async function ask(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    const body = await response.text();
    return response.status === 200 ? 'ready' : `${response.status} ${body.slice(0, 300)}`;
  } catch (error) {
    return ((error as Error).cause as Error | undefined)?.message ?? (error as Error).message;
  }
}

/** The last lines of a log. */
export async function tail(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
}
