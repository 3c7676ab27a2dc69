/** Reads a scenario file and says everything that is wrong with it before anything is played. */
import { Compile } from 'typebox/compile';
import { CallSchema, PastedCallSchema, ScenarioSchema, type Call, type ScenarioFile, type Step } from './format.ts';
import { OPERATOR_NAMES } from './match.ts';
import { isKnownLabel } from './people.ts';

export interface Scenario extends Omit<ScenarioFile, 'call'> {
  readonly file: string;
  readonly call: Call;
}

/** A file that is no scenario. Each fault names its place. */
export class ScenarioInvalid extends Error {
  readonly file: string;
  readonly faults: readonly string[];

  constructor(file: string, faults: readonly string[]) {
    super(`${file} is not a scenario:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ScenarioInvalid';
    this.file = file;
    this.faults = faults;
  }
}

type Validator = { Errors(value: unknown): { keyword: string; instancePath: string; params: object; message: string }[] };

const scenarioValidator: Validator = Compile(ScenarioSchema);
const callValidator: Validator = Compile(CallSchema);
const pastedValidator: Validator = Compile(PastedCallSchema);

/** The scenario in a file's text; throws `ScenarioInvalid` with every fault at once. */
export function parseScenario(file: string, text: string): Scenario {
  const raw = readJson(file, text);
  const faults = schemaFaults(scenarioValidator, raw, '');
  const call = (raw as { call?: unknown } | null)?.call;
  const pasted = typeof call === 'object' && call !== null && 'expected' in call;
  if (call !== undefined) faults.push(...schemaFaults(pasted ? pastedValidator : callValidator, call, '/call'));
  if (faults.length > 0) throw new ScenarioInvalid(file, faults);
  const scenario = raw as ScenarioFile;
  const meaning = [
    ...scenario.steps.flatMap(stepFaults),
    ...operatorFaults(scenario.open?.expect, '/open/expect'),
    ...labelFaults(scenario.open, '/open', scenario),
    ...labelFaults(scenario.steps, '/steps', scenario),
  ];
  if (meaning.length > 0) throw new ScenarioInvalid(file, meaning);
  return { ...scenario, file, call: pasted ? (call as { expected: Call }).expected : (call as Call) };
}

function readJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new ScenarioInvalid(file, [`not JSON: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

/** One line a place: a value that fits none of several forms is reported once, an unknown field by its name. */
function schemaFaults(validator: Validator, value: unknown, prefix: string): string[] {
  const faults = validator.Errors(value).filter((error) => !['boolean', 'anyOf', 'const', 'if'].includes(error.keyword) || error.keyword === 'anyOf');
  const deepest = faults.filter(
    (error) => error.keyword !== 'anyOf' || !faults.some((other) => other !== error && other.instancePath.startsWith(`${error.instancePath}/`)),
  );
  return [...new Set(deepest.map((error) => `${prefix}${error.instancePath === '' ? '/' : error.instancePath}: ${words(error)}`))];
}

function words(error: { keyword: string; params: object; message: string }): string {
  const params = error.params as Record<string, unknown>;
  if (error.keyword === 'additionalProperties') return `unknown field ${String(params['additionalProperties'])}`;
  if (error.keyword === 'required') return `missing ${String(params['requiredProperties'])}`;
  if (error.keyword === 'enum') return `must be one of ${String(params['allowedValues'])}`;
  return error.message;
}

/** What a schema cannot say: a step does one thing. */
function stepFaults(step: Step, index: number): string[] {
  const place = `/steps/${index}`;
  const acts = [step.do, step.wait, step.repeat].filter((act) => act !== undefined).length;
  const faults: string[] = [];
  if (acts > 1) faults.push(`${place}: a step is one of "do", "wait" and "repeat"`);
  if (acts === 0 && step.expect === undefined) faults.push(`${place}: nothing to do, to wait for or to expect`);
  if (step.do !== undefined && step.as === undefined) faults.push(`${place}: "do" needs "as": who does it`);
  if (step.do === undefined && (step.as ?? step.with ?? step.ifMatch) !== undefined) faults.push(`${place}: "as", "with" and "ifMatch" belong to "do"`);
  if (step.wait !== undefined && (step.wait.seconds === undefined) === (step.wait.event === undefined)) {
    faults.push(`${place}/wait: either "seconds" or "event"`);
  }
  const needsAnswer = step.expect?.status !== undefined || step.expect?.problem !== undefined || step.expect?.answer !== undefined;
  if (needsAnswer && step.do === undefined && step.repeat === undefined) faults.push(`${place}/expect: only a command has a status, an answer or a problem`);
  return [...faults, ...operatorFaults(step.expect, `${place}/expect`)];
}

/** Somebody nobody knows would fail only when it is their turn. */
function labelFaults(value: unknown, place: string, scenario: ScenarioFile, key = ''): string[] {
  if (typeof value === 'string') {
    const label = key === 'as' ? value : value.startsWith('@') ? value.slice(1) : null;
    return label === null || isKnownLabel(label, scenario.people ?? {}) ? [] : [`${place}: nobody is called "${label}"`];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, nested]) => labelFaults(nested, `${place}/${name}`, scenario, name));
}

/** A misspelt operator would never match: say so by name. */
function operatorFaults(value: unknown, place: string): string[] {
  if (Array.isArray(value)) return value.flatMap((element, index) => operatorFaults(element, `${place}/${index}`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, nested]) =>
    key.startsWith('$') && !OPERATOR_NAMES.has(key) ? [`${place}: unknown operator ${key}`] : operatorFaults(nested, `${place}/${key}`),
  );
}
