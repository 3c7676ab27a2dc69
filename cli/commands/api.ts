/** `cli api`: one API process, configured by the environment. */
import { readApiConfig } from '../../api/config.ts';
import { runApi } from '../../api/server.ts';
import type { Environment } from '../config.ts';
import { endWithParent } from '../start/parent.ts';

/** Runs until a signal ends it. */
export async function api(env: Environment): Promise<void> {
  endWithParent();
  await runApi(readApiConfig(env));
}
