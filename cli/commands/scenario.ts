/** `cli scenario run FILE...`: plays scenarios against a running system and says whether each ended as it says. */
import { readFile } from 'node:fs/promises';
import { createDevIssuer } from '../../api/dev-issuer.ts';
import { runningSystem, type DataDirectory } from '../config.ts';
import { CliError, EXIT } from '../errors.ts';
import { ApiUnreachable, createApiClient, type ApiClient } from '../scenario/api-client.ts';
import { parseScenario, ScenarioInvalid, type Scenario } from '../scenario/parse.ts';
import { playScenario, type ScenarioResult } from '../scenario/play.ts';
import { reportScenario, summarise } from '../scenario/report.ts';

export interface ScenarioOptions {
  /** Address of the API. @default the system that runs on the data directory */
  readonly url?: string;
  readonly json?: boolean;
}

/** Enough for the timed ones to wait beside each other, few enough for a small machine. */
const AT_ONCE = 10;

/** Plays every file, prints in their order, and returns the exit code. */
export async function runScenarios(data: DataDirectory, files: readonly string[], options: ScenarioOptions, print: (text: string) => void): Promise<number> {
  const startedAt = Date.now();
  const scenarios = await readScenarios(files);
  const url = (options.url ?? (await runningSystem(data)).url).replace(/\/$/, '');
  const issuer = await createDevIssuer(data.path);
  const api = createApiClient(url, ({ sub, roles, municipi }) => issuer.mintToken({ role: roles, municipio: municipi, sub }));
  const played = playAll(scenarios, api);
  const results: ScenarioResult[] = [];
  for (const one of played) {
    const result = await one.catch(unreachable);
    results.push(result);
    if (options.json !== true) print(`${reportScenario(result)}\n`);
  }
  const ok = results.every((result) => result.ok);
  if (options.json === true) print(`${JSON.stringify({ ok, url, results }, null, 2)}\n`);
  else print(`${summarise(results, Date.now() - startedAt)}\n`);
  return ok ? 0 : EXIT.difference;
}

function unreachable(error: unknown): never {
  if (!(error instanceof ApiUnreachable)) throw error;
  throw new CliError(error.message, 'See whether the system runs, and whether --url is its address.', EXIT.unavailable);
}

/** All files are read before anything is played: a fault in the last one costs no time. */
async function readScenarios(files: readonly string[]): Promise<readonly Scenario[]> {
  const faults: string[] = [];
  const scenarios: Scenario[] = [];
  for (const file of files) {
    try {
      scenarios.push(parseScenario(file, await readFile(file, 'utf8')));
    } catch (error) {
      if (!(error instanceof ScenarioInvalid) && (error as NodeJS.ErrnoException).code === undefined) throw error;
      faults.push((error as Error).message);
    }
  }
  if (faults.length > 0) throw new CliError(faults.join('\n'), 'The format is explained in docs/reference/scenarios.md.', EXIT.data);
  return scenarios;
}

/** One promise a scenario, in order; no more than a few are played at once. */
function playAll(scenarios: readonly Scenario[], api: ApiClient): Promise<ScenarioResult>[] {
  const places: Promise<unknown>[] = Array.from({ length: AT_ONCE }, () => Promise.resolve());
  return scenarios.map((scenario, index) => {
    const place = index % AT_ONCE;
    const played = (places[place] ?? Promise.resolve()).then(() => playScenario(scenario, api));
    // A failure is the reader's of `played`; the place goes to the next one all the same.
    places[place] = played.catch(() => undefined);
    return played;
  });
}
