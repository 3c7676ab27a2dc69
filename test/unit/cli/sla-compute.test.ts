// The command as a person runs it: a process of its own, lines in, lines out.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, jest, test } from '@jest/globals';
import { computeLines } from '../../../cli/commands/sla.ts';
import { FACTS } from '../../support/conformance.ts';

jest.setTimeout(60_000);

const MAIN = join(import.meta.dirname, '..', '..', '..', 'cli', 'main.ts');
const ARGUMENTS = [MAIN, 'sla', 'compute'];
const environment = { PATH: process.env['PATH'] ?? '' };

const OPEN = { kind: 'isOpen', at: '2026-11-23T09:00:00Z', calendar: { timeZone: 'UTC', weekly: { mon: [['08:00', '18:00']] } } };

function compute(input: string): { readonly code: number | null; readonly answers: readonly Record<string, unknown>[]; readonly stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ARGUMENTS, { input, env: environment, encoding: 'utf8', maxBuffer: 1e9 });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { code: status, answers: lines.map((line) => JSON.parse(line) as Record<string, unknown>), stderr };
}

/** The same without a process, for input cut at will. */
async function answersTo(chunks: Iterable<string | Buffer>): Promise<readonly Record<string, unknown>[]> {
  const output = new PassThrough();
  const read = text(output);
  await computeLines(Readable.from(chunks, { objectMode: false }), output);
  output.end();
  const lines = (await read).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('cli sla compute', () => {
  test('answers every fact, one line each, in their order', () => {
    const { code, answers, stderr } = compute(FACTS.map(({ expected: _, ...request }) => `${JSON.stringify(request)}\n`).join(''));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(answers.map(({ id }) => id)).toEqual(FACTS.map(({ id }) => id));
    const fields = FACTS.map(({ kind, expected }) => ['id', ...Object.keys(expected), ...(['deadline', 'elapsed'].includes(kind) ? ['segments'] : [])]);
    const divergent = FACTS.findIndex(({ id }) => id === 'chatwoot-170');
    fields[divergent] = ['id', 'error'];
    expect(answers.map((answer) => Object.keys(answer))).toEqual(fields);
  });

  test('answers a line that is no request with an error that names it, and goes on', () => {
    const { code, answers } = compute(`\uFEFF${JSON.stringify({ id: 1, ...OPEN })}\r\n{"id":2\n\n[]\n"x"\n${JSON.stringify({ id: 'è', ...OPEN })}`);
    expect(code).toBe(0);
    expect(answers).toEqual([
      { id: 1, open: true },
      { id: null, error: { code: 'json_invalid', message: 'line 2: this line is not JSON' } },
      { id: null, error: { code: 'request_invalid', message: 'a request is a JSON object' } },
      { id: null, error: { code: 'request_invalid', message: 'a request is a JSON object' } },
      { id: 'è', open: true },
    ]);
  });

  test('answers nothing with nothing', () => {
    expect(compute('')).toEqual({ code: 0, answers: [], stderr: '' });
  });

  test('answers each line as it comes, for who asks one at a time', async () => {
    const child = spawn(process.execPath, ARGUMENTS, { env: environment });
    const lines: AsyncIterator<unknown> = child.stdout.setEncoding('utf8')[Symbol.asyncIterator]();
    for (const id of [1, 2]) {
      child.stdin.write(`${JSON.stringify({ id, ...OPEN })}\n`);
      expect((await lines.next()).value).toBe(`${JSON.stringify({ id, open: true })}\n`);
    }
    child.stdin.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('ends without a fault when nobody reads on', async () => {
    const child = spawn(process.execPath, ARGUMENTS, { env: environment });
    const complaints = text(child.stderr);
    child.stdin.on('error', () => undefined);
    child.stdin.write(`${JSON.stringify(OPEN)}\n`.repeat(20_000));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    child.stdin.end(`${JSON.stringify(OPEN)}\n`.repeat(20_000));
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await complaints).toBe('');
  });

  test('does not read faster than its answers are read', async () => {
    let asked = 0;
    const line = `${JSON.stringify(OPEN)}\n`.repeat(100);
    const input = Readable.from(
      (function* () {
        for (; asked < 1_000; asked++) yield line;
      })(),
      { objectMode: false },
    );
    const output = new PassThrough();
    const done = computeLines(input, output);
    await once(output, 'readable');
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
    expect(asked).toBeLessThan(500);
    output.resume();
    await done;
    expect(asked).toBe(1_000);
  });

  test('takes lines and characters cut anywhere, and refuses a line of many megabytes alone', async () => {
    const bytes = Buffer.from(`${JSON.stringify({ id: 'Sant’Ambrogio', ...OPEN })}\n`.repeat(3));
    const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, index) => bytes.subarray(7 * index, 7 * index + 7));
    expect(await answersTo(pieces)).toEqual(Array.from({ length: 3 }, () => ({ id: 'Sant’Ambrogio', open: true })));
    const long = await answersTo([...Array.from({ length: 20 }, () => 'x'.repeat(1_000_000)), `\n${JSON.stringify({ id: 2, ...OPEN })}\n`]);
    expect(long).toEqual([
      { id: null, error: { code: 'too_many', message: 'line 1: this is more than is answered at once' } },
      { id: 2, open: true },
    ]);
  });
});
