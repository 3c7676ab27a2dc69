/** An embedded server kept running: started again on its port, with its data, when it ends by itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sendSignal } from '../embedded/process-identity.ts';
import type { Part, PartEvents } from './part.ts';
import { createRestartDelay, inWords } from './restart-delay.ts';

/** What the embedded servers have in common. */
export interface EmbeddedServer {
  readonly port: number;
  readonly pid: number;
  readonly exited: Promise<string>;
  readonly stop: () => Promise<void>;
}

export interface SupervisedServer<S extends EmbeddedServer> extends Part {
  /** As it was first started; its addresses hold for every later start. */
  readonly server: S;
}

/** Starts the server and keeps it running until `stop`. A first start that fails is the caller's; later ones are tried again. */
export async function superviseServer<S extends EmbeddedServer>(
  name: string,
  start: (port?: number) => Promise<S>,
  events: PartEvents,
): Promise<SupervisedServer<S>> {
  const delay = createRestartDelay();
  const wake = new AbortController();
  const first = await start();
  let current: S = first;
  events.onStarted(name, first.pid);

  const restart = async (how: string): Promise<void> => {
    const wait = delay.next();
    events.report(`${name} ended (${how}); starting it again ${inWords(wait)}`);
    await sleep(wait, undefined, { signal: wake.signal });
    // Gives its directory back: the next start claims it anew.
    await current.stop();
    delay.started();
    current = await start(first.port);
    events.onStarted(name, current.pid);
    // Asked to stop meanwhile: whoever asked has stopped the one before.
    if (wake.signal.aborted) await current.stop();
  };
  const kept = keepRunning(wake.signal, () => current.exited, restart);

  return {
    name,
    server: first,
    pid: () => current.pid,
    async stop() {
      wake.abort();
      await current.stop();
      await kept;
    },
    kill() {
      wake.abort();
      // Committed data survives it, as it survives a power cut.
      sendSignal(current.pid, 'SIGKILL');
    },
  };
}

/** Starts again what ended, until it is over; a start that fails is one more end. */
async function keepRunning(over: AbortSignal, exited: () => Promise<string>, restart: (how: string) => Promise<void>): Promise<void> {
  let how = await exited();
  while (!over.aborted) how = await restart(how).then(exited, (error: unknown) => (error instanceof Error ? error.message : String(error)));
}
