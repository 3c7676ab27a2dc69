/** `cli sla compute`: requests of working-time arithmetic as JSON lines, answers in the same order (docs/reference/sla-compute.md). */
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createComputations, type Computations } from '../../activities/computations/compute.ts';
import { faultAnswer, RequestFault, type RequestFaultCode } from '../../activities/computations/request-fault.ts';

/** A line longer than this is refused; the run goes on with the next. */
const LONGEST_LINE = 4 * 1024 * 1024;
/** Answers wait together for the next write, for as long as there is more to read at once. */
const WRITE_AT = 64 * 1024;

/** Answers until the input ends, at the pace at which the answers are read. Whoever stops reading ends the run without a fault. */
export async function computeLines(input: Readable, output: Writable): Promise<void> {
  input.setEncoding('utf8');
  try {
    await pipeline(input, (chunks: AsyncIterable<string>) => answersTo(chunks, createComputations()), output, { end: false });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EPIPE' && code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** What answers, and the number of the line it stands at. */
interface Answering {
  readonly computations: Computations;
  line: number;
}

async function* answersTo(chunks: AsyncIterable<string>, computations: Computations): AsyncGenerator<string> {
  const answering = { computations, line: 0 };
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    // What is too long is not kept either: its beginning alone is enough to refuse it.
    if (rest.length > 2 * LONGEST_LINE) rest = rest.slice(0, LONGEST_LINE + 1);
    yield* inPieces(lines, answering);
  }
  yield* inPieces([rest], answering);
}

function* inPieces(lines: readonly string[], answering: Answering): Generator<string> {
  let text = '';
  for (const line of lines) {
    answering.line++;
    if (line.trim() === '') continue;
    text += `${JSON.stringify(answerTo(line, answering))}\n`;
    if (text.length < WRITE_AT) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

function answerTo(text: string, { computations, line }: Answering): object {
  if (text.length > LONGEST_LINE) return refusal('too_many', line);
  let request: unknown;
  try {
    // Some editors put a byte order mark before the first line.
    request = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch {
    return refusal('json_invalid', line);
  }
  return computations.answer(request);
}

/** Nothing of such a line is known but its number. */
function refusal(code: RequestFaultCode, line: number): object {
  const { message } = faultAnswer(new RequestFault(code));
  return { id: null, error: { code, message: `line ${line}: ${message}` } };
}
