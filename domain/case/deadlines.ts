/**
 * Everything time alone will do to a case. `nextDeadline` is the instant the workflow's single timer is armed for.
 * An instant in the past (a shortened budget, a corrected attempt) takes effect at the latest instant the case has seen, never before it: an alert cannot be
 * answered before it was possible to raise it.
 */
import { ladderStepAt, warningAt } from '../sla/clock.ts';
import { deriveClocks, type DerivedClock } from './clocks.ts';
import { derivedOnce } from './derivation.ts';
import { missedClosingAt } from './night-handover.ts';
import { currentPause, isOpen, type CaseState } from './state.ts';
import { usedUpWaiting } from './waiting.ts';

export interface Deadline {
  readonly kind: 'pauseEnd' | 'warning' | 'reminder' | 'breach' | 'ladder' | 'closing' | 'waited';
  /** When it takes effect. */
  readonly at: number;
  /** When it was due; earlier than `at` only if it was overdue when it came to exist. */
  readonly dueAt: number;
  readonly clock: DerivedClock | null;
  /** Number of the warning (from 0) or of the ladder step (from 1). */
  readonly index: number;
}

const ORDER: Record<Deadline['kind'], number> = { pauseEnd: 0, warning: 1, reminder: 2, breach: 3, ladder: 4, closing: 5, waited: 6 };
const MAX_SPREAD_MS = 5 * 60_000;

/** The instant of the next thing time will decide; undefined only for a closed case. */
export function nextDeadline(state: CaseState): number | undefined {
  return earliestDeadline(state)?.at;
}

/** The next thing time will decide; of several at one instant, always the same one first. */
export function earliestDeadline(state: CaseState): Deadline | undefined {
  return pendingDeadlines(state)[0];
}

/** All that is pending, in the order it will be decided. */
export const pendingDeadlines = derivedOnce((state): readonly Deadline[] => {
  if (!isOpen(state)) return [];
  const clocks = deriveClocks(state);
  const found: Deadline[] = [];
  const add = (kind: Deadline['kind'], dueAt: number, clock: DerivedClock | null, index: number) =>
    found.push({ kind, at: Math.max(dueAt, state.asOf), dueAt, clock, index });
  const pause = currentPause(state);
  if (pause !== null) add('pauseEnd', pause.until, null, 0);
  if (state.callback !== null && !state.callback.reminded) add('reminder', state.callback.from, null, state.callback.callback);
  const waited = usedUpWaiting(state);
  if (waited !== null) add('waited', waited.at, waited.clock, 0);
  const closesAt = missedClosingAt(state);
  if (closesAt !== null) add('closing', closesAt, null, 0);
  for (const derived of clocks) {
    if (derived.clock.status !== 'running' || derived.clock.dueAt === null || derived.target === null) continue;
    if (derived.clock.breach === null) {
      addWarnings(state, derived, add);
      add('breach', derived.clock.dueAt, derived, 0);
    }
    const step = nextLadderStep(state, derived, clocks);
    if (step !== null) add('ladder', step.dueAt, derived, step.index);
  }
  return found.sort(compare);
});

/** Whether the ladder of a clock can still raise an alert, now or after one goes unanswered. */
export function ladderContinues(state: CaseState, derived: DerivedClock): boolean {
  const next = stepAfter(state, derived);
  return next !== null;
}

type Add = (kind: Deadline['kind'], dueAt: number, clock: DerivedClock | null, index: number) => void;

function addWarnings(state: CaseState, derived: DerivedClock, add: Add): void {
  for (const [index, rule] of derived.target!.warnings.entries()) {
    if (derived.clock.warned.includes(index)) continue;
    const at = warningAt(derived.course, rule);
    if (at === null) continue;
    // Warnings that fall together at opening time are spread by a hash of the case id; they never pass the due instant. Breaches are never moved.
    const dueAt = derived.clock.dueAt!;
    add('warning', Math.min(at + spread(state.caseId, dueAt - derived.clock.startedAt), Math.max(at, dueAt)), derived, index);
  }
}

function spread(caseId: string, lengthMs: number): number {
  const limit = Math.min(Math.floor(Math.max(0, lengthMs) / 20), MAX_SPREAD_MS);
  let hash = 0x811c9dc5;
  for (let index = 0; index < caseId.length; index++) hash = Math.imul(hash ^ caseId.charCodeAt(index), 0x01000193) >>> 0;
  return limit === 0 ? 0 : hash % limit;
}

function nextLadderStep(state: CaseState, derived: DerivedClock, clocks: readonly DerivedClock[]): { dueAt: number; index: number } | null {
  const index = stepAfter(state, derived);
  if (index === null) return null;
  const step = derived.target!.ladder[index - 1]!;
  if (step.trigger.kind === 'offset') return { dueAt: ladderStepAt(derived.course, step)!, index };
  const previous = alertOfStep(state, derived, index - 1);
  const unanswered = clocks.find(
    ({ clock }) => clock.name === 'acknowledgement' && clock.ref === previous && clock.status === 'running' && clock.breach !== null,
  );
  return unanswered === undefined ? null : { dueAt: unanswered.clock.breach!.dueAt, index };
}

/** Number of the next step to raise; a step that waits for an unanswered alert is skipped once that alert was acknowledged. */
function stepAfter(state: CaseState, derived: DerivedClock): number | null {
  const ladder = derived.target?.ladder ?? [];
  const raised = state.records[derived.clock.id]?.alerts ?? [];
  for (let index = (raised[raised.length - 1]?.step ?? 0) + 1; index <= ladder.length; index++) {
    if (ladder[index - 1]!.trigger.kind === 'offset') return index;
    const previous = state.alerts.find((alert) => alert.alert === alertOfStep(state, derived, index - 1));
    if (previous !== undefined && previous.acknowledgedAt === null) return index;
  }
  return null;
}

function alertOfStep(state: CaseState, derived: DerivedClock, step: number): number | undefined {
  return state.records[derived.clock.id]?.alerts.find((raised) => raised.step === step)?.alert;
}

function compare(a: Deadline, b: Deadline): number {
  return a.at - b.at || ORDER[a.kind] - ORDER[b.kind] || a.dueAt - b.dueAt || compareIds(a.clock?.clock.id ?? '', b.clock?.clock.id ?? '') || a.index - b.index;
}

/** By code unit: `localeCompare` would bring the machine's locale data into the workflow. */
function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
