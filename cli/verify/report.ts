/** What `verify` prints: a line an invariant, and below it what is broken. */
import type { Verdict } from './run.ts';

const LISTED = 20;

/** One invariant, for people. */
export function verdictText({ number, title, holds, counts, violations, violationCount }: Verdict): string {
  const looked = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
  const head = `${holds ? 'holds ' : 'BROKEN'} ${String(number).padStart(2)}  ${title} (${looked.join(', ')})`;
  const list = violations.slice(0, LISTED).map(({ subject, detail }) => `           ${subject}: ${detail}`);
  const more = violationCount > list.length ? [`           and ${violationCount - list.length} more`] : [];
  return [head, ...list, ...more].join('\n');
}

/** The last line. */
export function summaryText(verdicts: readonly Verdict[], incidents: Readonly<Record<string, number>>): string {
  const broken = verdicts.filter(({ holds }) => !holds);
  const open = Object.entries(incidents).map(([kind, count]) => `${kind}: ${count}`);
  const told = open.length === 0 ? '' : `\nIncidents to be looked at by people: ${open.join(', ')}`;
  if (broken.length === 0) return `${verdicts.length} invariants hold${told}`;
  const violations = broken.reduce((sum, { violationCount }) => sum + violationCount, 0);
  return `${broken.length} of ${verdicts.length} invariants are broken, ${violations} violations: ${broken.map(({ number }) => number).join(', ')}${told}`;
}
