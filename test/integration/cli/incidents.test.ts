/** Incidents as an operator of the system meets them: on the command line. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createIncidentRepository, type IncidentRepository } from '../../../db/repositories/incidents.ts';
import { freshDatabase, type TestDatabase } from '../../support/fresh-database.ts';
import { MINUTE, MONDAY_9 } from '../../support/rulebook.ts';
import { cli, type Ended } from './command.ts';

jest.setTimeout(60_000);

const CASE = randomUUID();
let database: TestDatabase;
let repository: IncidentRepository;
let ids: readonly number[];

beforeAll(async () => {
  database = await freshDatabase();
  repository = createIncidentRepository(database.knex);
  const stray = { kind: 'workflow_without_case', caseId: CASE, details: { workflowId: `case-${CASE}-1` } } as const;
  await repository.record({ ...stray, at: MONDAY_9 });
  await repository.record({ ...stray, at: MONDAY_9 + MINUTE });
  await repository.record({ kind: 'internal_error', caseId: null, details: { episode: 1, revision: 4 }, at: MONDAY_9 + 2 * MINUTE });
  ids = (await repository.list({ scope: { kind: 'all' } })).map(({ id }) => id);
});
afterAll(() => database.close());

const run = (...args: string[]): Promise<Ended> => cli(['incidents', ...args], { DATABASE_URL: database.url });

describe('cli incidents', () => {
  test('lists what is open, that of a case the log does not know too, and says what to do', async () => {
    const { code, stdout } = await run();
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^id +kind +case +times +first seen +last seen +details$/);
    expect(lines[2]).toContain('internal_error');
    expect(lines[3]?.split(/ {2,}/).slice(1)).toEqual([
      'workflow_without_case',
      CASE,
      '2',
      new Date(MONDAY_9).toISOString().replace('.000', ''),
      new Date(MONDAY_9 + MINUTE).toISOString().replace('.000', ''),
      `workflowId=case-${CASE}-1`,
    ]);
    expect(stdout).toContain('workflow_without_case: runs for a case the log does not know');
    expect(stdout).toContain('docs/reference/runbook.md');
  });

  test('gives them as JSON, and says when there are more', async () => {
    const { stdout } = await run('--json', '--limit', '1');
    expect(JSON.parse(stdout)).toEqual({
      incidents: [
        {
          ...{ id: ids[0], kind: 'internal_error', caseId: null, details: { episode: 1, revision: 4 }, times: 1, resolvedAt: null, resolution: null },
          at: new Date(MONDAY_9 + 2 * MINUTE).toISOString(),
          lastSeenAt: new Date(MONDAY_9 + 2 * MINUTE).toISOString(),
        },
      ],
      more: true,
    });
  });

  test.each([
    [['--resolve', '1'], 'Nothing says why they are settled.'],
    [['--resolve', '1', '--note', 'the mother called'], 'The note is not a code.'],
    [['--note', 'done'], '--resolve names none'],
  ])('settles nothing without a reason that is a code (%j)', async (args, message) => {
    const { code, stderr } = await run(...args);
    expect([code, stderr]).toEqual([64, expect.stringContaining(message)]);
    expect(await repository.openByKind()).toEqual({ internal_error: 1, workflow_without_case: 1 });
  });

  test('settles those named, says which were not open, and shows them with --all', async () => {
    const [, stray] = ids;
    const settled = await run('--resolve', String(stray), '999', '--note', 'case-opened-again');
    expect(settled).toMatchObject({ code: 1, stdout: `settled (case-opened-again): ${stray}\nnot open: 999\n` });
    expect((await run()).stdout).not.toContain('workflow_without_case');
    expect((await run('--all')).stdout).toMatch(/workflow_without_case .*T\d\d:\d\d:\d\dZ case-opened-again\n/);
    expect(await run('--resolve', String(ids[0]), '--note', 'TICKET-7', '--json')).toMatchObject({ code: 0 });
    expect((await run()).stdout).toBe('no open incidents\n');
  });
});
