/** Postgres killed in the middle of commands, and restored from an older backup: nothing accepted is lost but what the backup lacks, and that is said. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { createStage, type Stage } from './stage.ts';

Runtime.install({ logger: new DefaultLogger('ERROR', () => {}) });
jest.setTimeout(180_000);

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
});
afterEach(() => stage.killWorkers());
afterAll(() => stage.stop());

/** The commands of a case in the order in which its workflow took them up. */
async function acceptedIn(caseId: string): Promise<readonly string[]> {
  const { events } = await stage.handleOf(caseId).fetchHistory();
  return (events ?? []).flatMap(({ workflowExecutionUpdateAcceptedEventAttributes: accepted }) => accepted?.acceptedRequest?.input?.name ?? []);
}

describe('Postgres away during the append', () => {
  test('commands sent are answered 202, applied in order once it is back, and the same key brings each answer', async () => {
    await stage.startFaultyWorker({ command: 'claim', when: 'before', kill: ['postgres'], self: false });
    const caseId = await stage.open();
    const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
    const hour = 3_600_000;
    const callback = { from: new Date(Date.now() + hour).toISOString(), to: new Date(Date.now() + 2 * hour).toISOString() };
    const answers = await Promise.all([
      stage.post('anna', `/cases/${caseId}/claim`, {}, first),
      stage.post('operator', `/cases/${caseId}/agree-callback`, callback, second),
      stage.post('coordinator', `/cases/${caseId}/change-urgency`, { urgency: 'green', reason: 'new_information' }, third),
    ]);
    expect(answers[0].status).toBe(202);
    await stage.raisePostgres();
    const claimed = await stage.untilAnswered('anna', `/cases/${caseId}/claim`, {}, first);
    const agreed = await stage.untilAnswered('operator', `/cases/${caseId}/agree-callback`, callback, second);
    const changed = await stage.untilAnswered('coordinator', `/cases/${caseId}/change-urgency`, { urgency: 'green', reason: 'new_information' }, third);
    const revisions = [claimed, agreed, changed].map(({ body }) => Number(body['revision']));
    expect([...revisions].sort()).toEqual([2, 3, 4]);
    expect(await stage.revisionsOf(caseId)).toEqual(['open', ...(await acceptedIn(caseId))]);
    expect(await stage.violations()).toEqual([]);
  });
});

describe('Postgres restored from an older backup', () => {
  test('cases go on from the backup, what was lost is told, and nothing contradicts', async () => {
    await stage.startWorker();
    const [asked, quiet] = [await stage.open(), await stage.open()];
    await stage.backUp();
    for (const caseId of [asked, quiet]) await stage.untilAnswered('anna', `/cases/${caseId}/claim`);
    await stage.untilAnswered('anna', `/cases/${asked}/log-attempt`, { outcome: 'reached' });
    await stage.restore();
    expect(await stage.revisionsOf(asked)).toEqual(['open']);

    const key = randomUUID();
    const claimed = await stage.untilAnswered('bruno', `/cases/${asked}/claim`, {}, key);
    expect(claimed.body).toMatchObject({ revision: 2, status: 'contacting' });
    expect((await stage.stateOf(asked)).stage.owner).toBe('sw-2');
    const incidents = await stage.knex('incident').where('case_id', asked).pluck<string[]>('kind');
    expect(incidents).toEqual(['log_behind']);

    // Nobody asks for anything on the other one: a worker that starts finds it.
    await stage.killWorkers();
    await stage.startWorker();
    expect(await stage.violations()).toEqual([]);
    expect((await stage.stateOf(quiet)).revision).toBe(1);
    expect(await stage.knex('incident').where('case_id', quiet).pluck<string[]>('kind')).toEqual(['log_behind']);
  });
});
