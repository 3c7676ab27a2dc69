/** What people do next with a case: mostly what makes sense in its state, now and then what does not, or what somebody else is doing at the same moment. */
import type { NeedCategory } from '../../domain/case/codes.ts';
import type { PersonCommandType } from '../../domain/case/commands.ts';
import type { KnownCase } from './known-case.ts';
import type { Caller } from './ledger.ts';
import { coordinatorOf, MUNICIPI, OPERATORS, SHIFT_LEADER, WORKERS, workersOf } from './people.ts';
import type { Random } from './random.ts';

export interface Act {
  readonly command: PersonCommandType | 'reopen';
  readonly by: Caller;
  readonly body: Readonly<Record<string, unknown>>;
}

const NEEDS: readonly NeedCategory[] = ['POSTPARTUM_HEALTH', 'HOUSING_EVICTION', 'ISOLATION', 'BREASTFEEDING_INFANT_CARE'];
const MINUTE = 60_000;

/** The body of an opening. */
export function openingBody(random: Random): Readonly<Record<string, unknown>> {
  const urgency = random.pick(['green', 'yellow', 'yellow', 'red']);
  const placed = random.chance(0.85) ? { municipio: random.pick(MUNICIPI), assignReason: 'registered_address' } : {};
  return { urgency, primaryNeed: random.pick(NEEDS), ...(urgency === 'red' ? { redFlags: ['R1'] } : {}), ...placed };
}

/** Something somebody does with a case. */
export function nextAct(random: Random, known: KnownCase, now: number): Act {
  const here = known.municipio ?? random.pick(MUNICIPI);
  const owner = known.owner ?? random.pick(workersOf(here));
  const act: Make = (command, body = {}, by = owner) => ({ command, by, body });
  if (random.chance(0.2)) return anything({ random, known, here, act, now });
  return random.pick(sensible({ random, known, here, act, now }));
}

type Make = (command: Act['command'], body?: Act['body'], by?: Caller) => Act;

interface Situation {
  readonly random: Random;
  readonly known: KnownCase;
  readonly here: string;
  readonly act: Make;
  readonly now: number;
}

function anything({ random, known, here, act, now }: Situation): Act {
  const acts = [
    act('agreeCallback', { from: iso(now + 30 * MINUTE), to: iso(now + 90 * MINUTE) }, random.pick(OPERATORS)),
    act('changeUrgency', { urgency: random.pick(['red', 'yellow', 'green']), reason: 'new_information' }, coordinatorOf(here)),
    act('raiseReportAssessment', { ground: 'child_at_risk' }, random.pick(OPERATORS)),
    act('acknowledgeAlert', { alert: 1, note: 'taking_care' }, coordinatorOf(here)),
    act('transfer', { municipio: elsewhere(random, here), reason: 'family_moved' }),
    act('claim', {}, random.pick(workersOf(here))),
    // Whoever has never had it in reach is told that there is no such case.
    act('claim', {}, random.pick(WORKERS)),
    act('close', { outcome: 'opened_in_error' }),
  ];
  // Nobody of a municipio sees a case that has none yet.
  return random.pick(acts.filter(({ by }) => known.status !== 'awaiting_assignment' || by.municipi.length === 0));
}

function sensible({ random, known, here, act, now }: Situation): readonly Act[] {
  const colleague = random.pick(workersOf(here));
  switch (known.status) {
    case 'awaiting_assignment':
      return [act('assign', { municipio: here, reason: 'domicile' }, SHIFT_LEADER)];
    case 'awaiting_claim':
      return [
        act('claim', {}, colleague),
        act('claim', {}, random.pick(workersOf(here))),
        act('assignTo', { worker: colleague.sub }, coordinatorOf(here)),
        act('assign', { municipio: elsewhere(random, here), reason: 'domicile' }, coordinatorOf(here)),
      ];
    case 'contacting':
      return [
        act('logAttempt', { outcome: 'no_answer' }),
        act('logAttempt', { outcome: 'reached' }),
        act('logAttempt', { outcome: 'reached' }),
        act('release', { reason: 'workload' }),
        ...offer({ random, known, here, act, now }),
      ];
    case 'following_up':
      return [
        act('recordDecision', { kind: random.pick(['information', 'appointment', 'referral']) }),
        ...(known.steps < 2 ? [act('planFollowUp', { kind: 'call', dueAt: iso(now + 120 * MINUTE) })] : []),
        ...(known.steps > 0 ? [act('completeFollowUp', { step: 1 + Math.floor(random.next() * known.steps) })] : []),
        ...offer({ random, known, here, act, now }),
        act('close', { outcome: 'informed' }),
        // A red case is closed by two.
        act('proposeClosure', { outcome: 'informed' }),
        act('approveClosure', {}, coordinatorOf(here)),
      ];
    case 'closed':
      return [act('reopen', { reason: 'family_called_back' }, random.pick(OPERATORS))];
  }
}

/** An offer to a colleague or to another municipio, or what becomes of one. */
function offer({ random, known, here, act }: Situation): readonly Act[] {
  if (known.offered === null) {
    return [
      act('reassign', { worker: random.pick(workersOf(here)).sub, reason: 'expertise' }),
      act('transfer', { municipio: elsewhere(random, here), reason: 'competence' }),
    ];
  }
  const receiver = 'worker' in known.offered ? known.offered.worker : random.pick(workersOf(known.offered.municipio));
  return [
    act('acceptHandover', {}, receiver),
    act('acceptHandover', {}, receiver),
    act('declineHandover', { reason: 'workload' }, receiver),
    act('withdrawHandover'),
  ];
}

function elsewhere(random: Random, here: string): string {
  return random.pick(MUNICIPI.filter((municipio) => municipio !== here));
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}
