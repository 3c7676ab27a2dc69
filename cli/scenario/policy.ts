/** A scenario's policy: the default one on wall time, with the lengths the scenario names in seconds. */
import { DEFAULT_POLICY } from '../../domain/sla/default-policy.ts';
import { URGENCIES, type ClockDefinition, type LadderStep, type Policy, type Span, type Target, type Urgency } from '../../domain/sla/policy.ts';
import type { ScenarioPolicy } from './format.ts';

type NamedClock = NonNullable<NonNullable<ScenarioPolicy['clocks']>[keyof NonNullable<ScenarioPolicy['clocks']>]>;
type NamedTarget = Pick<NamedClock, 'budget' | 'warnings' | 'ladder'>;

const DAY_MS = 86_400_000;
const wall = (seconds: number): Span => ({ unit: 'wall', ms: Math.round(seconds * 1_000) });
/** What a scenario does not name stays as long as it is, but on wall time: what it expects must not depend on the hour it is played. */
const onWall = (span: Span): Span => ({ unit: 'wall', ms: span.unit === 'businessDays' ? span.days * DAY_MS : span.ms });

/** The policy to register for a scenario. It is kept under its content: the same scenario registers the same one. */
export function scenarioPolicy(id: string, named: ScenarioPolicy): Policy {
  const attempts = (urgency: Urgency) => ({
    exhaustedAfter: named.attempts?.exhaustedAfter ?? DEFAULT_POLICY.attempts[urgency].exhaustedAfter,
    minimumGap:
      named.attempts?.minimumGap === undefined ? onWall(DEFAULT_POLICY.attempts[urgency].minimumGap) : wall(Math.max(named.attempts.minimumGap, 0.001)),
  });
  return {
    ...DEFAULT_POLICY,
    id,
    version: 1,
    clocks: DEFAULT_POLICY.clocks.map((clock) => scenarioClock(clock, named.clocks?.[clock.name])),
    attempts: { red: attempts('red'), yellow: attempts('yellow'), green: attempts('green') },
    ...(named.twoPersonClosure === undefined ? {} : { twoPersonClosure: named.twoPersonClosure }),
    ...(named.maximumPauseDays === undefined ? {} : { maximumPauseDays: named.maximumPauseDays }),
    ...(named.reopenWindow === undefined ? {} : { reopenWindowMs: named.reopenWindow * 1_000 }),
    ...(named.authorCorrection === undefined ? {} : { authorCorrectionMs: named.authorCorrection * 1_000 }),
    ...(named.backdate === undefined ? {} : { backdateMs: named.backdate * 1_000 }),
  };
}

function scenarioClock(clock: ClockDefinition, named: NamedClock | null | undefined): ClockDefinition {
  const targets = Object.fromEntries(URGENCIES.map((urgency) => [urgency, scenarioTarget(clock.targets[urgency], named, urgency)]));
  return { ...clock, targets: targets as Record<Urgency, Target | null> };
}

/** Null promises nothing; what is named replaces budget, warnings and ladder each as a whole. */
function scenarioTarget(standard: Target | null, named: NamedClock | null | undefined, urgency: Urgency): Target | null {
  const own: NamedTarget | null | undefined = named?.[urgency] === undefined ? named : named[urgency];
  if (own === null) return null;
  if (own === undefined || (own.budget ?? own.warnings ?? own.ladder) === undefined) return standard === null ? null : targetOnWall(standard);
  const base = standard === null ? { budget: wall(1), warnings: [], ladder: [] } : targetOnWall(standard);
  return {
    budget: own.budget === undefined ? base.budget : wall(own.budget),
    warnings: own.warnings === undefined ? base.warnings : own.warnings.map((percent) => ({ percent })),
    ladder: own.ladder === undefined ? base.ladder : own.ladder.map(ladderStep),
  };
}

function ladderStep(step: NonNullable<NamedTarget['ladder']>[number]): LadderStep {
  const trigger = step.unacknowledged === true ? ({ kind: 'unacknowledged' } as const) : ({ kind: 'offset', offset: wall(step.after ?? 0) } as const);
  return { trigger, audience: step.tell };
}

function targetOnWall(target: Target): Target {
  return {
    ...target,
    budget: onWall(target.budget),
    ladder: target.ladder.map((step) =>
      step.trigger.kind === 'offset' ? { ...step, trigger: { kind: 'offset', offset: onWall(step.trigger.offset) } } : step,
    ),
  };
}
