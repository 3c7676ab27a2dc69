/** The facts of other products held against our own answers, as a verdict for each and as a page of the documentation. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createComputations } from '../../activities/computations/compute.ts';

const FOLDER = join(import.meta.dirname, '..', 'fixtures', 'conformance');

/** Where the page stands. */
export const CONFORMANCE_PAGE = join(import.meta.dirname, '..', '..', 'docs', 'reference', 'conformance.md');

export interface Fact {
  readonly id: string;
  readonly kind: string;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly source: { readonly repo: string; readonly path: string; readonly commit: string; readonly where: string };
  readonly toleranceSeconds?: number;
  readonly boundary?: string;
  readonly policy?: string;
  readonly precision?: string;
  readonly asserted?: boolean;
}

/** A fact we answer otherwise, on purpose. */
interface Divergence {
  readonly id: string;
  readonly ours: Readonly<Record<string, unknown>>;
  readonly reason: string;
}

export interface Verdict {
  readonly fact: Fact;
  readonly verdict: 'passes' | 'diverges' | 'fails';
  readonly ours: Readonly<Record<string, unknown>>;
  /** Why it diverges. */
  readonly reason: string | null;
}

const read = (name: string): unknown => JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));

export const FACTS = read('facts.json') as readonly Fact[];
export const DIVERGENCES = read('divergences.json') as readonly Divergence[];

/** Only a convention of the peer, or a value it does not assert, may be answered otherwise. */
export function mayDiverge({ boundary, policy, precision, asserted }: Fact): boolean {
  return boundary !== undefined || policy !== undefined || precision !== undefined || asserted === false;
}

/** Every fact with its verdict. A listed divergence must be exactly what is listed. */
export function judgeFacts(): readonly Verdict[] {
  const computations = createComputations();
  return FACTS.map((fact) => {
    const { expected, ...request } = fact;
    const { id: _id, segments: _segments, error, ...fields } = computations.answer(request);
    const ours = error === undefined ? fields : { error: error.code };
    if (agrees(expected, ours, fact.toleranceSeconds ?? 0)) return { fact, verdict: 'passes', ours, reason: null };
    const listed = DIVERGENCES.find(({ id }) => id === fact.id);
    const asListed = listed !== undefined && agrees(listed.ours, ours, 0);
    return { fact, verdict: asListed ? 'diverges' : 'fails', ours, reason: listed?.reason ?? null };
  });
}

/** Instants are equal when they are the same instant, however written. */
function agrees(expected: unknown, ours: unknown, toleranceSeconds: number): boolean {
  if (typeof expected === 'string' && typeof ours === 'string') {
    return expected === ours || Math.abs(Date.parse(expected) - Date.parse(ours)) <= toleranceSeconds * 1_000;
  }
  if (typeof expected !== 'object' || expected === null) return expected === ours;
  if (typeof ours !== 'object' || ours === null) return false;
  const [theirs, own] = [Object.entries(expected), ours as Readonly<Record<string, unknown>>];
  return theirs.length === Object.keys(own).length && theirs.every(([name, value]) => agrees(value, own[name], toleranceSeconds));
}

/** docs/reference/conformance.md. */
export function conformancePage(): string {
  const verdicts = judgeFacts();
  const count = (verdict: Verdict['verdict'], list = verdicts): number => list.filter((one) => one.verdict === verdict).length;
  const products = [...new Set(verdicts.map(({ fact }) => fact.source.repo))].sort((a, b) => a.localeCompare(b, 'en'));
  return `# Conformance

<!-- Written by \`npm run conformance\` from test/fixtures/conformance: change it there. A test fails when it is not current. -->

Working-time facts read in the test suites of other products: instants, hours, durations and the value each suite expects, with where it stands. They are requests of
[\`sla compute\`](sla-compute.md), kept in \`test/fixtures/conformance/facts.json\`; only the facts are taken, no code and no wording. \`npm test\` answers each of them.

**${verdicts.length} facts: ${count('passes')} pass, ${count('diverges')} diverge on purpose, ${count('fails')} fail.**

| product | facts | pass | diverge |
|---|---|---|---|
${products
  .map((repo) =>
    summaryRow(
      repo,
      verdicts.filter(({ fact }) => fact.source.repo === repo),
      count,
    ),
  )
  .join('\n')}

## Where we differ on purpose

Only a convention of the peer (at closing, outside hours, zero time, an empty calendar), a value it truncates or one it does not assert may be answered otherwise.

| fact | they expect | we answer | why |
|---|---|---|---|
${verdicts
  .filter(({ verdict }) => verdict !== 'passes')
  .map(divergenceRow)
  .join('\n')}

## Every fact

| fact | kind | expected | verdict | source |
|---|---|---|---|---|
${verdicts.map(factRow).join('\n')}
`;
}

function summaryRow(repo: string, verdicts: readonly Verdict[], count: (verdict: Verdict['verdict'], list: readonly Verdict[]) => number): string {
  return `| [${repo}](https://github.com/${repo}) | ${verdicts.length} | ${count('passes', verdicts)} | ${count('diverges', verdicts)} |`;
}

function divergenceRow({ fact, ours, reason }: Verdict): string {
  const { boundary, policy, precision } = fact;
  return `| ${fact.id} | ${shown(fact.expected)} (\`${boundary ?? policy ?? precision ?? 'not asserted'}\`) | ${shown(ours)} | ${reason ?? '**unexplained**'} |`;
}

function factRow({ fact: { id, kind, expected, toleranceSeconds, source }, verdict }: Verdict): string {
  const within = toleranceSeconds === undefined ? '' : ` (within ${toleranceSeconds} s)`;
  const link = `https://github.com/${source.repo}/blob/${source.commit}/${source.path}`;
  return `| ${id} | ${kind} | ${shown(expected)}${within} | ${verdict} | [${source.path.split('/').at(-1) ?? ''}](${link}): ${source.where.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim()} |`;
}

function shown(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.map((pair) => (pair as string[]).join(' to ')).join(', ') : String(value)}`)
    .join(', ');
}
