/** Rulebooks for tests: short budgets that exercise every clock, and a calendar whose opening hours fall in every random run. */
import type { RulebookSource } from '../../db/repositories/rulebook-source.ts';
import { WALL_CLOCK, type CalendarSnapshot } from '../../domain/sla/calendar-snapshot.ts';
import type { Audience, ClockDefinition, ClockName, LadderStep, Milestone, Party, Policy, Rulebook, Span, Target } from '../../domain/sla/policy.ts';

export const HOUR = 3_600_000;
export const MINUTE = 60_000;
export const DAY = 24 * HOUR;
/** Monday 5 October 2026, 09:00 in Milan. */
export const MONDAY_9 = Date.UTC(2026, 9, 5, 7);

/** Monday to Saturday 8-18 in Europe/Rome, with the clock change of 25 October 2026 and a holiday on 1 November. */
export const SERVICE: CalendarSnapshot = {
  id: 'service',
  version: 'service-1',
  timeZone: 'Europe/Rome',
  from: Date.UTC(2026, 0, 1),
  until: Date.UTC(2028, 0, 1),
  offsets: [
    [Date.UTC(2025, 9, 26, 1), HOUR],
    [Date.UTC(2026, 2, 29, 1), 2 * HOUR],
    [Date.UTC(2026, 9, 25, 1), HOUR],
    [Date.UTC(2027, 2, 28, 1), 2 * HOUR],
    [Date.UTC(2027, 9, 31, 1), HOUR],
  ],
  weekly: Array.from({ length: 7 }, (_, day) => (day < 6 ? [[8 * 3600, 18 * 3600] as const] : [])),
  days: [{ day: Math.floor(Date.UTC(2026, 10, 1) / DAY), kind: 'holiday', intervals: [], label: 'Ognissanti' }],
};

const working = (hours: number): Span => ({ unit: 'working', ms: hours * HOUR });
const wall = (minutes: number): Span => ({ unit: 'wall', ms: minutes * MINUTE });
const days = (count: number): Span => ({ unit: 'businessDays', days: count });

function ladder(...audiences: readonly Audience[]): LadderStep[] {
  return audiences.map((audience, index) => ({
    trigger: index === 0 ? { kind: 'offset' as const, offset: wall(0) } : { kind: 'unacknowledged' as const },
    audience: [audience],
  }));
}

function target(budget: Span, percents: readonly number[] = [], steps: readonly LadderStep[] = ladder('coordinator', 'manager')): Target {
  return { budget, warnings: percents.map((percent) => ({ percent })), ladder: steps };
}

function clock(
  name: ClockName,
  starts: Milestone,
  stops: readonly Milestone[],
  instances: ClockDefinition['instances'],
  party: Party,
  targets: readonly [Target | null, Target | null, Target | null],
  pausedBy: ClockDefinition['pausedBy'] = [],
): ClockDefinition {
  const [red, yellow, green] = targets;
  return { name, starts, stops, instances, pausedBy, party, targets: { red, yellow, green } };
}

const ACK = (span: Span) => target(span, [], []);
const WAITING = ['WAITING_FAMILY'] as const;

export const TEST_POLICY: Policy = {
  id: 'test',
  version: 1,
  clocks: [
    clock('assignment', 'opened', ['assigned'], 'once', 'service', [target(wall(10)), target(working(2)), target(days(1))]),
    clock('claim', 'assigned', ['claimed'], 'repeats', 'municipio', [target(wall(30), [50]), target(working(4), [50, 80]), target(days(1), [80])]),
    clock('firstAttempt', 'opened', ['attempted'], 'once', 'family', [target(wall(60)), target(days(1)), target(days(3))]),
    clock('firstContact', 'opened', ['reached'], 'once', 'family', [target(wall(24 * 60)), target(days(5), [80]), target(days(10), [80])]),
    clock('callbackWindow', 'callbackAgreed', ['attempted', 'reached'], 'repeats', 'family', [target(wall(60)), target(wall(60)), target(wall(60))]),
    clock('nextAttempt', 'attempted', ['attempted', 'reached'], 'repeats', 'worker', [target(wall(360)), target(days(1)), target(days(3))]),
    clock('decision', 'opened', ['decided'], 'once', 'family', [target(wall(24 * 60)), target(days(5)), target(days(10))], WAITING),
    clock('followUp', 'followUpPlanned', ['followUpDone'], 'perItem', 'worker', [target(days(1)), target(days(7)), target(days(30))], WAITING),
    clock('handover', 'handedOver', ['accepted'], 'perItem', 'receivingSide', [target(wall(30)), target(working(4)), target(days(1))]),
    clock('supervisorSeen', 'opened', ['seenBySupervisor'], 'perPromise', 'line', [
      target(
        wall(5),
        [],
        [
          { trigger: { kind: 'offset', offset: wall(-5) }, audience: ['shiftLeader', 'coordinator'] },
          { trigger: { kind: 'offset', offset: wall(0) }, audience: ['manager'] },
        ],
      ),
      null,
      null,
    ]),
    clock('acknowledgement', 'alerted', ['acknowledged'], 'perItem', 'alerted', [ACK(wall(10)), ACK(working(2)), ACK(working(4))]),
    clock('competence', 'disputed', ['competenceResolved'], 'perItem', 'central', [target(days(1)), target(days(1)), target(days(1))]),
    clock('reportAssessment', 'reportRaised', ['reportDecided'], 'perItem', 'qualifiedProfessional', [target(wall(240)), target(days(1)), target(days(1))]),
    clock('review', 'opened', [], 'repeats', 'responsible', [target(wall(24 * 60)), target(days(2)), target(days(5))]),
    clock('resolution', 'opened', ['closed'], 'once', 'service', [null, null, null], WAITING),
  ],
  attempts: {
    red: { exhaustedAfter: 4, minimumGap: wall(30) },
    yellow: { exhaustedAfter: 4, minimumGap: working(4) },
    green: { exhaustedAfter: 3, minimumGap: days(1) },
  },
  maximumPauseDays: 15,
  reopenWindowMs: 90 * DAY,
  backdateMs: 72 * HOUR,
  authorCorrectionMs: 24 * HOUR,
  twoPersonClosure: ['red'],
};

export const TEST_RULEBOOK: Rulebook = { policy: TEST_POLICY, calendars: { [SERVICE.version]: SERVICE }, calendarOf: { '*': SERVICE.version } };

/** The same promises round the clock: deadlines that can be read off a test. */
export const WALL_RULEBOOK: Rulebook = { policy: TEST_POLICY, calendars: { [WALL_CLOCK.version]: WALL_CLOCK }, calendarOf: { '*': WALL_CLOCK.version } };

/** Afternoons only, every day but Sunday. */
const AFTERNOONS: CalendarSnapshot = {
  ...SERVICE,
  version: 'service-2',
  weekly: Array.from({ length: 7 }, (_, day) => (day < 6 ? [[13 * 3600, 18 * 3600] as const] : [])),
};

/** Other budgets on another calendar: what a case may be rebased to. Clocks keep their milestones, red keeps its wall time. */
export const OTHER_RULEBOOK: Rulebook = {
  policy: { ...TEST_POLICY, version: 2, clocks: TEST_POLICY.clocks.map(withOtherBudgets) },
  calendars: { [AFTERNOONS.version]: AFTERNOONS },
  calendarOf: { '*': AFTERNOONS.version },
};

function withOtherBudgets(definition: ClockDefinition): ClockDefinition {
  const { red, yellow, green } = definition.targets;
  return { ...definition, targets: { red: longer(red), yellow: longer(yellow), green: shorter(green) } };
}

function longer(one: Target | null): Target | null {
  if (one === null) return null;
  return { ...one, budget: one.budget.unit === 'businessDays' ? { ...one.budget, days: one.budget.days + 2 } : { ...one.budget, ms: one.budget.ms * 2 } };
}

function shorter(one: Target | null): Target | null {
  if (one === null) return null;
  return { ...one, budget: one.budget.unit === 'businessDays' ? working(one.budget.days * 3) : { ...one.budget, ms: Math.ceil(one.budget.ms / 2) } };
}

/** The same rulebook for every case, whatever is published. */
export function fixedRulebooks(rulebook: Rulebook): RulebookSource {
  return {
    current: () => rulebook,
    withCandidate: (_at, _facts, policy) => ({ ...rulebook, policy }),
    withCalendars: (_at, policy) => ({ ...rulebook, policy }),
    refresh: () => undefined,
  };
}
