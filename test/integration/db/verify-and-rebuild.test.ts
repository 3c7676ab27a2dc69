import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CaseEvent } from '../../../domain/case/events.ts';
import { project } from '../../../domain/case/projection.ts';
import { loadCaseRecords } from '../../../db/case-records.ts';
import { rebuildProjections } from '../../../db/rebuild.ts';
import { checkBreaches } from '../../../db/verify/breaches.ts';
import { checkRevisions } from '../../../db/verify/revisions.ts';
import { verifyLog } from '../../../db/verify/verify-log.ts';
import type { Violation } from '../../../db/verify/violation.ts';
import { freshDatabase, type TestDatabase } from '../../support/fresh-database.ts';
import { play, run } from '../../support/random-case.ts';
import { DAY, MINUTE, MONDAY_9, TEST_RULEBOOK } from '../../support/rulebook.ts';
import { EVERYTHING, newCase, repositories, requestsOf, store } from './log-builder.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.knex.raw('TRUNCATE case_revision, case_event, escalation_case, case_clock');
});

const numbers = (violations: readonly Violation[]) => [...new Set(violations.map(({ invariant }) => invariant))].sort((a, b) => a - b);
const verify = (asOf: number) => verifyLog(database.knex, { asOf, batchSize: 7 });
const change = (sql: string, ...bindings: (string | number)[]) => database.knex.raw(sql, bindings);

/** A claimed case that breached a promise and has been reached, and when that was. */
async function breachedCase(): Promise<{ caseId: string; asOf: number }> {
  const subject = newCase()
    .after(2 * DAY)
    .do({ type: 'claim' })
    .after(MINUTE)
    .do({ type: 'logAttempt', outcome: 'reached' });
  return { caseId: await store(repositories(database.knex).log, subject), asOf: subject.at };
}

describe('a sound log', () => {
  test('breaks no invariant, whatever happened in it, and needs no rebuilding', async () => {
    const { log, rulebooks } = repositories(database.knex);
    for (const given of fc.sample(run, { numRuns: 15, seed: 20_202 })) {
      const subject = play(given);
      const caseId = randomUUID();
      const revisions = subject.revisions.map((revision) => ({
        ...revision,
        events: revision.events.map((event): CaseEvent => (event.type === 'opened' ? { ...event, caseId } : event)),
      }));
      for (const request of requestsOf(revisions)) await log.append(request);
      // Each case has seen time up to its own last event: until then nothing may be in flight.
      const [record] = await loadCaseRecords(database.knex, [caseId], rulebooks);
      expect(checkBreaches(record!, subject.state, subject.state.asOf)).toEqual([]);
    }
    expect(await verify(MONDAY_9)).toEqual([]);
    expect(await rebuildProjections(database.knex)).toEqual({ cases: 15, differences: [] });
  });

  test('a clock due for less than a minute is in flight', async () => {
    const subject = newCase();
    await store(repositories(database.knex).log, subject);
    const due = project(subject.state).row.nearestDueAt!;
    expect(await verify(due + 59_999)).toEqual([]);
    expect(numbers(await verify(due + 60_000))).toEqual([4]);
  });
});

describe('each broken invariant is found', () => {
  test('3: two owners at once', async () => {
    const { caseId, asOf } = await breachedCase();
    await change(`UPDATE case_event SET type = 'claimed', data = data || '{"owner": "worker-2"}' WHERE case_id = ? AND type = 'attemptLogged'`, caseId);
    const found = await verify(asOf);
    expect(found).toContainEqual({ invariant: 3, caseId, what: 'revision 3: claimed by worker-2 while worker-1 has the case' });
  });

  test('3: an ownership that begins before the last one ended', async () => {
    const subject = newCase().after(MINUTE).do({ type: 'claim' }).after(DAY).do({ type: 'release', reason: 'absence' }).after(DAY).do({ type: 'claim' });
    const caseId = await store(repositories(database.knex).log, subject);
    await change(`UPDATE case_event SET at = at - interval '36 hours' WHERE case_id = ? AND revision = 4 AND type = 'claimed'`, caseId);
    expect(numbers(await verify(subject.at))).toContain(3);
  });

  test('4: a due clock without a breach, breached twice, too early, or after the closure', async () => {
    const { caseId, asOf } = await breachedCase();
    const { rows } = await database.knex.raw<{ rows: { clock: string }[] }>(
      `SELECT e.data ->> 'clock' AS clock FROM case_event e WHERE e.case_id = ? AND e.type = 'clockBreached' ORDER BY e.seq LIMIT 1`,
      [caseId],
    );
    const clock = rows[0]!.clock;
    const { at } = newCase().after(5 * DAY);
    const idle = await store(repositories(database.knex).log, newCase());
    expect(await verify(at)).toEqual(
      expect.arrayContaining([expect.objectContaining({ invariant: 4, caseId: idle, what: expect.stringContaining('has no breach') })]),
    );
    const copy = `INSERT INTO case_event SELECT case_id, 3, 100, type, at, data FROM case_event WHERE case_id = ? AND type = 'clockBreached' AND data ->> 'clock' = ?`;
    await change(copy, caseId, clock);
    expect(await verify(asOf)).toContainEqual({ invariant: 4, caseId, what: `1:${clock} breached 2 times` });
    await change(`UPDATE case_event SET data = data || '{"detectedAt": 0}' WHERE case_id = ? AND type = 'clockBreached' AND seq = 100`, caseId);
    expect((await verify(asOf)).some(({ what }) => what.startsWith(`${clock} breached before it was due`))).toBe(true);
    await change(`UPDATE case_event SET type = 'closed', data = data || '{"outcome": "informed"}' WHERE case_id = ? AND type = 'claimed'`, caseId);
    expect((await verify(asOf)).some(({ invariant, what }) => invariant === 4 && what === `${clock} breached after the case was closed`)).toBe(true);
  });

  test('5: a gap, a revision without events, events without a revision, a command taken twice', async () => {
    const { caseId, asOf } = await breachedCase();
    await change('UPDATE case_event SET revision = 9 WHERE case_id = ? AND revision = 2', caseId);
    const what = (await verify(asOf)).filter(({ invariant }) => invariant === 5).map((violation) => violation.what);
    expect(what).toEqual(['events of revision 9, which is not in the log', 'revision 2 has events numbered not at all']);
    await change('DELETE FROM case_revision WHERE case_id = ? AND revision = 2', caseId);
    expect(await verify(asOf)).toContainEqual({ invariant: 5, caseId, what: 'revisions 1 to 3, but 2 of them' });
    const other = await breachedCase();
    const trx = await database.knex.transaction();
    await trx.raw('ALTER TABLE case_revision DROP CONSTRAINT case_revision_case_id_command_id_key');
    await trx.raw(`UPDATE case_revision SET command_id = 'command-1' WHERE case_id = ?`, [other.caseId]);
    expect(await checkRevisions(trx, [other.caseId])).toEqual([{ invariant: 5, caseId: other.caseId, what: 'command command-1 occurs 3 times' }]);
    await trx.rollback();
  });

  test('11: rows that are not what the events say, missing ones and invented ones', async () => {
    const { caseId, asOf } = await breachedCase();
    await change(`UPDATE escalation_case SET owner = 'worker-9' WHERE case_id = ?`, caseId);
    await change(`UPDATE case_clock SET due_at = due_at + interval '1 hour' WHERE case_id = ? AND clock_id = 'decision-1'`, caseId);
    await change(`DELETE FROM case_clock WHERE case_id = ? AND clock_id = 'claim-1'`, caseId);
    const invented = randomUUID();
    await change(
      `INSERT INTO case_clock SELECT case_id, episode, 'claim-7', name, 7, ref, party, status, started_at, stopped_at, due_at, paused, breached_due_at,
      breach_detected_at, recorded_late, warnings FROM case_clock WHERE case_id = ? AND clock_id = 'firstContact-1'`,
      caseId,
    );
    const what = (await verify(asOf)).map((violation) => violation.what);
    expect(what).toContain('case.owner is "worker-9", the log says "worker-1"');
    expect(what).toContain('clock 1:claim-1 is missing');
    expect(what).toContain('clock 1:claim-7 should not be there');
    expect(what.some((one) => one.startsWith('clock 1:decision-1.dueAt is'))).toBe(true);
    await change('UPDATE escalation_case SET case_id = ? WHERE case_id = ?', invented, caseId);
    const moved = await verify(asOf);
    expect(moved).toContainEqual({ invariant: 11, caseId: invented, what: 'it has no events' });
    expect(moved).toContainEqual({ invariant: 11, caseId, what: 'the case row is missing' });
  });

  test('12: an open case nobody answers for, or without an alarm', async () => {
    const { caseId, asOf } = await breachedCase();
    await change('UPDATE escalation_case SET responsible = NULL, next_deadline = NULL WHERE case_id = ?', caseId);
    const what = (await verify(asOf)).filter(({ invariant }) => invariant === 12).map((violation) => violation.what);
    expect(what).toEqual(['its row names nobody who answers for the case', 'its row has no pending alarm']);
  });
});

describe('rebuild', () => {
  test('brings damaged, missing and invented rows back to what the log says, and reports them', async () => {
    const { log } = repositories(database.knex);
    const ids = [(await breachedCase()).caseId, (await breachedCase()).caseId, (await breachedCase()).caseId];
    const { asOf } = await breachedCase();
    await change(`UPDATE escalation_case SET status = 'closed', reserved_by = 'worker-5' WHERE case_id = ?`, ids[0]!);
    await change('DELETE FROM escalation_case WHERE case_id = ?', ids[1]!);
    await change('DELETE FROM case_clock WHERE case_id = ?', ids[1]!);
    const ghost = randomUUID();
    await change(
      'INSERT INTO case_clock SELECT ?, episode, clock_id, name, ordinal, ref, party, status, started_at, stopped_at, due_at, paused, breached_due_at, breach_detected_at, recorded_late, warnings FROM case_clock WHERE case_id = ?',
      ghost,
      ids[2]!,
    );
    await change(
      `INSERT INTO escalation_case SELECT (jsonb_populate_record(c, jsonb_build_object('case_id', ?::text))).* FROM escalation_case c WHERE case_id = ?`,
      ghost,
      ids[2]!,
    );
    const progress: number[] = [];
    const report = await rebuildProjections(database.knex, { batchSize: 2, onProgress: ({ cases }) => progress.push(cases) });
    expect(new Map(report.differences.map((difference) => [difference.caseId, difference.rebuilt]))).toEqual(
      new Map([ids[0]!, ids[1]!, ghost].map((id) => [id, true])),
    );
    expect(report.differences.find(({ caseId }) => caseId === ids[0])!.what).toEqual(['case.status is "closed", the log says "following_up"']);
    expect(progress).toEqual([2, 4, 5]);
    expect(await verify(asOf)).toEqual([]);
    expect((await rebuildProjections(database.knex)).differences).toEqual([]);
    expect(await log.loadCase(ids[1]!, EVERYTHING)).not.toBeNull();
  });

  test('leaves alone what does not fold, and says so', async () => {
    const { caseId } = await breachedCase();
    await change(`DELETE FROM case_event WHERE case_id = ? AND revision = 1`, caseId);
    const { differences } = await rebuildProjections(database.knex);
    expect(differences).toHaveLength(1);
    expect(differences[0]).toMatchObject({ caseId, rebuilt: false });
    expect(differences[0]!.what[0]).toContain('do not fold');
    expect(await database.knex('escalation_case').where('case_id', caseId)).toHaveLength(1);
  });

  test('and appends at the same time end with rows that follow from the log', async () => {
    const { log } = repositories(database.knex);
    const subjects = Array.from({ length: 12 }, () =>
      requestsOf(
        newCase({ rulebook: TEST_RULEBOOK })
          .after(MINUTE)
          .do({ type: 'claim' })
          .after(MINUTE)
          .do({ type: 'logAttempt', outcome: 'no_answer' })
          .after(DAY)
          .do({ type: 'logAttempt', outcome: 'reached' }).revisions,
      ),
    );
    for (const [opened] of subjects) await log.append(opened!);
    await change(`UPDATE escalation_case SET owner = 'nobody'`);
    await change(`DELETE FROM case_clock WHERE name = 'claim'`);
    const writing = Promise.all(
      subjects.map(async ([, ...rest]) => {
        for (const request of rest) await log.append(request);
      }),
    );
    await rebuildProjections(database.knex, { batchSize: 3 });
    await writing;
    await rebuildProjections(database.knex, { batchSize: 3 });
    expect((await verify(MONDAY_9)).filter(({ invariant }) => invariant !== 4)).toEqual([]);
  });
});
