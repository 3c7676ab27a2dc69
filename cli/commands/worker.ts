/** `cli worker`: one worker process, configured by the environment. */
import { workerConfig } from '../../worker/config.ts';
import { runWorker } from '../../worker/main.ts';
import type { Environment } from '../config.ts';
import { keepCompiledCode } from '../start/compiled-code.ts';
import { endWithParent } from '../start/parent.ts';

/** Runs until a signal ends it. */
export async function worker(env: Environment): Promise<void> {
  endWithParent();
  keepCompiledCode();
  await runWorker(workerConfig(env));
}
