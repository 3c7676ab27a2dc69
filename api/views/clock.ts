/** Clocks as they are shown: instants readable, overdue by the instant of the question and not by what was recorded. */
import { deriveClocks, type Clock, type DerivedClock } from '../../domain/case/clocks.ts';
import type { CaseState } from '../../domain/case/state.ts';
import { consumedAt, legsOf } from '../../domain/sla/clock.ts';
import { segments } from '../../domain/sla/segments.ts';
import { toIso, toIsoOrNull } from '../instants.ts';
import type { ClockExplanationBody, ClockViewBody } from '../schemas/clock.ts';

/** Running past its due instant at `asOf`, whether the breach was recorded yet or not. */
export function isOverdue({ status, dueAt }: Clock, asOf: number): boolean {
  return status === 'running' && dueAt !== null && dueAt <= asOf;
}

export function clockView(clock: Clock, overdue: boolean): ClockViewBody {
  const { id, name, ordinal, episode, party, ref, status, startedAt, stoppedAt, dueAt, paused, breach, warned } = clock;
  return {
    ...{ id, name, ordinal, episode, party, ref, status, paused },
    startedAt: toIso(startedAt),
    stoppedAt: toIsoOrNull(stoppedAt),
    dueAt: toIsoOrNull(dueAt),
    overdue,
    breach: breach === null ? null : { dueAt: toIso(breach.dueAt), detectedAt: toIso(breach.detectedAt), recordedLate: breach.recordedLate },
    warnings: warned.length,
  };
}

/** Why a clock of the state's episode stands where it stands: the stretches it ran through, counted or not. Null for an id the episode does not have. */
export function explainClock(state: CaseState, id: string, asOf: number): ClockExplanationBody | null {
  const derived = deriveClocks(state).find(({ clock }) => clock.id === id);
  if (derived === undefined) return null;
  const { clock, target, course } = derived;
  const until = Math.max(clock.startedAt, clock.stoppedAt ?? asOf);
  return {
    caseId: state.caseId,
    asOf: toIso(asOf),
    clock: clockView(clock, isOverdue(clock, asOf)),
    budget: target === null ? null : budgetOf(target.budget),
    consumedMs: consumedAt(course, until),
    segments: stretches(derived, until),
  };
}

function stretches({ course }: DerivedClock, until: number): ClockExplanationBody['segments'] {
  const list = legsOf(course).flatMap((leg) => segments(leg.calendar, leg.from, Math.min(leg.to ?? until, until), course.pauses));
  return list.map(({ from, to, kind, countedMs, label }) => {
    const pause = kind === 'paused' ? course.pauses.find((candidate) => candidate.from < to && candidate.to > from) : undefined;
    return {
      ...{ from: toIso(from), to: toIso(to), kind, countedMs },
      ...(label === undefined ? {} : { label }),
      ...(pause === undefined ? {} : { reason: pause.reason, by: pause.by }),
    };
  });
}

function budgetOf(span: NonNullable<DerivedClock['target']>['budget']): NonNullable<ClockExplanationBody['budget']> {
  return span.unit === 'businessDays' ? { unit: span.unit, days: span.days } : { unit: span.unit, ms: span.ms };
}
