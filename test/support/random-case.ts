/**
 * Random lives of a case for property tests. A plan is numbers only; what they mean is chosen while playing, mostly among what is allowed then, so that runs get
 * deep (blind command sequences are refused nearly always), and sometimes blindly, so that refusals are met too.
 */
import fc from 'fast-check';
import { ATTEMPT_OUTCOMES, CORRECTED_OUTCOMES, CLOSURE_OUTCOMES, DECISION_KINDS, UNREACHABLE_DECISIONS } from '../../domain/case/codes.ts';
import { SYSTEM, type Actor, type Command, type CommandType } from '../../domain/case/commands.ts';
import type { CaseState } from '../../domain/case/state.ts';
import { isAllowed } from '../../domain/case/transitions.ts';
import { URGENCIES } from '../../domain/sla/policy.ts';
import { CaseUnderTest, CENTRAL, COLLEAGUE, COORDINATOR, ELSEWHERE, WORKER } from './case-builder.ts';
import { DAY, HOUR, MINUTE, OTHER_RULEBOOK, TEST_RULEBOOK } from './rulebook.ts';

interface Plan {
  readonly pick: number;
  readonly a: number;
  readonly b: number;
  readonly blind: boolean;
  readonly wait: number;
}

export interface Run {
  readonly urgency: 'red' | 'yellow' | 'green';
  readonly assigned: boolean;
  readonly plans: readonly Plan[];
}

const plan: fc.Arbitrary<Plan> = fc.record({
  pick: fc.nat(),
  a: fc.nat(),
  b: fc.nat(),
  blind: fc.integer({ min: 0, max: 9 }).map((value) => value === 0),
  wait: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 90 * MINUTE }), fc.integer({ min: 1, max: 2 * DAY })),
});

export const run: fc.Arbitrary<Run> = fc.record({
  urgency: fc.constantFrom(...URGENCIES),
  assigned: fc.integer({ min: 0, max: 3 }).map((value) => value > 0),
  plans: fc.array(plan, { minLength: 5, maxLength: 60, size: 'max' }),
});

const one = <T>(list: readonly T[], index: number): T => list[index % list.length]!;
const TERRITORIES = ['3', '4', 'CENTRAL'];

type Maker = (at: number, state: CaseState, a: number, b: number) => Command;

const MAKERS: readonly Maker[] = [
  (_, __, a) => ({ type: 'assign', municipio: one(TERRITORIES, a), reason: 'registered_address' }),
  () => ({ type: 'claim' }),
  () => ({ type: 'assignTo', worker: 'worker-2' }),
  () => ({ type: 'release', reason: 'workload' }),
  () => ({ type: 'reassign', worker: 'worker-2', reason: 'absence' }),
  (_, __, a) => ({ type: 'transfer', municipio: one(TERRITORIES, a), reason: 'competence' }),
  () => ({ type: 'acceptHandover' }),
  () => ({ type: 'declineHandover', reason: 'workload' }),
  () => ({ type: 'withdrawHandover' }),
  (at, _, a) => ({ type: 'agreeCallback', from: at + (a % 5) * HOUR, to: at + ((a % 5) + 1) * HOUR }),
  (at, _, a, b) => ({ type: 'logAttempt', outcome: one(ATTEMPT_OUTCOMES, a), occurredAt: at - (b % (2 * HOUR)) }),
  (_, __, a) => ({ type: 'logAttempt', outcome: one(ATTEMPT_OUTCOMES, a) }),
  () => ({ type: 'logAttempt', outcome: 'no_answer' }),
  (_, state, a, b) => ({ type: 'correctAttempt', attempt: 1 + (a % (state.attempts.length + 1)), outcome: one(CORRECTED_OUTCOMES, b), reason: 'wrong_tap' }),
  (_, __, a) => ({ type: 'decideUnreachable', decision: one(UNREACHABLE_DECISIONS, a) }),
  (_, __, a) => ({ type: 'recordDecision', kind: one(DECISION_KINDS, a) }),
  (at, _, a) => ({ type: 'planFollowUp', kind: 'call', dueAt: at + (1 + (a % 4)) * DAY }),
  (_, state, a) => ({ type: 'completeFollowUp', step: 1 + (a % (state.followUps.length + 1)) }),
  (at, state, a, b) => ({ type: 'rescheduleFollowUp', step: 1 + (a % (state.followUps.length + 1)), dueAt: at + (1 + (b % 4)) * DAY }),
  (_, state, a) => ({ type: 'cancelFollowUp', step: 1 + (a % (state.followUps.length + 1)), reason: 'no_longer_needed' }),
  (at, _, a) => ({ type: 'pause', reason: 'WAITING_FAMILY', until: at + (1 + (a % 4)) * DAY }),
  () => ({ type: 'resume' }),
  () => ({ type: 'disputeCompetence', reason: 'border_address' }),
  (_, __, a) => ({ type: 'resolveCompetence', municipio: one(TERRITORIES, a), reason: 'registered_address' }),
  (_, __, a) => ({ type: 'changeUrgency', urgency: one(URGENCIES, a), reason: 'new_information' }),
  (_, state, a) => ({ type: 'acknowledgeAlert', alert: 1 + (a % (state.alerts.length + 1)), note: 'taking_care' }),
  () => ({ type: 'recordNightHandover', route: 'emergency_112', onCall: 'manager-1' }),
  () => ({ type: 'raiseReportAssessment', ground: 'child_at_risk' }),
  (_, state) => ({ type: 'decideReportAssessment', assessment: state.numbers.assessment, decision: 'no_report', reason: 'grounds_not_confirmed' }),
  (_, __, a) => ({ type: 'proposeClosure', outcome: one(CLOSURE_OUTCOMES, a) }),
  () => ({ type: 'approveClosure' }),
  (_, __, a) => ({ type: 'close', outcome: one(CLOSURE_OUTCOMES, a) }),
  () => ({ type: 'reopen', reason: 'family_called_back', rulebook: TEST_RULEBOOK }),
  (_, __, a) => ({ type: 'rebase', reason: 'policy_published', rulebook: one([OTHER_RULEBOOK, TEST_RULEBOOK], a) }),
  () => ({ type: 'tick' }),
];

const BY_SYSTEM: readonly CommandType[] = ['tick', 'rebase'];

/** Plays a run, calling `check` after the opening and after every accepted command, with the state before. */
export function play(given: Run, check: (subject: CaseUnderTest, before: CaseState | null) => void = () => undefined): CaseUnderTest {
  const subject = new CaseUnderTest({ urgency: given.urgency, ...(given.assigned ? {} : { assignment: null }) });
  check(subject, null);
  for (const { pick, a, b, blind, wait } of given.plans) {
    subject.after(wait);
    const before = subject.state;
    const commands = MAKERS.map((make) => make(subject.at, before, a, b)).filter((command) => blind || isAllowed(before, command.type));
    const command = one(commands, pick);
    subject.try(command, BY_SYSTEM.includes(command.type) ? SYSTEM : actorFor(before, b));
    if (subject.state !== before) check(subject, before);
  }
  return subject;
}

function actorFor(state: CaseState, b: number): Actor {
  const owner = [WORKER, COLLEAGUE].find((worker) => worker.id === state.stage.owner) ?? WORKER;
  return one([owner, owner, COORDINATOR, ELSEWHERE, CENTRAL, COLLEAGUE], b);
}
