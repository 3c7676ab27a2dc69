/** `cli api`: one API process, configured by the environment. */
import { ConfigInvalid, readApiConfig } from '../../api/config.ts';
import { runApi } from '../../api/server.ts';
import type { Environment } from '../config.ts';
import { createRulebookSource } from '../rulebook-source.ts';
import { endWithParent } from '../start/parent.ts';

/** Runs until a signal ends it. */
export async function api(env: Environment): Promise<void> {
  endWithParent();
  await runApi(readApiConfig(env), { rulebooks: createRulebookSource(speedOf(env)) });
}

/** `SPEED` divides every budget of the policy in force, for demonstrations. */
function speedOf({ SPEED: text }: Environment): number {
  const speed = Number(text === undefined || text === '' ? 1 : text);
  if (!Number.isFinite(speed) || speed < 1) throw new ConfigInvalid(['SPEED must be a number from 1 up']);
  return speed;
}
