/** What people do next with a case: mostly what makes sense in its state, now and then what does not, or what somebody else is doing at the same moment. */
import type { NeedCategory } from '../../domain/case/codes.ts';
import type { PersonCommandType } from '../../domain/case/commands.ts';
import type { CaseStatus } from '../../domain/case/state.ts';
import type { Caller } from './ledger.ts';
import type { Random } from './random.ts';

/** What the clients know of a case: from its last answer, so it may be out of date. */
export interface KnownCase {
  readonly caseId: string;
  status: CaseStatus;
  owner: Caller | null;
  steps: number;
}

export interface Act {
  readonly command: PersonCommandType | 'reopen';
  readonly by: Caller;
  readonly body: Readonly<Record<string, unknown>>;
}

const HERE = ['3'];

export const OPERATOR: Caller = { sub: 'operator-1', roles: ['operator'], municipi: [] };
export const SHIFT_LEADER: Caller = { sub: 'shift-leader-1', roles: ['shiftLeader'], municipi: [] };
export const WORKERS: readonly Caller[] = [1, 2, 3].map((number) => ({ sub: `worker-${number}`, roles: ['socialWorker'], municipi: HERE }));
export const COORDINATOR: Caller = { sub: 'coordinator-3', roles: ['coordinator'], municipi: HERE };
export const EVERYBODY: readonly Caller[] = [OPERATOR, SHIFT_LEADER, ...WORKERS, COORDINATOR];

const NEEDS: readonly NeedCategory[] = ['POSTPARTUM_HEALTH', 'HOUSING_EVICTION', 'ISOLATION', 'BREASTFEEDING_INFANT_CARE'];
const MINUTE = 60_000;

/** The body of an opening. */
export function openingBody(random: Random): Readonly<Record<string, unknown>> {
  const urgency = random.pick(['green', 'yellow', 'yellow', 'red']);
  const placed = random.chance(0.85) ? { municipio: '3', assignReason: 'registered_address' } : {};
  return { urgency, primaryNeed: random.pick(NEEDS), ...(urgency === 'red' ? { redFlags: ['R1'] } : {}), ...placed };
}

/** Something somebody does with a case. */
export function nextAct(random: Random, known: KnownCase, now: number): Act {
  const owner = known.owner ?? random.pick(WORKERS);
  const act = (command: Act['command'], body: Act['body'] = {}, by = owner): Act => ({ command, by, body });
  const anything = [
    act('agreeCallback', { from: iso(now + 30 * MINUTE), to: iso(now + 90 * MINUTE) }, OPERATOR),
    act('changeUrgency', { urgency: random.pick(['red', 'yellow', 'green']), reason: 'new_information' }, COORDINATOR),
    act('raiseReportAssessment', { ground: 'child_at_risk' }, OPERATOR),
    act('acknowledgeAlert', { alert: 1, note: 'taking_care' }, COORDINATOR),
    act('claim', {}, random.pick(WORKERS)),
    act('close', { outcome: 'opened_in_error' }),
  ];
  // Nobody of a municipio sees a case that has none yet.
  if (random.chance(0.2)) return random.pick(anything.filter(({ by }) => known.status !== 'awaiting_assignment' || by.municipi.length === 0));
  return random.pick(sensible(known, act, random, now));
}

type Make = (command: Act['command'], body?: Act['body'], by?: Caller) => Act;

function sensible(known: KnownCase, act: Make, random: Random, now: number): readonly Act[] {
  switch (known.status) {
    case 'awaiting_assignment':
      return [act('assign', { municipio: '3', reason: 'domicile' }, SHIFT_LEADER)];
    case 'awaiting_claim':
      return [
        act('claim', {}, random.pick(WORKERS)),
        act('claim', {}, random.pick(WORKERS)),
        act('assignTo', { worker: random.pick(WORKERS).sub }, COORDINATOR),
      ];
    case 'contacting':
      return [
        act('logAttempt', { outcome: 'no_answer' }),
        act('logAttempt', { outcome: 'reached' }),
        act('logAttempt', { outcome: 'reached' }),
        act('release', { reason: 'workload' }),
      ];
    case 'following_up':
      return [
        act('recordDecision', { kind: random.pick(['information', 'appointment', 'referral']) }),
        act('planFollowUp', { kind: 'call', dueAt: iso(now + 120 * MINUTE) }),
        act('completeFollowUp', { step: Math.max(1, known.steps) }),
        act('reassign', { worker: random.pick(WORKERS).sub, reason: 'expertise' }),
        act('acceptHandover', {}, random.pick(WORKERS)),
        act('close', { outcome: 'informed' }),
        act('close', { outcome: 'informed' }),
      ];
    case 'closed':
      return [act('reopen', { reason: 'family_called_back' }, OPERATOR)];
  }
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
