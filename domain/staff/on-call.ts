/** Who is on call, for which territory, from when to when; and whether that is enough for a policy that promises something for red cases. */
import type { CalendarSnapshot, Interval } from '../sla/calendar-snapshot.ts';
import { openIntervals } from '../sla/business-time.ts';
import type { Policy, Territory } from '../sla/policy.ts';

/** On call for every territory. */
export const WHOLE_CITY = '*';

export interface OnCallShift {
  readonly id: string;
  /** A municipio, `CENTRAL`, or `*` for the city. */
  readonly territory: Territory;
  /** Id in the staff directory. */
  readonly person: string;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** The service's telephone for the shift, in E.164. */
  readonly phone: string | null;
}

/** A time in which a territory is closed and nobody is on call for it. */
export interface OnCallGap extends Interval {
  readonly territory: Territory;
}

export interface CoverageQuestion {
  readonly policy: Pick<Policy, 'clocks' | 'appliesTo'>;
  readonly territories: readonly Territory[];
  readonly calendarOf: (territory: Territory) => CalendarSnapshot;
  readonly shifts: readonly Pick<OnCallShift, 'territory' | 'from' | 'to'>[];
  /** Instant from which the policy holds. */
  readonly from: number;
}

/** A roster is kept a week ahead at least: a policy for red begins with its nights covered. */
export const COVERED_MS = 7 * 86_400_000;

/**
 * The closed times of the first week in which a red case would find nobody: of each territory the policy is for, in order. Empty where the policy promises
 * nothing for red. A service that never closes needs nobody on call.
 */
export function onCallGaps({ policy, territories, calendarOf, shifts, from }: CoverageQuestion): readonly OnCallGap[] {
  if (!promisesRed(policy)) return [];
  const to = from + COVERED_MS;
  const concerned = territories.filter((territory) => policy.appliesTo?.territories?.includes(territory) ?? true);
  return concerned.flatMap((territory) => {
    const open = openIntervals(calendarOf(territory), from, to);
    const covered = shifts.filter((shift) => shift.territory === territory || shift.territory === WHOLE_CITY);
    return uncovered([...open, ...covered], { from, to }).map((gap) => ({ territory, ...gap }));
  });
}

function promisesRed({ clocks, appliesTo }: CoverageQuestion['policy']): boolean {
  if (appliesTo?.urgencies?.includes('red') === false) return false;
  return clocks.some(({ targets, byNeed }) => targets.red !== null || Object.values(byNeed ?? {}).some(({ red }) => red !== null && red !== undefined));
}

function uncovered(covers: readonly Interval[], { from, to }: Interval): Interval[] {
  const gaps: Interval[] = [];
  let reached = from;
  for (const cover of [...covers].sort((a, b) => a.from - b.from)) {
    if (cover.from >= to) break;
    if (cover.from > reached) gaps.push({ from: reached, to: cover.from });
    reached = Math.max(reached, cover.to);
  }
  return reached < to ? [...gaps, { from: reached, to }] : gaps;
}
