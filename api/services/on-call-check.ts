/** A policy that promises something to red cases needs somebody on call whenever the territories it is for are closed. */
import type { OnCallRepository } from '../../db/repositories/on-call.ts';
import type { RulebookSource } from '../../db/repositories/rulebook-source.ts';
import { WALL_CLOCK } from '../../domain/sla/calendar-snapshot.ts';
import type { PolicyCheck } from '../../domain/sla/policy-check.ts';
import type { Policy, Territory } from '../../domain/sla/policy.ts';
import { COVERED_MS, onCallGaps, type OnCallGap } from '../../domain/staff/on-call.ts';
import { toIso } from '../instants.ts';

export interface OnCallCheckDeps {
  readonly onCall: Pick<OnCallRepository, 'list'>;
  readonly rulebooks: Pick<RulebookSource, 'withCalendars'>;
  readonly territories: readonly Territory[];
}

/** One problem a territory, with the first time nobody would be there. */
export function createOnCallCheck({ onCall, rulebooks, territories }: OnCallCheckDeps): PolicyCheck {
  return async (policy, validFrom) => {
    const shifts = await onCall.list({ from: validFrom, to: validFrom + COVERED_MS });
    const { calendars, calendarOf } = await rulebooks.withCalendars(validFrom, policy);
    const calendarIn = (territory: Territory) => calendars[calendarOf[territory] ?? calendarOf['*'] ?? ''] ?? WALL_CLOCK;
    const gaps = onCallGaps({ policy, territories, calendarOf: calendarIn, shifts, from: validFrom });
    const first = new Map<Territory, OnCallGap>();
    for (const gap of gaps) if (!first.has(gap.territory)) first.set(gap.territory, gap);
    return [...first.values()].map(({ territory, from, to }) => ({
      code: 'red_without_on_call',
      pointer: promiseToRed(policy),
      detail: `${territory}, ${toIso(from)}/${toIso(to)}`,
    }));
  };
}

/** Where the policy first promises something to red cases. */
function promiseToRed({ clocks }: Policy): string {
  const index = clocks.findIndex(({ targets }) => targets.red !== null);
  return index < 0 ? '/clocks' : `/clocks/${index}/targets/red`;
}
