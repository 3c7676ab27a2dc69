/** People at work through the public HTTP API, all at once, writing down everything they ask and are told. */
import { setTimeout as sleep } from 'node:timers/promises';
import { kebabCase } from '../../api/schemas/commands.ts';
import { isDone, isPending, type Answer, type Caller, type Entry, type Ledger } from './ledger.ts';
import { learn, TAKE_NEXT, type KnownCase } from './known-case.ts';
import { nextAct, openingBody, type Act } from './lives.ts';
import { COORDINATORS, OPERATORS, WORKERS } from './people.ts';
import type { Random } from './random.ts';

/** Where requests go now: a restarted system may have another address. */
export interface Target {
  readonly url: () => string;
  readonly token: (caller: Caller) => string;
}

export interface ClientDeps {
  readonly target: Target;
  readonly ledger: Ledger;
  /** Shared: several people work on the same cases. */
  readonly cases: KnownCase[];
  readonly random: Random;
  readonly stopped: () => boolean;
  /** Told of each request done. */
  readonly onDone: (entry: Entry) => void;
}

const ANSWER_MS = 15_000;
const PAUSE_MS = [20, 250] as const;
const RETRY_MS = [100, 500] as const;
/** One in so many who get no answer never asks again. */
const GIVES_UP = 0.1;
const MOST_OPEN = 40;

/** One person's desk: request after request until told to stop. What is then unanswered stays so in the ledger. */
export async function runClient(deps: ClientDeps): Promise<void> {
  const { random, stopped } = deps;
  while (!stopped()) {
    await sleep(random.between(...PAUSE_MS));
    const entry = nextEntry(deps);
    while (!stopped() && entry.answer === null && !entry.abandoned) {
      await tryOnce(deps, entry);
      if (entry.answer !== null) break;
      entry.abandoned = random.chance(GIVES_UP);
      await sleep(random.between(...RETRY_MS));
    }
  }
}

/** Asks again for what was never answered, with the same keys, until everything is. */
export async function settleUnanswered(deps: ClientDeps, withinMs: number): Promise<void> {
  const until = Date.now() + withinMs;
  for (let open = deps.ledger.unanswered(); open.length > 0 && Date.now() < until; open = deps.ledger.unanswered()) {
    await Promise.all(open.slice(0, 8).map((entry) => tryOnce(deps, entry)));
    await sleep(RETRY_MS[0]);
  }
}

/** Sends a request, or sends it again: same person, same key, same body. Null when no answer came. */
export async function send(target: Target, entry: Entry): Promise<Answer | null> {
  entry.sentAt.push(Date.now());
  try {
    const response = await fetch(`${target.url()}${entry.path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${target.token(entry.caller)}`, 'content-type': 'application/json', 'idempotency-key': entry.key },
      body: JSON.stringify(entry.body),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return { status: response.status, body: await response.json() };
  } catch {
    // Refused, cut, or answered with half a body: there was no answer.
    return null;
  }
}

async function tryOnce(deps: ClientDeps, entry: Entry): Promise<void> {
  const answer = await send(deps.target, entry);
  if (answer === null || isPending(answer.status)) return;
  entry.answer = answer;
  entry.answeredAt = Date.now();
  if (!isDone(answer.status)) return;
  learn(deps.cases, entry, answer);
  deps.onDone(entry);
}

function nextEntry({ random, cases, ledger }: ClientDeps): Entry {
  const open = cases.filter(({ status }) => status !== 'closed').length;
  const key = `key-${ledger.entries.length}-${Math.floor(random.next() * 1e9)}`;
  if (cases.length === 0 || (open < MOST_OPEN && random.chance(0.2))) {
    return ledger.add({ caller: random.pick(OPERATORS), key, path: '/api/v1/cases', body: openingBody(random), caseId: null, command: 'open' });
  }
  if (random.chance(0.1)) {
    const caller = random.pick([...WORKERS, ...COORDINATORS]);
    // The queue of one municipio, for who works in two.
    const body = caller.municipi.length > 1 && random.chance(0.5) ? { municipi: [random.pick(caller.municipi)] } : {};
    return ledger.add({ caller, key, path: '/api/v1/cases/take-next', body, caseId: null, command: TAKE_NEXT });
  }
  const known = random.pick(random.chance(0.6) ? cases.slice(-8) : cases);
  const { command, by, body }: Act = nextAct(random, known, Date.now());
  return ledger.add({ caller: by, key, path: `/api/v1/cases/${known.caseId}/${kebabCase(command)}`, body, caseId: known.caseId, command });
}
