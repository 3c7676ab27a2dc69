/**
 * What publishing a draft for open cases too would do, before anybody is asked to decide. Cases are examined as they stand now, in the order of their random ids,
 * until there are no more or the time is up: the figures say which.
 */
import type { Knex } from 'knex';
import { foldRecord, loadCaseRecords } from '../../db/case-records.ts';
import { rebaseAim } from '../../db/rebase-aim.ts';
import type { OpenCaseRepository } from '../../db/repositories/open-cases.ts';
import type { RulebookRepository } from '../../db/repositories/rulebooks.ts';
import type { RulebookSource } from '../../db/repositories/rulebook-source.ts';
import { previewRebase } from '../../domain/case/rebase-preview.ts';
import type { MovedClock } from '../../domain/case/rebase.ts';
import { rulebookOf, type CaseState } from '../../domain/case/state.ts';
import type { Policy } from '../../domain/sla/policy.ts';
import { policyLabel } from '../../domain/sla/rulebook.ts';

export interface PreviewedCase {
  readonly caseId: string;
  readonly municipio: string | null;
  readonly urgency: CaseState['urgency'];
  /** What it is measured by now. */
  readonly policy: string;
  readonly moved: readonly MovedClock[];
}

export interface PolicyPreview {
  readonly openCases: number;
  readonly examined: number;
  readonly applies: number;
  readonly casesMoved: number;
  readonly clocks: Readonly<Record<'moved' | 'earlier' | 'later' | 'added' | 'removed' | 'overdueAtOnce', number>>;
  /** First and last of the new deadlines. */
  readonly earliest: number | null;
  readonly latest: number | null;
  readonly sample: readonly PreviewedCase[];
}

export interface PreviewDeps {
  readonly knex: Knex;
  readonly openCases: OpenCaseRepository;
  readonly storedRulebooks: RulebookRepository;
  readonly rulebooks: RulebookSource;
  readonly now: () => number;
  /** Longest time spent on examining. @default 3_000 */
  readonly patienceMs?: number;
}

const PAGE = 50;
const SAMPLE = 10;

export function createPolicyPreview(deps: PreviewDeps): (policy: Policy, validFrom: number) => Promise<PolicyPreview> {
  const { openCases, patienceMs = 3_000 } = deps;
  return async (policy, validFrom) => {
    deps.rulebooks.refresh();
    const filter = policy.appliesTo ?? {};
    const tally = createTally();
    const until = performance.now() + patienceMs;
    const total = await openCases.count(filter);
    for (let after: string | null = null; performance.now() < until; ) {
      const ids: readonly string[] = await openCases.ids(filter, after, PAGE);
      for (const state of await statesOf(deps, ids)) tally.add(state, await effectOn(deps, state, policy, validFrom));
      after = ids[ids.length - 1] ?? null;
      if (ids.length < PAGE) break;
    }
    return { ...tally.result(), openCases: Math.max(total, tally.result().examined) };
  };
}

async function statesOf({ knex, storedRulebooks }: PreviewDeps, ids: readonly string[]): Promise<readonly CaseState[]> {
  const records = await loadCaseRecords(knex, ids, storedRulebooks);
  return records.flatMap((record) => {
    const folded = foldRecord(record);
    return 'state' in folded ? [folded.state] : [];
  });
}

type Effect = { readonly moved: readonly MovedClock[]; readonly overdue: number } | 'other_policy' | 'none';

async function effectOn({ rulebooks, now }: PreviewDeps, state: CaseState, policy: Policy, validFrom: number): Promise<Effect> {
  const at = now();
  const aim = await rebaseAim(rulebooks, { target: { to: 'candidate', policy }, state, at: Math.max(at, validFrom) });
  if ('skip' in aim) return 'other_policy';
  const effect = previewRebase(state, aim.rulebook, 'policy_published', at);
  return effect.kind === 'rebased' ? { moved: effect.moved, overdue: effect.overdue.length } : 'none';
}

function createTally() {
  const clocks = { moved: 0, earlier: 0, later: 0, added: 0, removed: 0, overdueAtOnce: 0 };
  const counts = { examined: 0, applies: 0, casesMoved: 0 };
  const sample: PreviewedCase[] = [];
  let [earliest, latest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return {
    add(state: CaseState, effect: Effect): void {
      counts.examined += 1;
      if (effect === 'other_policy') return;
      counts.applies += 1;
      if (effect === 'none' || effect.moved.length === 0) return;
      counts.casesMoved += 1;
      clocks.overdueAtOnce += effect.overdue;
      for (const { before, after } of effect.moved) {
        clocks.moved += 1;
        clocks[before === null ? 'added' : after === null ? 'removed' : after < before ? 'earlier' : 'later'] += 1;
        if (after !== null) [earliest, latest] = [Math.min(earliest, after), Math.max(latest, after)];
      }
      if (sample.length < SAMPLE) sample.push(sampleOf(state, effect.moved));
    },
    result: () => ({ ...counts, clocks, earliest: finite(earliest), latest: finite(latest), sample }),
  };
}

function sampleOf(state: CaseState, moved: readonly MovedClock[]): PreviewedCase {
  return { caseId: state.caseId, municipio: state.stage.municipio, urgency: state.urgency, policy: policyLabel(rulebookOf(state).policy), moved };
}

function finite(instant: number): number | null {
  return Number.isFinite(instant) ? instant : null;
}
