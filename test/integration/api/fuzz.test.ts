// Whatever is sent, nothing breaks: no 5xx, and every refusal is a problem with a code of the table.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { isProblemCode } from '../../../api/problems.ts';
import { COMMAND_BODIES, kebabCase, ReopenBody } from '../../../api/schemas/commands.ts';
import { OpenBody } from '../../../api/schemas/case.ts';
import { PERSON_COMMANDS } from '../../../domain/case/commands.ts';
import { createApi, type Api, type Reply } from './harness.ts';

const RUNS = 400;
let api: Api;
let caseId: string;
beforeAll(async () => {
  api = await createApi({ withWorker: false, commandDeadlineMs: 50 });
  caseId = await api.open();
});
afterAll(() => api.close());

type Field = { readonly enum?: readonly string[]; readonly format?: string; readonly type?: string };

/** A value that fits the field, or one that is wrong in some way. */
function valueFor({ enum: codes, format, type }: Field): fc.Arbitrary<unknown> {
  const fitting =
    codes !== undefined
      ? fc.constantFrom(...codes)
      : format === 'date-time'
        ? fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') }).map((date) => date.toISOString())
        : format === 'uuid'
          ? fc.uuid()
          : type === 'integer'
            ? fc.integer({ min: -1, max: 5 })
            : fc.constantFrom('3', '6', 'CENTRAL', 'x', 'sw-2');
  return fc.oneof({ weight: 4, arbitrary: fitting }, { weight: 1, arbitrary: fc.jsonValue() }, { weight: 1, arbitrary: fc.string({ unit: 'binary' }) });
}

function bodyFor(properties: Readonly<Record<string, unknown>>): fc.Arbitrary<object> {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, valueFor(field as Field)]));
  return fc.record(fields, { requiredKeys: [] });
}

const TARGETS: readonly (readonly [path: () => string, body: fc.Arbitrary<object>])[] = [
  [() => '/cases', bodyFor(OpenBody.properties)],
  [() => `/cases/${caseId}/reopen`, bodyFor(ReopenBody.properties)],
  [() => '/cases/take-next', bodyFor({ municipi: {} })],
  [() => '/dev/policies', bodyFor({ policy: {} })],
  ...PERSON_COMMANDS.map((type) => [() => `/cases/${caseId}/${kebabCase(type)}`, bodyFor(COMMAND_BODIES[type].properties)] as const),
];

function isSound({ status, body }: Reply): boolean {
  if (status < 400) return true;
  // Nobody works here: what passes every check is sent and not answered in time, or not at all.
  if (status === 503) return body['code'] === 'engine_unavailable';
  return status < 500 && isProblemCode(String(body['code'])) && body['status'] === status;
}

test('random bodies on every route that changes something', async () => {
  const request = fc.constantFrom(...TARGETS).chain(([path, body]) => body.map((value) => ({ path, value })));
  const who = fc.constantFrom('worker', 'coordinator', 'shiftLeader', 'operator', 'central');
  await fc.assert(
    fc.asyncProperty(request, who, fc.option(fc.string({ maxLength: 20 })), async ({ path, value }, person, ifMatch) => {
      const headers = ifMatch === null || !/^[\x20-\x7e]*$/.test(ifMatch) ? {} : { 'if-match': ifMatch };
      const reply = await api.post(person, path(), { body: value, headers, key: randomUUID() });
      if (!isSound(reply)) throw new Error(`${path()} answered ${reply.status} ${JSON.stringify(reply.body)}`);
    }),
    { numRuns: RUNS },
  );
});

test('an id a database text cannot hold never reaches a case: its run would try to write it for ever', async () => {
  for (const worker of ['\u0000', 'a\u0000', '\ud800', 'a b', 'team:6', '']) {
    expect(await api.post('coordinator', `/cases/${caseId}/assign-to`, { body: { worker } })).toMatchObject({ status: 422, body: { code: 'body_invalid' } });
  }
});

test('random search terms, cursors and ids', async () => {
  const term = fc.tuple(fc.constantFrom('status', 'urgency', 'owner', 'cursor', 'limit', 'asOf', 'sort', 'municipio', 'need', 'overdue', 'x'), fc.string());
  const path = fc.constantFrom('/cases', '/alerts', '/cases/ID/timeline', '/cases/ID/clocks/claim-1', '/cases/ID');
  const id = fc.oneof(fc.constant(null), fc.string().map(encodeURIComponent));
  await fc.assert(
    fc.asyncProperty(path, id, fc.array(term, { maxLength: 3 }), async (address, given, terms) => {
      const query = terms.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
      const reply = await api.get('coordinator', `${address.replace('ID', given ?? caseId)}?${query}`);
      if (!isSound(reply)) throw new Error(`${address} answered ${reply.status} ${JSON.stringify(reply.body)}`);
    }),
    { numRuns: RUNS },
  );
  expect((await api.get('coordinator', '/cases?owner=%00')).status).toBe(400);
  const forged = Buffer.from(JSON.stringify(['deadline', 1e300, 'x'])).toString('base64url');
  expect((await api.get('coordinator', `/cases?cursor=${forged}`)).status).toBe(400);
});
