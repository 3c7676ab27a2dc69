import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ROLES } from '../../../domain/case/codes.ts';
import { judgeFacts } from '../../support/conformance.ts';
import { CAST, createApi, type Api, type CastName, type Reply } from './harness.ts';

jest.setTimeout(60_000);

let api: Api;
beforeAll(async () => {
  api = await createApi({ withWorker: false });
});
afterAll(() => api.close());

const HOURS = [['08:00', '18:00']];
const CALENDAR = { timeZone: 'Europe/Rome', weekly: { mon: HOURS, tue: HOURS } };
const DEADLINE = { id: 1, kind: 'deadline', calendar: CALENDAR, start: '2026-11-23T17:00:00+01:00', workingSeconds: 7_200 };

const compute = (body: unknown, who: CastName = 'operator'): Promise<Reply> => api.post(who, '/api/v1/sla/computations', { body, key: null });

describe('POST /sla/computations', () => {
  test('answers one request with its explanation, without an idempotency key', async () => {
    const { status, body } = await compute(DEADLINE);
    expect(status).toBe(200);
    expect(body).toEqual({
      id: 1,
      deadline: '2026-11-24T08:00:00Z',
      segments: [
        { from: '2026-11-23T16:00:00Z', to: '2026-11-23T17:00:00Z', kind: 'open', countedSeconds: 3_600 },
        { from: '2026-11-23T17:00:00Z', to: '2026-11-24T07:00:00Z', kind: 'closed', countedSeconds: 0 },
        { from: '2026-11-24T07:00:00Z', to: '2026-11-24T08:00:00Z', kind: 'open', countedSeconds: 3_600 },
      ],
    });
  });

  test('answers the facts of other products as the command line does', async () => {
    const verdicts = judgeFacts();
    const { status, body } = await compute(verdicts.map(({ fact: { expected: _, ...request } }) => request));
    const answers = body as unknown as readonly Record<string, unknown>[];
    expect(status).toBe(200);
    expect(answers.map(({ id }) => id)).toEqual(verdicts.map(({ fact }) => fact.id));
    const bare = answers.map(({ id: _id, segments: _segments, error, ...fields }) =>
      error === undefined ? fields : { error: (error as { code: string }).code },
    );
    expect(bare).toEqual(verdicts.map(({ ours }) => ours));
  });

  test('answers a bad request among others as such, with a code and a pointer', async () => {
    const { status, body } = await compute([
      DEADLINE,
      { ...DEADLINE, id: 2, start: 'soon' },
      5,
      { id: 3, kind: 'guess' },
      { ...DEADLINE, id: 4, calendar: { timeZone: 'UTC', weekly: {} } },
    ]);
    expect(status).toBe(200);
    expect(body).toMatchObject([
      { id: 1, deadline: '2026-11-24T08:00:00Z' },
      { id: 2, error: { code: 'instant_invalid', pointer: '/start' } },
      { id: null, error: { code: 'request_invalid' } },
      { id: 3, error: { code: 'kind_unknown', pointer: '/kind' } },
      { id: 4, error: { code: 'calendar_never_open', pointer: '/calendar' } },
    ]);
    expect(await compute([])).toMatchObject({ status: 200, body: [] });
  });

  test.each([
    ['too many requests', Array.from({ length: 201 }, () => DEADLINE)],
    ['a number', 5],
  ])('refuses %s as a whole', async (_, body) => {
    expect(await compute(body)).toMatchObject({ status: 422, body: { code: 'body_invalid', errors: [{ pointer: '/' }] } });
  });

  test('bounds how far it looks and how much it explains', async () => {
    const year = { ...DEADLINE, kind: 'elapsed', end: '2036-11-23T17:00:00+01:00' };
    expect((await compute({ ...year, end: '2046-11-23T17:00:00+01:00' })).body).toMatchObject({ error: { code: 'too_far' } });
    const { body } = await compute(Array.from({ length: 20 }, (_, id) => ({ ...year, id })));
    const answers = body as unknown as readonly { readonly id: number; readonly segments?: readonly unknown[]; readonly error?: { readonly code: string } }[];
    expect(answers.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, id) => id));
    expect(answers.reduce((sum, { segments = [] }) => sum + segments.length, 0)).toBeLessThan(30_000);
    expect(answers.at(-1)?.error?.code).toBe('answer_too_long');
  });

  test('is for anybody with a role, and for nobody without a token', async () => {
    const people = Object.keys(CAST) as CastName[];
    expect(new Set(people.map((who) => CAST[who].role)).size).toBe(ROLES.length);
    for (const who of people) expect((await compute(DEADLINE, who)).status).toBe(200);
    expect((await api.send('POST', '/api/v1/sla/computations', { 'content-type': 'application/json' }, DEADLINE)).status).toBe(401);
  });

  test('asks the database nothing', async () => {
    api.takeQueries();
    await compute(DEADLINE);
    expect(api.takeQueries()).toEqual([]);
  });
});
