/** The `secondo-livello` command. Each command's code is loaded when it is asked for: `token` must not wait for a worker's libraries. */
import process from 'node:process';
import { Command, InvalidArgumentError } from 'commander';
import { dataDirectory, type DataDirectory } from './config.ts';
import { describeFailure } from './errors.ts';

interface Shared {
  readonly data?: string;
}

const env = process.env;

function say(text: string): void {
  process.stdout.write(text);
}

function data({ data: directory }: Shared): DataDirectory {
  return dataDirectory(directory, env);
}

function wholeNumber(least: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least) throw new InvalidArgumentError(`A whole number from ${least} up is expected.`);
    return value;
  };
}

function collect(value: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...(earlier ?? []), ...value.split(',')];
}

function command(name: string, description: string): Command {
  return new Command(name).description(description).option('--data <dir>', 'data directory of the embedded default (else DATA_DIR, else .data)');
}

const start = command('start', 'start everything on this machine and print "ready <url>" when a first request would succeed')
  .option('--port <port>', 'port of the API; 0 takes any free one (default: 3000, or a free one when it is taken)', wholeNumber(0))
  .option('--no-seed', 'start without synthetic cases')
  .option('--speed <n>', 'divide every budget by n, round the clock', wholeNumber(1), 1)
  .action(async (options: Shared & { port?: number; seed: boolean; speed: number }) => {
    const { startEverything } = await import('./commands/start.ts');
    process.exitCode = await startEverything(data(options), options, env);
  });

const token = command('token', 'print a bearer token of the development issuer')
  .requiredOption('--role <role>', 'operator, shiftLeader, socialWorker, coordinator, manager, admin or auditor; several joined by commas', collect)
  .option('--municipio <n>', 'a municipio (1 to 9) or CENTRAL; several joined by commas', collect)
  .option('--sub <sub>', 'who: an opaque id (default: made of role and municipio)')
  .action(async (options: Shared & { role: readonly string[]; municipio?: readonly string[]; sub?: string }) => {
    const module = await import('./commands/token.ts');
    say(`${await module.token(data(options), options)}\n`);
  });

const scenario = new Command('scenario').description('play calls and what follows through the public API').addCommand(
  command('run', 'play scenario files and check what each expects')
    .argument('<file...>', 'scenario files (docs/reference/scenarios.md)')
    .option('--url <url>', 'address of the API (default: the system running on the data directory)')
    .option('--json', 'print the results as JSON')
    .action(async (files: string[], options: Shared & { url?: string; json?: boolean }) => {
      const { runScenarios } = await import('./commands/scenario.ts');
      process.exitCode = await runScenarios(data(options), files, options, say);
    }),
);

const program = new Command('secondo-livello')
  .description('Case-escalation workflow engine for second-level assistance')
  .showHelpAfterError('(--help lists what there is)')
  .addCommand(start)
  .addCommand(token)
  .addCommand(scenario);

try {
  await program.parseAsync(process.argv);
} catch (error) {
  const { text, exitCode } = describeFailure(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = exitCode;
}
