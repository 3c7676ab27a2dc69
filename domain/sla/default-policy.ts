/**
 * The policy a new installation starts with: proposals, to be edited by the service that adopts them. No source gives response times for this line's second level;
 * the reasons are stated beside the figures so that they can be argued with. Where they come from:
 * - the front-door norm of English children's services: a referral is acknowledged and decided upon within one working day, an assessment done within 45. They are
 *   maxima, and a clock is there to show a family waiting, not to press a judgement;
 * - the 30 days of Italian administrative proceedings: every decision stays well inside them;
 * - contact-centre practice: a caller is called back in the agreed window, the same day.
 * Red runs on wall time because danger has no opening hours; yellow and green run on the municipio's hours. "d" is business days at the same wall time.
 */
import type { AttemptRule, Audience, ClockDefinition, ClockName, LadderStep, Milestone, Party, Policy, Span, Target, Urgency, WarningRule } from './policy.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const minutes = (count: number): Span => ({ unit: 'wall', ms: count * MINUTE });
const hours = (count: number): Span => ({ unit: 'wall', ms: count * HOUR });
const serviceHours = (count: number): Span => ({ unit: 'working', ms: count * HOUR });
const d = (days: number): Span => ({ unit: 'businessDays', days });

const atOffset = (offset: Span, ...audience: Audience[]): LadderStep => ({ trigger: { kind: 'offset', offset }, audience });
const atDue = (...audience: Audience[]): LadderStep => atOffset(minutes(0), ...audience);
const thenIfUnacknowledged = (...audience: Audience[]): LadderStep => ({ trigger: { kind: 'unacknowledged' }, audience });

const percent = (...marks: number[]): readonly WarningRule[] => marks.map((mark) => ({ percent: mark }));
const target = (budget: Span, warnings: readonly WarningRule[] = [], ...ladder: LadderStep[]): Target => ({ budget, warnings, ladder });

type Row = readonly [red: Target | null, yellow: Target | null, green: Target | null];

/** One line of the table: the same warnings and ladder at each urgency, three budgets. */
const each = (budgets: readonly [Span, Span, Span], warnings: readonly WarningRule[], ...ladder: LadderStep[]): Row => [
  target(budgets[0], warnings, ...ladder),
  target(budgets[1], warnings, ...ladder),
  target(budgets[2], warnings, ...ladder),
];

function clock(
  name: ClockName,
  party: Party,
  starts: Milestone,
  stops: readonly Milestone[],
  instances: ClockDefinition['instances'],
  [red, yellow, green]: Row,
  pausedBy: ClockDefinition['pausedBy'] = [],
): ClockDefinition {
  return { name, party, starts, stops, instances, pausedBy, targets: { red, yellow, green } };
}

/** Who hears of a family kept waiting: first who can act on it today, then who can change the staffing. */
const FAMILY_LADDER = [atDue('owner', 'coordinator'), thenIfUnacknowledged('manager')];
const COORDINATOR_LADDER = [atDue('coordinator'), thenIfUnacknowledged('manager')];
const CENTRAL_LADDER = [atDue('centralCoordinator'), thenIfUnacknowledged('manager')];

/** Before a family is reached. */
const REACHING_THE_FAMILY: readonly ClockDefinition[] = [
  // The address usually answers during the call; what is left is contested, and belongs to the central team.
  clock('assignment', 'service', 'opened', ['assigned'], 'once', [
    target(minutes(10), [], atDue('shiftLeader', 'centralCoordinator'), thenIfUnacknowledged('manager', 'onCall')),
    target(serviceHours(2), percent(80), ...CENTRAL_LADDER),
    target(d(1), percent(80), ...CENTRAL_LADDER),
  ]),
  // One working day is the ceiling for the first decision, so a named person must come well before it.
  clock('claim', 'municipio', 'assigned', ['claimed'], 'repeats', [
    target(minutes(30), [], atOffset(minutes(-15), 'coordinator'), atDue('municipioHead', 'centralCoordinator')),
    target(serviceHours(4), percent(50, 80), ...COORDINATOR_LADDER),
    target(d(1), percent(80), ...COORDINATOR_LADDER),
  ]),
  // Yellow within the front-door norm, green within the week.
  clock('firstAttempt', 'family', 'opened', ['attempted'], 'once', each([hours(1), d(1), d(3)], percent(80), ...FAMILY_LADDER)),
  // An attempt is not a contact: only speaking with the family counts.
  clock('firstContact', 'family', 'opened', ['reached'], 'once', each([hours(24), d(5), d(10)], percent(80), ...FAMILY_LADDER)),
  // Due at the end of the window agreed with the caller; the budget only stands in for it. No percentage: a reminder goes out when the window opens.
  clock('callbackWindow', 'family', 'callbackAgreed', ['attempted', 'reached'], 'repeats', each([hours(1), hours(1), hours(1)], [], atDue('coordinator'))),
  clock('nextAttempt', 'worker', 'attempted', ['attempted', 'reached'], 'repeats', each([hours(6), d(1), d(3)], percent(80), ...FAMILY_LADDER)),
];

/** From the first contact to the end. */
const FOLLOWING_UP: readonly ClockDefinition[] = [
  // Far inside 45 working days and 30 calendar days: families with small children should not wait for the legal maximum.
  clock('decision', 'family', 'opened', ['decided'], 'once', each([hours(24), d(5), d(10)], percent(80), ...FAMILY_LADDER), ['WAITING_FAMILY']),
  // The planner sets each date; the budget is the date proposed, after the practice of calling back after a referral (a day, a week, a month).
  clock('followUp', 'worker', 'followUpPlanned', ['followUpDone'], 'perItem', each([hours(24), d(7), d(30)], percent(80), ...FAMILY_LADDER), [
    'WAITING_FAMILY',
  ]),
  // The sender keeps the duty until it is accepted, so the sender hears of it too.
  clock('handover', 'receivingSide', 'handedOver', ['accepted'], 'perItem', each([minutes(30), serviceHours(4), d(1)], percent(80), ...FAMILY_LADDER)),
  // Closing fast is no aim. A policy may set a target; the default does not.
  clock('resolution', 'service', 'opened', ['closed'], 'once', [null, null, null], ['WAITING_FAMILY']),
];

/** What keeps the service itself honest. */
const OVERSIGHT: readonly ClockDefinition[] = [
  // Red is passed from person to person: the supervisors of the shift are told at once, those above them when nobody has looked; each time a case turns red.
  clock('supervisorSeen', 'line', 'opened', ['seenBySupervisor'], 'perPromise', [
    target(minutes(5), [], atOffset(minutes(-5), 'shiftLeader', 'coordinator'), atDue('manager', 'onCall')),
    null,
    null,
  ]),
  // Only decides when an alert passes to the next step; alerts about alerts would bury the case.
  clock('acknowledgement', 'alerted', 'alerted', ['acknowledged'], 'perItem', each([minutes(10), serviceHours(2), serviceHours(4)], [])),
  // The case goes on meanwhile with the municipio that has it.
  clock('competence', 'central', 'disputed', ['competenceResolved'], 'perItem', each([d(1), d(1), d(1)], percent(80), ...CENTRAL_LADDER)),
  // A proposal without a source of its own: the law names no term for this assessment inside a service. A qualified professional must confirm it.
  clock(
    'reportAssessment',
    'qualifiedProfessional',
    'reportRaised',
    ['reportDecided'],
    'perItem',
    each([hours(4), d(1), d(1)], percent(50), ...COORDINATOR_LADDER),
  ),
  // Runs whenever nothing else does, so that an open case always has an alarm. The engine starts and stops it; the milestones here only name its beginning.
  clock('review', 'responsible', 'opened', [], 'repeats', each([hours(24), d(2), d(5)], [], atDue('coordinator'))),
];

/** One missed call is not a refusal, and many calls in a row are a threat on a frightened phone. */
const ATTEMPTS: Readonly<Record<Urgency, AttemptRule>> = {
  red: { exhaustedAfter: 4, minimumGap: minutes(30) },
  yellow: { exhaustedAfter: 4, minimumGap: serviceHours(4) },
  green: { exhaustedAfter: 3, minimumGap: d(1) },
};

/** The default policy of the Milan line. */
export const DEFAULT_POLICY: Policy = {
  id: 'milano-020202',
  version: 1,
  clocks: [...REACHING_THE_FAMILY, ...FOLLOWING_UP, ...OVERSIGHT],
  attempts: ATTEMPTS,
  maximumPauseDays: 15,
  reopenWindowMs: 90 * DAY,
  backdateMs: 72 * HOUR,
  authorCorrectionMs: 24 * HOUR,
  // Two people agree before a situation of danger is called over.
  twoPersonClosure: ['red'],
};
