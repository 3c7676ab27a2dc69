/** The paths of a case whose histories are kept: what ran once must run the same on the code of any later day. Synthetic people, real server, seconds each. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import { SYSTEM, type UpdateCommand } from '../../domain/case/commands.ts';
import { scaleRulebook } from '../../domain/sla/scale-policy.ts';
import { COORDINATOR, ELSEWHERE, MANAGER, WORKER } from './case-builder.ts';
import { eventually, type Harness, type RunningCase } from './case-harness.ts';
import { deferred } from './deferred.ts';
import { HOUR, OTHER_RULEBOOK, WALL_RULEBOOK } from './rulebook.ts';

/** Plays one path to the end of its run, or to where the recording stops. */
export type RecordedPath = (engine: Harness) => Promise<RunningCase>;

/** Four hours are a second. */
const FAST = scaleRulebook(WALL_RULEBOOK, 14_400);
const GAP_MS = 2_600;

async function play(running: RunningCase, ...commands: UpdateCommand[]): Promise<RunningCase> {
  for (const command of commands) await running.do(command);
  return running;
}

async function closed(running: RunningCase): Promise<RunningCase> {
  await running.handle.result();
  return running;
}

const CLAIM = { type: 'claim' } as const;
const REACHED = { type: 'logAttempt', outcome: 'reached' } as const;
const NO_ANSWER = { type: 'logAttempt', outcome: 'no_answer' } as const;
const CLOSE = { type: 'close', outcome: 'informed' } as const;

/** By name of the file. */
export const RECORDED_PATHS: Readonly<Record<string, RecordedPath>> = {
  'reached-at-first-call': async (engine) => closed(await play(await engine.open(), CLAIM, REACHED, { type: 'recordDecision', kind: 'information' }, CLOSE)),

  'no-answer-three-times': async (engine) => {
    const running = await play(await engine.open({ urgency: 'green', rulebook: FAST }), CLAIM, NO_ANSWER);
    for (let attempt = 2; attempt <= 3; attempt++) {
      await sleep(GAP_MS);
      await play(running, NO_ANSWER);
    }
    await running.do({ type: 'decideUnreachable', decision: 'letter' }, COORDINATOR);
    await running.do({ type: 'decideUnreachable', decision: 'close' }, COORDINATOR);
    return closed(running);
  },

  transfer: async (engine) => {
    const running = await play(await engine.open(), CLAIM, REACHED, { type: 'transfer', municipio: '4', reason: 'family_moved' });
    await running.do({ type: 'declineHandover', reason: 'workload' }, ELSEWHERE);
    await play(running, { type: 'transfer', municipio: '4', reason: 'competence' });
    await running.do({ type: 'acceptHandover' }, ELSEWHERE);
    await running.do(CLAIM, ELSEWHERE);
    await running.do(CLOSE, ELSEWHERE);
    return closed(running);
  },

  'breach-with-ladder': async (engine) => {
    const running = await engine.open({ rulebook: FAST });
    await eventually(() => expectCount(running, 'alertRaised', 2));
    await running.do({ type: 'acknowledgeAlert', alert: 2, note: 'reassigning' }, MANAGER);
    return closed(await play(running, CLAIM, REACHED, CLOSE));
  },

  'waiting-for-the-family': async (engine) => {
    const running = await play(await engine.open(), CLAIM, REACHED);
    await play(running, { type: 'pause', reason: 'WAITING_FAMILY', until: Date.now() + 1_500 });
    await eventually(() => expectCount(running, 'resumed', 1));
    return closed(await play(running, { type: 'recordDecision', kind: 'appointment' }, { type: 'close', outcome: 'appointment_made' }));
  },

  'urgency-raised': async (engine) => {
    const running = await play(await engine.open({ urgency: 'green' }), CLAIM, {
      type: 'changeUrgency',
      urgency: 'red',
      reason: 'new_red_flag',
      redFlags: ['R2'],
    });
    await eventually(() => expectCount(running, 'alertRaised', 1));
    await running.do({ type: 'acknowledgeAlert', alert: 1, note: 'taking_care' }, COORDINATOR);
    return running;
  },

  'wrong-tap-corrected': async (engine) => {
    const running = await play(await engine.open(), CLAIM, REACHED);
    await play(running, { type: 'correctAttempt', attempt: 1, outcome: 'no_answer', reason: 'wrong_tap' });
    await play(running, { type: 'agreeCallback', from: Date.now() + HOUR, to: Date.now() + 2 * HOUR });
    return closed(await play(running, REACHED, CLOSE));
  },

  rebased: async (engine) => {
    const running = await play(await engine.open(), CLAIM);
    await running.do({ type: 'rebase', reason: 'policy_published', rulebook: OTHER_RULEBOOK, batch: 'batch-1' }, SYSTEM);
    return closed(await play(running, REACHED, CLOSE));
  },

  'red-closed-by-two': async (engine) => {
    const running = await engine.open({ urgency: 'red', redFlags: ['R1'] });
    await running.do({ type: 'acknowledgeAlert', alert: 1, note: 'taking_care' }, COORDINATOR);
    await play(running, CLAIM, REACHED, { type: 'recordDecision', kind: 'taking_charge' }, { type: 'proposeClosure', outcome: 'taken_in_charge' });
    await running.do({ type: 'approveClosure' }, COORDINATOR);
    return closed(running);
  },

  'continued-as-new': async (engine) => {
    const running = await play(await engine.open({}, { continueAfter: 2 }), CLAIM, NO_ANSWER);
    await eventually(async () => expectEqual((await running.handle.describe()).runId !== running.handle.firstExecutionRunId, true));
    return closed(await play(running, REACHED, CLOSE));
  },

  'cancelled-by-an-operator': async (engine) => {
    const running = await play(await engine.open(), CLAIM);
    await running.handle.cancel();
    expectEqual(await running.ending(), 'CancelledFailure');
    return running;
  },

  'second-episode': async (engine) => {
    const first = await closed(await play(await engine.open(), CLAIM, REACHED, CLOSE));
    const again = await engine.reopen(first.caseId);
    return closed(await play(again, CLAIM, REACHED, CLOSE));
  },

  'rules-raised': async (engine) => {
    const opened = await engine.open();
    await opened.handle.terminate('to start it again with older rules');
    const running = await engine.start(opened.caseId, { state: { ...engine.log.state(opened.caseId), rulesVersion: 0 } });
    return closed(await play(running, CLAIM, REACHED, CLOSE));
  },

  'log-behind': async (engine) => {
    const running = await play(await engine.open(), CLAIM);
    engine.log.restore(running.caseId, 0);
    expectEqual(await running.failure(NO_ANSWER, WORKER), 'log_behind');
    expectEqual(await running.ending(), 'log_behind');
    return running;
  },

  'alert-not-announced': async (engine) => {
    engine.faults.announce = () => Promise.reject(new Error('the first try fails'));
    const running = await engine.open({ urgency: 'red', redFlags: ['R1'] });
    await sleep(1_000);
    delete engine.faults.announce;
    await eventually(() => expectEqual(engine.recorded.announced.filter(({ caseId }) => caseId === running.caseId).length, 1), 20_000);
    return running;
  },

  'alert-given-up': async (engine) => {
    engine.faults.announce = () => Promise.reject(ApplicationFailure.nonRetryable('it can never be announced'));
    const running = await engine.open({ urgency: 'red', redFlags: ['R1'] });
    await eventually(() => expectCount(running, 'incidentRecorded', 1));
    delete engine.faults.announce;
    return running;
  },

  'alert-given-up-after-closure': async (engine) => {
    const told = deferred();
    engine.faults.announce = () => told.promise;
    const running = await play(await engine.open({ urgency: 'red', redFlags: ['R1'] }), CLAIM, REACHED, { type: 'proposeClosure', outcome: 'informed' });
    await running.do({ type: 'approveClosure' }, COORDINATOR);
    told.reject(ApplicationFailure.nonRetryable('it can never be announced'));
    await closed(running);
    delete engine.faults.announce;
    return running;
  },
};

function expectCount(running: RunningCase, type: string, least: number): void {
  if (running.count(type) < least) throw new Error(`${type} fewer than ${least} times`);
}

function expectEqual<T>(actual: T, expected: T): void {
  if (actual !== expected) throw new Error(`${String(actual)} instead of ${String(expected)}`);
}
