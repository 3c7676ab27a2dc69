import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { inScope, type CaseScope } from '../../../domain/access/scope.ts';
import type { CaseRow } from '../../../domain/case/projection.ts';
import type { CaseListRequest, ListedCase } from '../../../db/repositories/case-lists.ts';
import { CursorInvalid } from '../../../db/repositories/cursor.ts';
import { createTakeNextCandidate } from '../../../db/repositories/take-next.ts';
import { createIdempotencyRepository } from '../../../db/repositories/idempotency.ts';
import { person } from '../../support/case-builder.ts';
import { DAY, HOUR, MINUTE, MONDAY_9 } from '../../support/rulebook.ts';
import { freshDatabase, type TestDatabase } from '../../support/fresh-database.ts';
import { EVERYTHING, newCase, repositories, store } from './log-builder.ts';

let database: TestDatabase;
let rows: CaseRow[];
const ASOF = MONDAY_9 + 3 * HOUR;

const worker = (municipio: string) => person(`worker-${municipio}`, ['socialWorker'], [municipio]);
const scopeOf = (...municipi: string[]): CaseScope => ({ kind: 'municipi', municipi, person: `worker-${municipi[0] ?? 'none'}` });

beforeAll(async () => {
  database = await freshDatabase();
  const { log } = repositories(database.knex);
  for (let index = 0; index < 60; index++) {
    const municipio = String(1 + (index % 3));
    const urgency = (['red', 'yellow', 'green'] as const)[index % 5 === 0 ? 0 : 1 + (index % 2)]!;
    const household = `household-${index % 7}`;
    const unassigned = index % 20 === 19;
    const assignment = unassigned ? null : { municipio, reason: 'registered_address' as const };
    const subject = newCase({ urgency, household, assignment, otherNeeds: index % 4 === 0 ? ['ISOLATION'] : [] }, MONDAY_9 + index * MINUTE);
    if (!unassigned && index % 3 === 1) subject.after(MINUTE).do({ type: 'claim' }, worker(municipio));
    if (index === 4) subject.do({ type: 'transfer', municipio: '1', reason: 'family_moved' }, worker(municipio));
    if (index === 7) subject.do({ type: 'reassign', worker: 'worker-3', reason: 'workload' }, worker(municipio));
    if (index === 11) subject.do({ type: 'disputeCompetence', reason: 'border_address' }, worker(municipio));
    if (index === 10)
      subject.do({ type: 'logAttempt', outcome: 'reached' }, worker(municipio)).do({ type: 'recordDecision', kind: 'information' }, worker(municipio));
    await store(log, subject);
  }
  rows = (await everyPage({ scope: EVERYTHING, asOf: ASOF, sort: 'openedAt' })).map(({ overdue: _, clocks: __, ...row }) => row);
});
afterAll(() => database.close());

async function everyPage(request: CaseListRequest, limit = 100): Promise<ListedCase[]> {
  const { lists } = repositories(database.knex);
  const found: ListedCase[] = [];
  let cursor: string | null = null;
  do {
    const page = await lists.list({ ...request, limit, cursor });
    found.push(...page.cases);
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

describe('lists of cases', () => {
  test('show exactly what is in scope, for every kind of scope', async () => {
    expect(rows).toHaveLength(60);
    const scopes: CaseScope[] = [EVERYTHING, { kind: 'none' }, scopeOf('1'), scopeOf('2', '3'), scopeOf('CENTRAL'), scopeOf('3'), scopeOf()];
    for (const scope of scopes) {
      const listed = await everyPage({ scope, asOf: ASOF });
      const expected = rows.filter((row) => inScope(scope, row));
      expect(new Set(listed.map(({ caseId }) => caseId))).toEqual(new Set(expected.map(({ caseId }) => caseId)));
      for (const row of rows) {
        const loaded = await repositories(database.knex).log.loadCase(row.caseId, scope);
        expect(loaded !== null).toBe(inScope(scope, row));
      }
    }
    const foreign = (await everyPage({ scope: scopeOf('1'), asOf: ASOF })).filter(({ municipio, handoverTo }) => municipio !== '1' && handoverTo !== 'team:1');
    expect(foreign).toEqual([]);
  });

  test.each(['deadline', 'openedAt', 'urgency'] as const)('page by page give every case once, sorted by %s', async (sort) => {
    const paged = await everyPage({ scope: EVERYTHING, asOf: ASOF, sort }, 7);
    expect(new Set(paged.map(({ caseId }) => caseId)).size).toBe(60);
    const whole = await everyPage({ scope: EVERYTHING, asOf: ASOF, sort });
    expect(paged.map(({ caseId }) => caseId)).toEqual(whole.map(({ caseId }) => caseId));
    const rank = { red: 0, yellow: 1, green: 2 };
    const key = (row: CaseRow) => (sort === 'openedAt' ? -row.openedAt : (sort === 'urgency' ? rank[row.urgency] * 1e14 : 0) + (row.nearestDueAt ?? 9e13));
    const keys = paged.map(key);
    expect(keys).toEqual([...keys].sort((a, b) => a - b));
  });

  test('a cursor stays where it was while cases come and go before it', async () => {
    const { lists, log } = repositories(database.knex);
    const request = { scope: EVERYTHING, asOf: ASOF, sort: 'openedAt', limit: 10 } as const;
    const first = await lists.list(request);
    const second = await lists.list({ ...request, cursor: first.next });
    const caseId = await store(log, newCase({}, MONDAY_9 + 5 * DAY));
    expect((await lists.list({ ...request, cursor: first.next })).cases).toEqual(second.cases);
    await database.knex('escalation_case').where('case_id', caseId).delete();
    await database.knex('case_clock').where('case_id', caseId).delete();
    await database.knex('case_revision').where('case_id', caseId).delete();
    await database.knex('case_event').where('case_id', caseId).delete();
  });

  test('a cursor of another order, or none at all, is refused', async () => {
    const { lists } = repositories(database.knex);
    const { next } = await lists.list({ scope: EVERYTHING, asOf: ASOF, limit: 3 });
    const wrong = Buffer.from(JSON.stringify(['deadline', 'x', "'; DROP TABLE escalation_case"])).toString('base64url');
    for (const [sort, cursor] of [
      ['urgency', next!],
      ['deadline', 'nonsense'],
      ['deadline', wrong],
    ] as const) {
      await expect(lists.list({ scope: EVERYTHING, asOf: ASOF, sort, cursor })).rejects.toBeInstanceOf(CursorInvalid);
    }
  });

  test('filter by every field, and say what is overdue as of the instant asked', async () => {
    const by = async (filters: CaseListRequest['filters'], asOf = ASOF) =>
      (await everyPage({ scope: EVERYTHING, asOf, filters: filters! })).map(({ caseId }) => caseId).sort();
    const of = (predicate: (row: CaseRow) => boolean) =>
      rows
        .filter(predicate)
        .map(({ caseId }) => caseId)
        .sort();
    const overdue = (row: CaseRow, asOf: number) => row.nearestDueAt !== null && row.nearestDueAt <= asOf;
    expect(await by({ status: ['contacting', 'following_up'] })).toEqual(of((row) => ['contacting', 'following_up'].includes(row.status)));
    expect(await by({ urgency: ['red'] })).toEqual(of((row) => row.urgency === 'red'));
    expect(await by({ municipio: ['2'] })).toEqual(of((row) => row.municipio === '2'));
    expect(await by({ owner: 'worker-2' })).toEqual(of((row) => row.owner === 'worker-2'));
    expect(await by({ need: 'ISOLATION' })).toEqual(of((row) => row.otherNeeds.includes('ISOLATION')));
    expect(await by({ household: 'household-3' })).toEqual(of((row) => row.household === 'household-3'));
    const [from, to] = [MONDAY_9 + 10 * MINUTE, MONDAY_9 + 20 * MINUTE];
    expect(await by({ openedFrom: from, openedTo: to })).toEqual(of((row) => row.openedAt >= from && row.openedAt < to));
    for (const asOf of [MONDAY_9, ASOF, ASOF + 2 * DAY]) {
      expect(await by({ overdue: true }, asOf)).toEqual(of((row) => overdue(row, asOf)));
      expect(await by({ overdue: false }, asOf)).toEqual(of((row) => !overdue(row, asOf)));
    }
    expect(of((row) => overdue(row, ASOF)).length).toBeGreaterThan(0);
  });

  test('cost two queries a page, each row with its running clocks', async () => {
    let statements = 0;
    const count = () => (statements += 1);
    database.knex.on('query', count);
    const { cases } = await repositories(database.knex).lists.list({ scope: scopeOf('1', '2'), asOf: ASOF, limit: 100 });
    database.knex.off('query', count);
    expect(statements).toBe(2);
    for (const listed of cases) {
      expect(listed.clocks.length > 0).toBe(listed.status !== 'closed');
      expect(listed.clocks.some((clock) => clock.overdue)).toBe(listed.overdue);
    }
  });

  test('open episodes come in order, a batch at a time', async () => {
    const { lists } = repositories(database.knex);
    const first = await lists.openEpisodes(null, 25);
    const rest = await lists.openEpisodes(first[24]!.caseId, 100);
    expect([...first, ...rest].map(({ caseId }) => caseId)).toEqual(
      rows
        .filter(({ status }) => status !== 'closed')
        .map(({ caseId }) => caseId)
        .sort(),
    );
  });
});

describe('take-next', () => {
  const request = (scope: CaseScope, commandId: string, asOf = ASOF, exclude: readonly string[] = []) => ({
    ...{ scope, by: 'worker-1', asOf, exclude },
    key: { commandId, route: 'POST /cases/take-next', fingerprint: 'f' },
  });

  test('gives parallel callers different cases, red ones first, then the nearest claim', async () => {
    const take = createTakeNextCandidate(database.knex);
    const results = await Promise.all(Array.from({ length: 8 }, (_, index) => take(request(scopeOf('1', '3'), `parallel-${index}`))));
    const taken = results.map((result) => (result.kind === 'candidate' ? result.caseId : result.kind));
    expect(new Set(taken).size).toBe(8);
    const waiting = rows.filter((row) => row.status === 'awaiting_claim' && (row.municipio === '1' || row.municipio === '3'));
    waiting.sort((a, b) => Number(a.urgency !== 'red') - Number(b.urgency !== 'red') || a.claimDueAt! - b.claimDueAt!);
    expect(new Set(taken)).toEqual(new Set(waiting.slice(0, 8).map(({ caseId }) => caseId)));
  });

  test('a reservation lasts ten seconds', async () => {
    const take = createTakeNextCandidate(database.knex);
    const scope = scopeOf('1', '3');
    const asOf = ASOF + HOUR;
    const first = await take(request(scope, 'hold-1', asOf));
    const during = await take(request(scope, 'hold-2', asOf + 9_999));
    const after = await take(request(scope, 'hold-3', asOf + 10_000));
    expect(during).not.toMatchObject({ caseId: (first as { caseId: string }).caseId });
    expect(after).toMatchObject({ caseId: (first as { caseId: string }).caseId });
  });

  test('the same key gets the same case, goes on when that is lost, and keeps its answer', async () => {
    const take = createTakeNextCandidate(database.knex);
    const keys = createIdempotencyRepository(database.knex);
    const scope = scopeOf('1', '3');
    const asOf = ASOF + 2 * HOUR;
    const twice = await Promise.all([take(request(scope, 'same', asOf)), take(request(scope, 'same', asOf))]);
    const [caseId] = twice.map((result) => (result as { caseId: string }).caseId);
    expect(new Set(twice.map((result) => (result as { caseId: string }).caseId)).size).toBe(1);
    expect(twice.map((result) => (result as { repeated: boolean }).repeated).sort()).toEqual([false, true]);
    const next = await take(request(scope, 'same', asOf, [caseId!]));
    expect(next).toMatchObject({ kind: 'candidate', repeated: false });
    const won = (next as { caseId: string }).caseId;
    expect(won).not.toBe(caseId);
    await keys.complete('same', 200, { caseId: won });
    expect(await take(request(scope, 'same', asOf))).toEqual({ kind: 'answered', caseId: won, status: 200, answer: { caseId: won } });
    const other = { ...request(scope, 'same', asOf), key: { commandId: 'same', route: 'POST /cases/take-next', fingerprint: 'another' } };
    expect(await take(other)).toEqual({ kind: 'key_reused' });
  });

  test('finds nothing outside the scope and leaves no key behind', async () => {
    const take = createTakeNextCandidate(database.knex);
    expect(await take(request(scopeOf('9'), 'nothing'))).toEqual({ kind: 'none' });
    expect(await take({ ...request(scopeOf('1'), 'nothing'), municipio: ['2'] })).toEqual({ kind: 'none' });
    expect(await createIdempotencyRepository(database.knex).find('nothing')).toBeNull();
  });
});
