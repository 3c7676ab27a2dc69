/** The `secondo-livello` command. Each command's code is loaded when it is asked for: `token` must not wait for a worker's libraries. */
import process from 'node:process';
import { Command } from 'commander';
import type { BenchOptions } from './commands/bench-lifecycle.ts';
import type { BenchSlaOptions } from './commands/bench-sla.ts';
import type { BenchTimersOptions } from './commands/bench-timers.ts';
import type { IncidentOptions } from './commands/incidents.ts';
import type { RebaseOptions } from './commands/sla-rebase.ts';
import { readSecretFiles } from '../config/secret-files.ts';
import { dataDirectory, runningSystem, type DataDirectory, type Environment } from './config.ts';
import { describeFailure } from './errors.ts';
import { keysCommand } from './keys-command.ts';
import { collect, collectIds, command, wholeNumber, withUsage, type Shared } from './options.ts';

const env = environment();

// Whoever reads the output may have had enough of it (`| head`): that is no fault, and a running system goes on without its reader.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

/** Whatever is wrong with it ends every command. */
function environment(): Environment {
  try {
    return readSecretFiles(process.env);
  } catch (error) {
    fail(error);
    process.exit();
  }
}

function fail(error: unknown): void {
  const { text, exitCode } = describeFailure(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = exitCode;
}

function say(text: string): void {
  process.stdout.write(text);
}

function data({ data: directory }: Shared): DataDirectory {
  return dataDirectory(directory, env);
}

/** The database named in the environment, else that of the running embedded default. */
async function databaseUrl(options: Shared): Promise<string> {
  return env['DATABASE_URL'] ?? (await runningSystem(data(options))).databaseUrl;
}

/** The environment of a single process: `--data` names the directory of its keys. */
function processEnvironment(options: Shared): Environment {
  return options.data === undefined ? env : { ...env, DATA_DIR: data(options).path };
}

const start = command('start', 'start everything on this machine and print "ready <url>" when a first request would succeed')
  .option('--port <port>', 'port of the API; 0 takes any free one (default: 3000, or a free one when it is taken)', wholeNumber(0, 65_535))
  .option('--no-seed', 'start without synthetic cases, invented staff and a page for the mail to them')
  .option('--speed <n>', 'divide every budget by n, round the clock', wholeNumber(1), 1)
  .action(async (options: Shared & { port?: number; seed: boolean; speed: number }) => {
    const { startEverything } = await import('./commands/start.ts');
    process.exitCode = await startEverything(data(options), options, env);
  });

const TOKEN_EXAMPLES = `
Examples:
  npm run --silent cli -- token --role operator
  npm run --silent cli -- token --role socialWorker,coordinator --municipio 3,6
  curl -H "Authorization: Bearer $(npm run --silent cli -- token --role socialWorker --municipio 3)" http://127.0.0.1:3000/api/v1/cases`;

const token = command('token', 'print a bearer token of the development issuer')
  .requiredOption('--role <role>', 'operator, shiftLeader, socialWorker, coordinator, manager, admin or auditor; several joined by commas', collect)
  .option('--municipio <n>', 'a municipio (1 to 9) or CENTRAL; several joined by commas', collect)
  .option('--sub <sub>', 'who: an opaque id (default: made of role and municipio)')
  .action(async (options: Shared & { role: readonly string[]; municipio?: readonly string[]; sub?: string }) => {
    const module = await import('./commands/token.ts');
    const advice = module.adviceOn(options);
    if (advice !== null) process.stderr.write(`${advice}\n`);
    say(`${await module.token(data(options), options)}\n`);
  })
  .addHelpText('after', TOKEN_EXAMPLES);

const api = command('api', 'run one API process, configured by the environment').action(async (options: Shared) => {
  const module = await import('./commands/api.ts');
  await module.api(processEnvironment(options));
});

const worker = command('worker', 'run one worker process, configured by the environment').action(async (options: Shared) => {
  const module = await import('./commands/worker.ts');
  await module.worker(processEnvironment(options));
});

const migrate = command('migrate', 'bring the schema of the database up to date').action(async (options: Shared) => {
  const module = await import('./commands/migrate.ts');
  const names = await module.migrate(await databaseUrl(options));
  say(names.length === 0 ? 'the schema is current\n' : `${names.join('\n')}\n`);
});

const seed = command('seed', 'open synthetic cases in the running system')
  .option('--cases <n>', 'how many', wholeNumber(1), 6)
  .option('--url <url>', 'address of the API (default: the system running on the data directory)')
  .action(async (options: Shared & { cases: number; url?: string }) => {
    const module = await import('./commands/seed.ts');
    const url = options.url ?? (await runningSystem(data(options))).url;
    await module.seedCases(data(options), url, options.cases);
    say(`${options.cases} synthetic cases are there\n`);
  });

const rebuild = command('rebuild', 'bring case and clock rows to what the event log says').action(async (options: Shared) => {
  const module = await import('./commands/rebuild.ts');
  process.exitCode = await module.rebuild(await databaseUrl(options), say);
});

const verify = command('verify', 'check every invariant of a running system; a stopped one is started for the check and stopped after')
  .option('--json', 'print the result as JSON')
  .option('--sample <n>', 'how many of the newest cases are replayed', wholeNumber(0), 100)
  .option('--in-flight <seconds>', 'what was due or asked for so recently is in flight', wholeNumber(0), 60)
  .option('--settle <seconds>', 'how long something broken is looked at again (default: 10; 60 when started for the check)', wholeNumber(0))
  .option('--histories <dir>', 'recorded histories to replay besides (default: those of the tests)')
  .action(async (options: Shared & { json?: boolean; sample: number; inFlight: number; settle?: number; histories?: string }) => {
    const module = await import('./commands/verify.ts');
    process.exitCode = await module.verify(data(options), options, env, say);
  });

const incidents = command('incidents', 'list what went wrong inside the system and nobody has settled, or settle it (docs/reference/runbook.md)')
  .option('--all', 'settled ones too')
  .option('--json', 'print them as JSON')
  .option('--limit <n>', 'how many, those seen last first', wholeNumber(1), 100)
  .option('--resolve <id...>', 'settle these', collectIds)
  .option('--note <code>', 'why they are settled: a code, such as case-opened-again or a ticket number; never words about people')
  .action(async (options: Shared & IncidentOptions) => {
    const module = await import('./commands/incidents.ts');
    process.exitCode = await module.incidents(await databaseUrl(options), options, say);
  });

const keys = keysCommand({ data, databaseUrl, env, say });

const sla = new Command('sla')
  .description('working-time arithmetic without a case, and moving open cases to what is in force')
  .addCommand(
    new Command('compute').description('answer requests of standard input, one JSON object a line (docs/reference/sla-compute.md)').action(async () => {
      const { computeLines } = await import('./commands/sla.ts');
      await computeLines(process.stdin, process.stdout);
    }),
  )
  .addCommand(
    command(
      'rebase',
      'measure open cases by the policies and calendars in force (docs/reference/policies.md); API_TOKEN holds a token where the issuer is not ours',
    )
      .option('--policy <names>', 'cases measured by these now: <id>@<version>, or none; several joined by commas', collect)
      .option('--municipio <n>', 'of these municipi; several joined by commas', collect)
      .option('--need <codes>', 'with these primary needs; several joined by commas', collect)
      .option('--urgency <codes>', 'of these urgencies; several joined by commas', collect)
      .option('--case <id>', 'one case instead of a batch')
      .option('--calendars', 'keep the policy of each case, renew its calendars')
      .option('--dry-run', 'only say what would move')
      .option('--draft <id>', 'as if the draft of this policy were published; with --dry-run')
      .option('--status <batch>', 'watch a batch that was started before')
      .option('--cancel <batch>', 'stop a batch after the cases in hand')
      .option('--no-wait', 'do not wait for its end')
      .option('--json', 'print the result as JSON')
      .option('--url <url>', 'address of the API (default: the system running on the data directory)')
      .action(async (options: Shared & RebaseOptions) => {
        const module = await import('./commands/sla-rebase.ts');
        process.exitCode = await module.rebase(data(options), options, env, say);
      }),
  );

const scenario = new Command('scenario')
  .description('play calls and what follows through the public API')
  .addCommand(
    command('run', 'play scenario files and check what each expects')
      .argument('<file...>', 'scenario files (docs/reference/scenarios.md)')
      .option('--url <url>', 'address of the API (default: the system running on the data directory)')
      .option('--json', 'print the results as JSON')
      .action(async (files: string[], options: Shared & { url?: string; json?: boolean }) => {
        const { runScenarios } = await import('./commands/scenario.ts');
        process.exitCode = await runScenarios(data(options), files, options, say);
      }),
  )
  .addCommand(
    new Command('schema').description('print the JSON schema of a scenario file, for an editor').action(async () => {
      const { ScenarioSchema } = await import('./scenario/format.ts');
      say(`${JSON.stringify(ScenarioSchema, null, 2)}\n`);
    }),
  );

/** A benchmark of a running system, or of one started for it. */
function measured(name: string, description: string): Command {
  return command(name, description)
    .option('--url <url>', 'a running system (default: one started for the run on an embedded default of its own)')
    .option('--temporal <address>', 'run the system started for this on that Temporal server instead of the embedded dev server')
    .option('--temporal-binaries <dir>', 'start a Temporal server on Postgres for the run; the folder holds its programs "server" and "sql" (bench/README.md)')
    .option('--pid <name=pid>', 'a process whose CPU counts too, such as temporal=1234; several joined by commas', collect)
    .option('--quick', 'a moment that shows that everything works; the figures mean nothing')
    .option('--out <file>', `where the JSON goes (default: bench/results/<date>-${name}.json, nowhere with --quick)`);
}

const bench = new Command('bench')
  .description('measure the system (bench/README.md)')
  .addCommand(
    measured('lifecycle', 'what a case of five commands costs, beside bare baselines on the same servers')
      .option('--clients <n>', 'closed loops, joined by commas (default: 1,8,32)', collect)
      .option('--rate <n>', 'offered rate, cases a second (default: 3)', wholeNumber(1))
      .option('--seconds <n>', 'longest time of one load on one target (default: 20)', wholeNumber(1))
      .option('--cases <n>', 'most cases of one load on one target (default: 2000)', wholeNumber(1))
      .option('--rounds <n>', 'how often everything is measured; figures are medians (default: 1)', wholeNumber(1))
      .option('--baselines <names>', 'prototype, naive, floor, joined by commas, or none (default: all)', collect)
      .option('--no-product', 'the baselines alone')
      .action(async (options: Shared & BenchOptions) => {
        const { benchLifecycle } = await import('./commands/bench-lifecycle.ts');
        process.exitCode = await benchLifecycle(data(options), options, env, say);
      }),
  )
  .addCommand(
    measured('timers', 'many promises that run out at one instant, or within a minute, beside the bare prototype on the same servers')
      .option('--cases <n>', 'promises of a burst (default: 1000)', wholeNumber(1))
      .option('--bursts <names>', 'instant, minute, joined by commas (default: both)', collect)
      .option('--targets <names>', '"product", "product without alerts", "prototype", joined by commas (default: all)', collect)
      .option('--rounds <n>', 'how often everything is measured; figures are medians (default: 1)', wholeNumber(1))
      .action(async (options: Shared & BenchTimersOptions) => {
        const { benchTimers } = await import('./commands/bench-timers.ts');
        process.exitCode = await benchTimers(data(options), options, env, say);
      }),
  )
  .addCommand(
    new Command('sla')
      .description('how many requests of "sla compute" one core answers a second, explanations included')
      .option('--requests <n>', 'requests of a round (default: 140000)', wholeNumber(1))
      .option('--rounds <n>', 'the figure is their median (default: 3)', wholeNumber(1))
      .option('--quick', 'a moment that shows that everything works; the figures mean nothing')
      .option('--out <file>', 'where the JSON goes (default: bench/results/<date>-sla-compute.json, nowhere with --quick)')
      .action(async (options: BenchSlaOptions) => {
        const { benchSla } = await import('./commands/bench-sla.ts');
        await benchSla(options, say);
      }),
  );

const program = new Command('secondo-livello')
  .description('Case-escalation workflow engine for second-level assistance')
  .addCommand(start)
  .addCommand(api)
  .addCommand(worker)
  .addCommand(migrate)
  .addCommand(seed)
  .addCommand(rebuild)
  .addCommand(token)
  .addCommand(verify)
  .addCommand(incidents)
  .addCommand(keys)
  .addCommand(sla)
  .addCommand(scenario)
  .addCommand(bench);

try {
  await withUsage(program).parseAsync(process.argv);
} catch (error) {
  fail(error);
}
