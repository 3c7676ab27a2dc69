/** The master key of an embedded system: made with its first start, and never in place of one that was lost. */
import { existsSync } from 'node:fs';
import { createDatabase } from '../../db/knex.ts';
import { ensureKeyFile } from '../../db/protection/key-file.ts';
import type { KeySettings } from '../../db/protection/key-source.ts';
import { readKeyUse } from '../../db/repositories/household-upkeep.ts';
import { CliError, EXIT } from '../errors.ts';

/** Returns whether a key was made. Throws `CliError` where the database holds what a lost key sealed. */
export async function prepareKeys(databaseUrl: string, { masterKeys, file }: KeySettings): Promise<boolean> {
  if (masterKeys !== null || existsSync(file)) return false;
  const lost = await keysInUse(databaseUrl);
  if (lost.length > 0) {
    throw new CliError(
      `${file} is gone, and the database holds people's data sealed with ${lost.join(', ')}.`,
      'Put the key file back from its copy: without it those data cannot be read, and a new key would not open them.',
      EXIT.config,
    );
  }
  return ensureKeyFile(file, Date.now());
}

async function keysInUse(url: string): Promise<readonly string[]> {
  const knex = createDatabase({ url, applicationName: 'secondo-livello start', poolSize: 2 });
  try {
    return (await readKeyUse(knex)).map(({ keyId }) => keyId);
  } finally {
    await knex.destroy();
  }
}
