/** `keys` and what is below it, on the command line. */
import { Command } from 'commander';
import type { DataDirectory, Environment } from './config.ts';
import { command, type Shared } from './options.ts';

/** What the commands of the program share. */
export interface KeysCommandDeps {
  readonly data: (options: Shared) => DataDirectory;
  readonly databaseUrl: (options: Shared) => Promise<string>;
  readonly env: Environment;
  readonly say: (text: string) => void;
}

export function keysCommand({ data, databaseUrl, env, say }: KeysCommandDeps): Command {
  const create = command('create', 'make the key file of the data directory, where there is none').action(async (options: Shared) => {
    const module = await import('./commands/keys.ts');
    module.createKeys(module.keySettings(data(options), env), say);
  });
  const list = command('list', 'what each key of the ring still holds').action(async (options: Shared) => {
    const module = await import('./commands/keys.ts');
    await module.listKeys(await databaseUrl(options), module.keySettings(data(options), env), say);
  });
  const rotate = command('rotate', 'bring every household to a new master key; cut off, it goes on where it was').action(async (options: Shared) => {
    const module = await import('./commands/keys.ts');
    await module.rotateKeys(await databaseUrl(options), module.keySettings(data(options), env), say);
  });
  return new Command('keys')
    .description('the master keys of people’s data (docs/explanation/protected-data.md)')
    .addCommand(create)
    .addCommand(list)
    .addCommand(rotate);
}
