/** `cli api`: one API process, configured by the environment. */
import { publishedRulebooks } from '../../activities/published-rulebooks.ts';
import { readApiConfig } from '../../api/config.ts';
import { runApi } from '../../api/server.ts';
import { ConfigInvalid, type Environment } from '../../config/environment.ts';
import { keepCompiledCode } from '../start/compiled-code.ts';
import { endWithParent } from '../start/parent.ts';

/** Runs until a signal ends it. */
export async function api(env: Environment): Promise<void> {
  endWithParent();
  keepCompiledCode();
  const speed = speedOf(env);
  await runApi(readApiConfig(env), { rulebooks: (knex) => publishedRulebooks(knex, speed) });
}

/** `SPEED` divides every budget of the policy in force, for demonstrations. */
function speedOf({ SPEED: text }: Environment): number {
  const speed = Number(text === undefined || text === '' ? 1 : text);
  if (!Number.isFinite(speed) || speed < 1) throw new ConfigInvalid(['SPEED must be a number from 1 up']);
  return speed;
}
