/** Time made faster for demonstrations and tests of a running installation: the same promises, shorter. */
import { WALL_CLOCK } from './calendar-snapshot.ts';
import type { ClockDefinition, LadderStep, Policy, Rulebook, Span, Target, WarningRule } from './policy.ts';

/** A business day stands for ten hours of service (8-18) before it is divided. */
const SERVICE_DAY_MS = 10 * 3_600_000;
const SHORTEST_MS = 1_000;

/**
 * The rulebook with every budget, gap, offset and remaining-time warning divided by `speed` and turned to wall time: sped-up opening hours would leave a
 * demonstration closed for most of its minutes. Nothing gets shorter than a second. Limits that guard conduct (reopening, backdating, corrections, the
 * longest pause) stay as they are. A speed of 1 or less changes nothing.
 */
export function scaleRulebook(rulebook: Rulebook, speed: number): Rulebook {
  if (!(speed > 1)) return rulebook;
  return {
    policy: scalePolicy(rulebook.policy, speed),
    calendars: { [WALL_CLOCK.version]: WALL_CLOCK },
    calendarOf: { '*': WALL_CLOCK.version },
  };
}

function scalePolicy(policy: Policy, speed: number): Policy {
  const { red, yellow, green } = policy.attempts;
  return {
    ...policy,
    clocks: policy.clocks.map((clock) => scaleClock(clock, speed)),
    attempts: {
      red: { ...red, minimumGap: scaleSpan(red.minimumGap, speed) },
      yellow: { ...yellow, minimumGap: scaleSpan(yellow.minimumGap, speed) },
      green: { ...green, minimumGap: scaleSpan(green.minimumGap, speed) },
    },
  };
}

function scaleClock(clock: ClockDefinition, speed: number): ClockDefinition {
  const { red, yellow, green } = clock.targets;
  const scaled = { ...clock, targets: { red: scaleTarget(red, speed), yellow: scaleTarget(yellow, speed), green: scaleTarget(green, speed) } };
  if (clock.byNeed === undefined) return scaled;
  const byNeed = Object.entries(clock.byNeed).map(([need, targets]) => {
    const entries = Object.entries(targets).map(([urgency, target]) => [urgency, scaleTarget(target, speed)] as const);
    return [need, Object.fromEntries(entries)] as const;
  });
  return { ...scaled, byNeed: Object.fromEntries(byNeed) };
}

function scaleTarget(target: Target | null, speed: number): Target | null {
  if (target === null) return null;
  return {
    budget: scaleSpan(target.budget, speed),
    warnings: target.warnings.map((rule) => scaleWarning(rule, speed)),
    ladder: target.ladder.map((step) => scaleStep(step, speed)),
  };
}

function scaleStep(step: LadderStep, speed: number): LadderStep {
  if (step.trigger.kind === 'unacknowledged') return step;
  return { ...step, trigger: { kind: 'offset', offset: scaleSpan(step.trigger.offset, speed) } };
}

function scaleWarning(rule: WarningRule, speed: number): WarningRule {
  return 'leftMs' in rule ? { leftMs: scaleMs(rule.leftMs, speed) } : rule;
}

function scaleSpan(span: Span, speed: number): Span {
  return { unit: 'wall', ms: scaleMs(span.unit === 'businessDays' ? span.days * SERVICE_DAY_MS : span.ms, speed) };
}

/** Keeps the sign, and 0 as 0: a step at the due instant stays there. */
function scaleMs(ms: number, speed: number): number {
  return ms === 0 ? 0 : Math.sign(ms) * Math.max(SHORTEST_MS, Math.round(Math.abs(ms) / speed));
}
