/** What a run does that is ended from outside, and what becomes of alerts nobody could be told of. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/client';
import { COORDINATOR } from '../support/case-builder.ts';
import { eventually, type RunningCase } from '../support/case-harness.ts';
import { deferred } from '../support/deferred.ts';
import { createTimeSkipping, type TimeSkipping } from '../support/time-skipping.ts';

let engine: TimeSkipping;
beforeAll(async () => {
  engine = await createTimeSkipping();
}, 60_000);
afterEach(() => {
  delete engine.faults.announce;
});
afterAll(async () => {
  await engine.stop();
  await engine.env.teardown();
});

const incidentsOf = ({ caseId }: RunningCase) => engine.recorded.incidents.filter((incident) => incident.caseId === caseId);
const restartsOf = (running: RunningCase) => engine.recorded.restarts.filter(({ caseId }) => caseId === running.caseId);

async function closeRed(running: RunningCase): Promise<void> {
  await running.do({ type: 'claim' });
  await running.do({ type: 'logAttempt', outcome: 'reached' });
  await running.do({ type: 'proposeClosure', outcome: 'informed' });
  expect(await running.do({ type: 'approveClosure' }, COORDINATOR)).toMatchObject({ status: 'closed' });
}

describe('a run an operator cancels', () => {
  test('records it before it ends, and asks for the case to be started again', async () => {
    const running = await engine.open();
    await running.handle.cancel();
    expect(await running.ending()).toBe('CancelledFailure');
    expect(running.revisions().at(-1)).toMatchObject({ actor: { kind: 'system' }, events: [{ type: 'incidentRecorded', incident: 'engine_cancelled' }] });
    const restart = { caseId: running.caseId, episode: 1, revision: 2, reason: 'engine_cancelled', runId: running.handle.firstExecutionRunId };
    expect(restartsOf(running)).toEqual([restart]);
    const again = await engine.start(running.caseId);
    expect(await again.do({ type: 'claim' })).toMatchObject({ revision: 3 });
  });

  test('asks for no restart when an operator cancels what is left of a closed case', async () => {
    const told = deferred();
    engine.faults.announce = () => told.promise;
    const running = await engine.open({ urgency: 'red', redFlags: ['R1'] });
    await closeRed(running);
    await running.handle.cancel();
    expect(await running.ending()).toBe('CancelledFailure');
    expect(restartsOf(running)).toEqual([]);
    told.resolve();
  });
});

describe('an alert that cannot be announced', () => {
  test('becomes an event people can see, and an incident', async () => {
    engine.faults.announce = () => {
      throw ApplicationFailure.nonRetryable('no such mailbox');
    };
    const running = await engine.open({ urgency: 'red', redFlags: ['R1'] });
    const incident = { type: 'incidentRecorded', incident: 'effect_failed', about: `${running.caseId}:1:alert-1` };
    await eventually(() => expect(running.revisions().at(-1)?.events).toMatchObject([incident]));
    expect(incidentsOf(running)).toEqual([{ kind: 'effect_failed', caseId: running.caseId, details: { effect: incident.about, clock: 'supervisorSeen-1' } }]);
  });

  test('becomes an incident when its case is closed by then', async () => {
    const told = deferred();
    engine.faults.announce = () => told.promise;
    const running = await engine.open({ urgency: 'red', redFlags: ['R1'] });
    await closeRed(running);
    const closed = running.revisions().length;
    told.reject(ApplicationFailure.nonRetryable('no such mailbox'));
    expect(await running.ending()).toBe('completed');
    expect(running.revisions()).toHaveLength(closed);
    expect(incidentsOf(running)).toMatchObject([{ kind: 'effect_failed', details: { effect: `${running.caseId}:1:alert-1` } }]);
  });
});
