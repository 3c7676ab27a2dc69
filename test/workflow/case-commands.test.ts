import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ApplicationFailure } from '@temporalio/client';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { eventActor } from '../../domain/case/commands.ts';
import { decide } from '../../domain/case/decide.ts';
import type { Revision } from '../../domain/case/events.ts';
import type { Rejection } from '../../domain/case/rejection.ts';
import { COLLEAGUE, COORDINATOR, ELSEWHERE, WORKER } from '../support/case-builder.ts';
import { eventually, type RunningCase } from '../support/case-harness.ts';
import { HOUR } from '../support/rulebook.ts';
import { createTimeSkipping, type TimeSkipping } from '../support/time-skipping.ts';

let engine: TimeSkipping;
beforeAll(async () => {
  engine = await createTimeSkipping();
}, 60_000);
afterEach(() => {
  engine.log.before = () => {};
  engine.log.after = (result) => result;
  delete engine.faults.announce;
});
afterAll(async () => {
  await engine.stop();
  await engine.env.teardown();
});

/** Puts another's claim into the log behind the workflow's back. */
function claimElsewhere(running: RunningCase): void {
  const state = engine.log.state(running.caseId);
  const decision = decide(state, { command: { type: 'claim' }, actor: COLLEAGUE }, state.asOf + 1);
  if (!decision.ok) throw new Error(decision.rejection.code);
  const revision: Revision = {
    revision: state.revision + 1,
    commandId: randomUUID(),
    command: 'claim',
    actor: eventActor(COLLEAGUE),
    events: decision.events,
  };
  engine.log.store(running.caseId, revision, { revision: revision.revision, etag: revision.revision, status: 'contacting', clocks: [] });
}

describe('a command', () => {
  test('given twice under one id is done once and answered the same', async () => {
    const running = await engine.open();
    const commandId = randomUUID();
    const [first, second] = await Promise.all([running.do({ type: 'claim' }, WORKER, { commandId }), running.do({ type: 'claim' }, WORKER, { commandId })]);
    expect(second).toEqual(first);
    expect(running.count('claimed')).toBe(1);
  });

  test('remembered from before the run started gets its answer again', async () => {
    const running = await engine.open();
    const commandId = randomUUID();
    const answer = await running.do({ type: 'claim' }, WORKER, { commandId });
    await running.handle.terminate('a lost engine');
    const again = await engine.start(running.caseId, { answered: [[commandId, answer]] });
    expect(await again.do({ type: 'claim' }, WORKER, { commandId })).toEqual(answer);
    expect(again.count('claimed')).toBe(1);
  });

  test('refused leaves no trace and says what is allowed', async () => {
    const running = await engine.open();
    const before = (await running.handle.fetchHistory()).events!.length;
    const refusal = await running.do({ type: 'close', outcome: 'informed' }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(WorkflowUpdateFailedError);
    const cause = (refusal as WorkflowUpdateFailedError).cause as ApplicationFailure;
    expect(cause).toMatchObject({ type: 'command_not_allowed', nonRetryable: true });
    expect((cause.details![0] as Rejection).allowed).toContain('claim');
    expect((await running.handle.fetchHistory()).events!.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes)).toEqual([]);
    expect(before).toBeGreaterThan(0);
  });

  test('with a stale revision is refused, unless its id is known', async () => {
    const running = await engine.open();
    const commandId = randomUUID();
    await running.do({ type: 'claim' }, WORKER, { commandId, ifMatch: 1 });
    expect(await running.failure({ type: 'release', reason: 'workload' }, WORKER, { ifMatch: 1 })).toBe('case_changed');
    expect(await running.do({ type: 'claim' }, WORKER, { commandId, ifMatch: 1 })).toMatchObject({ revision: 2 });
  });

  test('under another name than its own is refused', async () => {
    const running = await engine.open();
    const envelope = { commandId: randomUUID(), actor: WORKER, ifMatch: null, fingerprint: null, requestId: 'r', command: { type: 'claim' } };
    const sent = running.handle.executeUpdate('release', { args: [envelope] }).catch((error: unknown) => error);
    expect(((await sent) as WorkflowUpdateFailedError).cause).toMatchObject({ type: 'command_malformed' });
  });

  test('without a body is refused and does not stick the case', async () => {
    const running = await engine.open();
    const sent = running.handle.executeUpdate('claim', { args: [] }).catch((error: unknown) => error);
    expect(((await sent) as WorkflowUpdateFailedError).cause).toMatchObject({ type: 'internal_error' });
    expect(await running.do({ type: 'claim' })).toMatchObject({ revision: 2 });
  });

  test('whose case went to another municipio before its turn is refused: who sent it could not even see the case', async () => {
    const running = await engine.open();
    await running.do({ type: 'assign', municipio: '4', reason: 'domicile' }, COORDINATOR);
    expect(await running.failure({ type: 'claim' }, WORKER)).toBe('out_of_reach');
    expect(await running.do({ type: 'claim' }, ELSEWHERE)).toMatchObject({ revision: 3, status: 'contacting' });
  });

  test('of two people at once is given to one of them', async () => {
    const running = await engine.open();
    const outcomes = await Promise.all([running.failure({ type: 'claim' }, WORKER), running.failure({ type: 'claim' }, COLLEAGUE)]);
    expect([...outcomes].sort()).toEqual(['accepted', 'command_not_allowed']);
    expect(running.count('claimed')).toBe(1);
  });
});

describe('the log', () => {
  test('away for a while delays commands, loses none and keeps their order', async () => {
    const running = await engine.open();
    let failures = 3;
    engine.log.before = () => {
      if (failures-- > 0) throw new Error('connection refused');
    };
    const claim = running.do({ type: 'claim' });
    const window = { from: (await engine.env.currentTimeMs()) + HOUR, to: (await engine.env.currentTimeMs()) + 2 * HOUR };
    await claim;
    const answers = await Promise.all([running.do({ type: 'agreeCallback', ...window }), running.do({ type: 'logAttempt', outcome: 'busy' })]);
    expect(answers.map((answer) => answer.revision).sort()).toEqual([3, 4]);
  });

  test('that holds another command at this revision wins; ours is decided again and refused', async () => {
    const running = await engine.open();
    claimElsewhere(running);
    expect(await running.failure({ type: 'claim' })).toBe('command_not_allowed');
    expect((await running.state()).stage.owner).toBe(COLLEAGUE.id);
    expect(running.revisions()).toHaveLength(2);
  });

  test('that holds another command at this revision wins; ours is decided again and written after it', async () => {
    const running = await engine.open();
    claimElsewhere(running);
    expect(await running.do({ type: 'changeUrgency', urgency: 'green', reason: 'new_information' })).toMatchObject({ revision: 3, status: 'contacting' });
    expect(await running.state()).toEqual(engine.log.state(running.caseId));
  });

  test('that holds our own command from an attempt the engine lost gives what was written then', async () => {
    const running = await engine.open();
    let lost = true;
    engine.log.after = (result) => {
      if (lost) {
        lost = false;
        throw new Error('connection reset');
      }
      return result;
    };
    expect(await running.do({ type: 'claim' })).toMatchObject({ revision: 2 });
    expect(running.count('claimed')).toBe(1);
    expect(await running.state()).toEqual(engine.log.state(running.caseId));
  });

  test('that knows a command forgotten here answers it without doing it again', async () => {
    const running = await engine.open();
    const commandId = randomUUID();
    await running.do({ type: 'agreeCallback', from: (await engine.env.currentTimeMs()) + HOUR, to: (await engine.env.currentTimeMs()) + 2 * HOUR }, WORKER, {
      commandId,
    });
    await running.handle.terminate('a lost engine');
    const again = await engine.start(running.caseId);
    expect(await again.do({ type: 'agreeCallback', from: Date.now() + 9 * HOUR, to: Date.now() + 10 * HOUR }, WORKER, { commandId })).toMatchObject({
      revision: 2,
    });
    expect(again.count('callbackAgreed')).toBe(1);
  });

  test('that stands behind ends the run with every waiting command, and the case starts again from it', async () => {
    const running = await engine.open();
    await running.do({ type: 'claim' });
    await running.do({ type: 'logAttempt', outcome: 'no_answer' });
    engine.log.restore(running.caseId, 1);
    const outcomes = await Promise.all([
      running.failure({ type: 'logAttempt', outcome: 'reached' }),
      running.failure({ type: 'changeUrgency', urgency: 'green', reason: 'new_information' }),
    ]);
    expect(outcomes).toEqual(['log_behind', 'log_behind']);
    expect(await running.ending()).toBe('log_behind');
    const restart = { caseId: running.caseId, episode: 1, revision: 4, reason: 'log_behind', details: { logRevision: 1 } };
    expect(engine.recorded.restarts).toContainEqual({ ...restart, runId: running.handle.firstExecutionRunId });
    const again = await engine.start(running.caseId);
    expect(await again.do({ type: 'claim' })).toMatchObject({ revision: 2 });
  });
});

describe('the engine', () => {
  test('turns an unexpected error of a handler into a refusal; the case goes on', async () => {
    const running = await engine.open();
    let spoil = true;
    engine.log.after = (result) => {
      const events = spoil ? (null as never) : result.stored.events;
      spoil = false;
      return { ...result, ours: false, stored: { ...result.stored, events } };
    };
    expect(await running.failure({ type: 'claim' })).toBe('internal_error');
    expect(await running.do({ type: 'logAttempt', outcome: 'reached' }).catch(() => 'refused')).toBe('refused');
    expect(await running.do({ type: 'release', reason: 'workload' }).catch(() => 'refused')).toBe('refused');
    // The log has the claim: the next command that is decided finds it there.
    expect(await running.do({ type: 'changeUrgency', urgency: 'green', reason: 'new_information' })).toMatchObject({ revision: 3, status: 'contacting' });
    const { events } = await running.handle.fetchHistory();
    expect(events!.filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
  });

  test('goes on in a new run before its history is long to replay', async () => {
    const running = await engine.open();
    await running.do({ type: 'claim' });
    for (let count = 0; count < 60; count++)
      await running.do({ type: 'changeUrgency', urgency: count % 2 === 0 ? 'green' : 'yellow', reason: 'new_information' });
    await eventually(async () => expect((await running.handle.describe()).runId).not.toBe(running.handle.firstExecutionRunId));
    const { events } = await engine.env.client.workflow.getHandle(running.handle.workflowId, running.handle.firstExecutionRunId).fetchHistory();
    expect(events!.length).toBeLessThan(300);
    expect(await running.do({ type: 'logAttempt', outcome: 'reached' })).toMatchObject({ revision: 63, status: 'following_up' });
  });

  test('ends a run in which time cannot pass, and asks for the case to be started again', async () => {
    const running = await engine.open();
    engine.log.after = (result) =>
      result.stored.command === 'tick' ? { ...result, ours: false, stored: { ...result.stored, events: null as never } } : result;
    await engine.env.sleep(3 * HOUR);
    expect(await running.ending()).toBe('internal_error');
    expect(engine.recorded.restarts.filter(({ caseId }) => caseId === running.caseId)).toMatchObject([{ reason: 'internal_error', revision: 1 }]);
  });

  test('raises a case opened under older rules before anything else', async () => {
    const opened = await engine.open();
    await opened.handle.terminate('to start it again with older rules');
    const running = await engine.start(opened.caseId, { state: { ...engine.log.state(opened.caseId), rulesVersion: 0 } });
    expect(await running.do({ type: 'claim' })).toMatchObject({ revision: 3, etag: 3 });
    expect(running.revisions()[1]).toMatchObject({ revision: 2, commandId: 'system-rules-2', events: [{ type: 'rulesRaised', to: 1 }] });
  });

  test('describes a case in words without people', async () => {
    const running = await engine.open();
    await running.do({ type: 'claim' });
    const metadata = await running.handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
    expect(metadata.currentDetails).toMatch(/^Stato: si cerca la famiglia\n\nMunicipio: 3\n\nProssima scadenza: .* 20\d\d-\d\d-\d\dT/);
    expect(metadata.currentDetails).toContain('Operatore: worker-1');
  });
});
