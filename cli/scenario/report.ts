/** A played scenario as people read it: what was opened, what happened, every clock with its deadline, what differs. */
import { table } from '../table.ts';
import { durationMs, instantMs } from './duration.ts';
import type { Fields } from './case-view.ts';
import type { Difference } from './match.ts';
import type { ScenarioResult, StepResult } from './play.ts';

/** The whole report of one scenario. */
export function reportScenario(result: ScenarioResult): string {
  const head = `${result.ok ? 'PASS' : 'FAIL'}  ${result.title}  (${result.file}, ${seconds(result.tookMs)})`;
  const name = (text: string): string => Object.entries(result.people).reduce((named, [sub, label]) => named.replaceAll(sub, label), text);
  const sections = [
    opened(result),
    table(['step', 'answer', 'what happened', 'took'], result.steps.map(stepRow)),
    clocks(result),
    differencesOf(result),
    result.notPlayed.length === 0 ? '' : `not played: ${result.notPlayed.join('; ')}`,
  ];
  return [head, ...sections.filter((section) => section !== '').map((section) => indent(name(section)))].join('\n');
}

/** The last line: how many ended as they say. */
export function summarise(results: readonly ScenarioResult[], tookMs: number): string {
  const passed = results.filter((result) => result.ok).length;
  return `${passed} of ${results.length} scenarios ended as they say (${seconds(tookMs)})`;
}

function opened({ final, caseId }: ScenarioResult): string {
  if (final === null) return caseId === null ? 'no case was opened' : `case ${caseId}`;
  const row = final.case;
  const facts = [row['urgency'], row['primaryNeed'], `municipio ${text(row['municipio'])}`, `policy ${text(row['policy'])}`].map(text).join(', ');
  const now = [text(row['status']), row['owner'] === null ? '' : `owner ${text(row['owner'])}`, row['outcome'] === null ? '' : text(row['outcome'])];
  return `case ${caseId ?? ''}: ${facts}\nopened: ${dayOf(row['openedAt'])} ${time(row['openedAt'])} UTC\nnow: ${now.filter((part) => part !== '').join(', ')}`;
}

function stepRow(step: StepResult): readonly string[] {
  const answer = step.status === null ? '' : `${step.status}${step.code === null ? '' : ` ${step.code}`}`;
  return [`${step.differences.length === 0 ? ' ' : '!'} ${step.title}`, answer, step.events.join(', '), seconds(step.tookMs)];
}

/** Every clock: started when, due when (counted from its start), how it stands. */
function clocks({ final }: ScenarioResult): string {
  if (final === null) return '';
  const when = datedFrom(final.case['openedAt']);
  const rows = Object.entries(final.clocks).map(([id, clock]) => [id, when(clock['startedAt']), due(clock, when), stateOf(clock, when)]);
  return table(['clock', 'started', 'due', 'state'], rows);
}

function due(clock: Fields, when: When): string {
  if (clock['dueAt'] === null) return 'no promise';
  const budget = instantMs(clock['dueAt']) - instantMs(clock['startedAt']);
  return `${when(clock['dueAt'])} (+${length(budget)})`;
}

function stateOf(clock: Fields, when: When): string {
  const breach = clock['breach'] as Fields | null | undefined;
  const late = breach ? instantMs(breach['detectedAt']) - instantMs(breach['dueAt']) : 0;
  return [
    text(clock['status']),
    clock['stoppedAt'] === null ? '' : `at ${when(clock['stoppedAt'])}`,
    clock['paused'] === true ? 'paused' : '',
    breach ? `BREACHED${breach['recordedLate'] === true ? ' (recorded late)' : ''}, noticed after ${length(late)}` : '',
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function differencesOf(result: ScenarioResult): string {
  const lines = result.steps.flatMap((step) => step.differences.map((difference) => `${step.title}: ${differenceLine(difference)}`));
  return lines.length === 0 ? '' : ['differences:', ...lines.map((line) => `  ${line}`)].join('\n');
}

/** One difference as a line. */
export function differenceLine({ path, expected, actual }: Difference): string {
  return `${path === '' ? '/' : path}: expected ${JSON.stringify(expected)}, found ${actual === undefined ? 'nothing' : JSON.stringify(actual)}`;
}

function indent(section: string): string {
  return section
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
    .concat('\n');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : value === null || value === undefined ? 'none' : JSON.stringify(value);
}

type When = (value: unknown) => string;

/** The time of day is enough on the day the case was opened; an instant of another day has its date. */
function datedFrom(openedAt: unknown): When {
  return (value) => (dayOf(value) === dayOf(openedAt) || Number.isNaN(instantMs(value)) ? time(value) : `${dayOf(value)} ${time(value)}`);
}

function dayOf(value: unknown): string {
  const at = instantMs(value);
  return Number.isNaN(at) ? '' : new Date(at).toISOString().slice(0, 10);
}

/** UTC, as the API answers. */
function time(value: unknown): string {
  const at = instantMs(value);
  return Number.isNaN(at) ? text(value) : new Date(at).toISOString().slice(11, 23);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function length(ms: number): string {
  for (const [unit, word] of [
    ['1d', 'd'],
    ['1h', 'h'],
    ['1m', 'min'],
  ] as const) {
    const size = durationMs(unit);
    if (ms >= size) return `${Number((ms / size).toFixed(1))} ${word}`;
  }
  return `${Number((ms / 1_000).toFixed(2))} s`;
}
