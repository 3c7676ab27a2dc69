import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { COORDINATOR } from '../support/case-builder.ts';
import { createTimeSkipping, type TimeSkipping } from '../support/time-skipping.ts';

let engine: TimeSkipping;
beforeAll(async () => {
  engine = await createTimeSkipping();
}, 60_000);
afterAll(async () => {
  await engine.stop();
  await engine.env.teardown();
});

describe('a case from the call to closure', () => {
  test('answers each command with what was written', async () => {
    const running = await engine.open();
    expect(await running.do({ type: 'claim' })).toMatchObject({ revision: 2, etag: 2, status: 'contacting' });
    expect(await running.do({ type: 'logAttempt', outcome: 'reached' })).toMatchObject({ revision: 3, status: 'following_up' });
    expect(await running.do({ type: 'recordDecision', kind: 'information' })).toMatchObject({ revision: 4 });
    expect(await running.do({ type: 'close', outcome: 'informed' })).toMatchObject({ revision: 5, status: 'closed' });
    expect(await running.handle.result()).toEqual({ revision: 5, status: 'closed' });
    expect(engine.log.state(running.caseId).stage.status).toBe('closed');
    void COORDINATOR;
  });
});
