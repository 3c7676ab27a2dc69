/**
 * What a case is measured by when no published policy applies to it. Nobody is lost: it opens all the same, with a short review as its only promise, so that
 * somebody looks at it (and at the policies) within the hour.
 */
import type { LadderStep, Policy, Span, Target } from './policy.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const AT_DUE: LadderStep = { trigger: { kind: 'offset', offset: { unit: 'wall', ms: 0 } }, audience: ['coordinator', 'manager'] };
const within = (budget: Span): Target => ({ budget, warnings: [], ladder: [AT_DUE] });
const serviceHour: Span = { unit: 'working', ms: HOUR };
const serviceDay: Span = { unit: 'businessDays', days: 1 };

export const NO_POLICY: Policy = {
  id: 'none',
  version: 0,
  clocks: [
    {
      name: 'review',
      starts: 'opened',
      stops: [],
      instances: 'repeats',
      pausedBy: [],
      party: 'responsible',
      targets: { red: within({ unit: 'wall', ms: 15 * MINUTE }), yellow: within(serviceHour), green: within(serviceHour) },
    },
  ],
  attempts: {
    red: { exhaustedAfter: 4, minimumGap: { unit: 'wall', ms: 30 * MINUTE } },
    yellow: { exhaustedAfter: 4, minimumGap: serviceHour },
    green: { exhaustedAfter: 3, minimumGap: serviceDay },
  },
  maximumPauseDays: 0,
  reopenWindowMs: 90 * 24 * HOUR,
  backdateMs: 72 * HOUR,
  authorCorrectionMs: 24 * HOUR,
  twoPersonClosure: ['red'],
};

/** How a row, a filter and an event name it. */
export const NO_POLICY_LABEL = `${NO_POLICY.id}@${NO_POLICY.version}`;

export function isNoPolicy({ id }: Pick<Policy, 'id'>): boolean {
  return id === NO_POLICY.id;
}
