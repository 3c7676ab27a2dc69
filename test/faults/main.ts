/** `npm run faults -- --seed N --rounds M`: exit code 1 when anything was lost, doubled or left inconsistent. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Command, InvalidArgumentError } from 'commander';
import { PARTS, type Victim } from './product.ts';
import { BUDGETS, summariseRecoveries, type Kill } from './recoveries.ts';
import { runFaults, type FaultSummary } from './run.ts';

interface Options {
  readonly seed: number;
  readonly rounds: number;
  readonly clients: number;
  readonly seconds: number;
  readonly least: number;
  readonly speed: number;
  readonly kill?: readonly Victim[];
  readonly data?: string;
  readonly keep?: boolean;
  readonly out?: string;
}

const VICTIMS: readonly Victim[] = [...PARTS, 'stack'];

const program = new Command('faults')
  .description('kill parts of a running product at random instants and prove that nothing is lost or doubled')
  .option('--seed <n>', 'replays a run (default: drawn)', whole, Math.floor(Math.random() * 1e9))
  .option('--rounds <n>', 'how many kills', whole, 10)
  .option('--clients <n>', 'people working at once', whole, 4)
  .option('--seconds <n>', 'longest time of work before a kill', whole, 6)
  .option('--least <n>', 'shortest time of work before a kill, in seconds', whole, 1)
  .option('--speed <n>', 'divides every budget, so that promises break within the run', whole, 1_800)
  .option('--kill <victims>', `what is killed, in turn, joined by commas: ${VICTIMS.join(', ')} (default: drawn from all)`, victimsOf)
  .option('--data <dir>', 'folder for the data (default: a temporary one)')
  .option('--keep', 'keep the data although nothing was found')
  .option('--out <file>', 'keep the recoveries as JSON')
  .action(run);

await program.parseAsync(process.argv);

async function run(options: Options): Promise<void> {
  const directory = options.data ?? (await mkdtemp(join(tmpdir(), 'secondo-livello-faults-')));
  await mkdir(directory, { recursive: true });
  const { seed, rounds, clients, seconds, least, speed, kill } = options;
  const summary = await runFaults({
    seed,
    rounds,
    clients,
    roundMs: seconds * 1_000,
    leastRoundMs: least * 1_000,
    speed,
    directory,
    report: say,
    ...(kill === undefined ? {} : { victimOf: (round) => kill[(round - 1) % kill.length]! }),
  }).catch((error: unknown) => {
    say(`the data, and what the product said (faults.log), are in ${directory}`);
    throw error;
  });
  say(describe(summary));
  const sound = summary.verify.code === 0 && summary.differences.length === 0;
  if (options.out !== undefined) await writeFile(options.out, `${JSON.stringify(resultOf(options, summary, sound), null, 2)}\n`);
  if (sound && options.keep !== true && options.data === undefined) await rm(directory, { recursive: true, force: true });
  else say(`the data are in ${directory}`);
  process.exitCode = sound ? 0 : 1;
}

function describe({ seed, requests, acknowledged, refused, refusals, abandoned, askedAgain, cases, kills, verify, differences }: FaultSummary): string {
  return [
    `seed ${seed}: ${requests} requests on ${cases} cases; ${acknowledged} acknowledged, ${refused} refused, ${askedAgain} asked again, ${abandoned} given up`,
    `refused: ${Object.entries(refusals)
      .map(([code, times]) => `${code} ${times}`)
      .join(', ')}`,
    ...kills.map(killLine),
    verify.output.trimEnd(),
    ...differences.map((difference) => `DIFFERENCE ${difference}`),
    verify.code === 0 && differences.length === 0
      ? 'nothing lost, nothing doubled'
      : `FAILED with seed ${seed}: ${differences.length} differences, verify exit code ${verify.code}`,
  ].join('\n');
}

/** As it is kept: under which conditions, what died, and how long until things worked again. */
function resultOf({ clients, seconds, least, speed }: Options, { seed, conditions, requests, acknowledged, kills }: FaultSummary, sound: boolean): object {
  const counts = { requests, acknowledged, nothingLostNothingDoubled: sound };
  return { benchmark: 'recovery', conditions, options: { seed, clients, seconds, least, speed }, ...counts, recoveries: summariseRecoveries(kills), kills };
}

function killLine({ victim, recoveredMs, inFlight, inFlightMs }: Kill): string {
  const { recovered, inFlight: answered } = BUDGETS[victim];
  const first = recoveredMs === null ? 'no command succeeded before the next one' : `first success after ${timeOf(recoveredMs, recovered)}`;
  const rest = inFlightMs === null ? '' : `, ${inFlight} in flight answered within ${timeOf(inFlightMs, answered)}`;
  return `  kill -9 ${victim.padEnd(8)} ${first}${rest}`;
}

function timeOf(ms: number, budget: number | null): string {
  return `${(ms / 1_000).toFixed(1)} s${budget !== null && ms > budget ? ` (budget ${budget / 1_000} s)` : ''}`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('A whole number is expected.');
  return value;
}

function victimsOf(text: string): readonly Victim[] {
  return text.split(',').map((name) => {
    const known = VICTIMS.find((victim) => victim === name);
    if (known === undefined) throw new InvalidArgumentError(`Known are ${VICTIMS.join(', ')}.`);
    return known;
  });
}
