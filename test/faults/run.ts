/**
 * Faults in a running product. The contract:
 * 1. Several people work through the public API; every request and every answer is written down.
 * 2. At instants drawn from the seed something is killed with `kill -9`: worker, API, Temporal, Postgres, or everything at once.
 * 3. Whoever got no answer asks again with the same key, or gives up; what is unanswered at the end is asked again until it is.
 * 4. At the end `cli verify` must find nothing, and the log must be what was acknowledged: nothing lost, nothing doubled, nothing else.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { DEV_ISSUER } from '../../api/dev-issuer.ts';
import { conditionsOf, type Conditions } from '../../bench/conditions.ts';
import { createDatabase } from '../../db/knex.ts';
import { runClient, send, settleUnanswered, type ClientDeps } from './clients.ts';
import { compareRepeat, compareWithLog } from './compare.ts';
import { Ledger } from './ledger.ts';
import type { KnownCase } from './known-case.ts';
import { EVERYBODY } from './people.ts';
import { PARTS, startProduct, type Product, type Victim } from './product.ts';
import { createRecoveries, type Kill } from './recoveries.ts';
import { createRandom, type Random } from './random.ts';

export interface FaultOptions {
  readonly seed: number;
  /** Kills, one a round. */
  readonly rounds: number;
  /** Folder for the product's data; made when absent. */
  readonly directory: string;
  /** @default 4 */
  readonly clients?: number;
  /** Longest time of work before a kill. @default 6_000 */
  readonly roundMs?: number;
  /** Shortest time of work before a kill. @default 1_000 */
  readonly leastRoundMs?: number;
  /** @default 1_800, an hour in two seconds */
  readonly speed?: number;
  /** What is killed in a round, from 1. @default drawn from all of them */
  readonly victimOf?: (round: number, random: Random) => Victim;
  readonly report: (line: string) => void;
}

export interface FaultSummary {
  readonly seed: number;
  readonly requests: number;
  readonly acknowledged: number;
  readonly refused: number;
  /** How often, by code. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly abandoned: number;
  readonly askedAgain: number;
  readonly cases: number;
  readonly conditions: Conditions;
  readonly kills: readonly Kill[];
  readonly verify: { readonly code: number; readonly output: string };
  readonly differences: readonly string[];
}

const READY_MS = 90_000;
const POLL_MS = 100;
const SETTLE_MS = 60_000;
const REPEATED = 40;
const AFTER_KILL_MS = 4_000;
/** A round in which nobody got anything done would prove nothing; on a slow machine it lasts longer. */
const LEAST_ACKNOWLEDGED = 15;
const LONGEST_ROUND_MS = 60_000;

export async function runFaults(options: FaultOptions): Promise<FaultSummary> {
  const { seed, directory, speed = 1_800, report } = options;
  const random = createRandom(seed);
  report(`seed ${seed}, data in ${directory}`);
  const product = await startProduct({ directory, speed, callers: EVERYBODY });
  try {
    const conditions = await conditionsOfProduct(product);
    return { conditions, ...(await playRounds(product, random, options)) };
  } finally {
    await product.stop();
  }
}

function anyVictim(_round: number, random: Random): Victim {
  return random.pick([...PARTS, 'stack'] as const);
}

async function playRounds(
  product: Product,
  random: Random,
  { seed, rounds, clients = 4, leastRoundMs = 1_000, roundMs = 6_000, victimOf = anyVictim, report }: FaultOptions,
): Promise<Omit<FaultSummary, 'conditions'>> {
  const ledger = new Ledger();
  const recoveries = createRecoveries(ledger);
  const cases: KnownCase[] = [];
  let stopped = false;
  const common = { target: product, ledger, cases, stopped: () => stopped, onDone: recoveries.onDone };
  const desks = Array.from({ length: clients }, (_, index): ClientDeps => ({ ...common, random: random.fork(`client ${index}`) }));
  const working = desks.map(runClient);
  for (let round = 1; round <= rounds; round++) {
    await workUntil(ledger, random.between(Math.min(leastRoundMs, roundMs), roundMs));
    const victim = victimOf(round, random);
    await product.kill(victim, () => recoveries.begin(victim));
    const ready = await product.untilReady(READY_MS);
    report(
      `round ${round}: killed ${victim}${ready ? '' : `, not ready after ${READY_MS / 1_000} s`}; ${ledger.acknowledged().length} requests acknowledged so far`,
    );
  }
  await sleep(AFTER_KILL_MS);
  stopped = true;
  await Promise.all(working);
  await settleUnanswered(desks[0]!, SETTLE_MS);
  const counted = countLedger(ledger);
  const repeats = await repeatSome(product, ledger, random);
  const verify = await product.verify();
  const { databaseUrl } = await product.record();
  const knex = createDatabase({ url: databaseUrl, applicationName: 'faults' });
  const differences = [...(await compareWithLog(ledger, knex, DEV_ISSUER).finally(() => knex.destroy())), ...repeats];
  return { seed, ...counted, cases: cases.length, kills: recoveries.kills(), verify, differences };
}

async function conditionsOfProduct(product: Product): Promise<Conditions> {
  const { databaseUrl, temporalAddress } = await product.record();
  const connection = await Connection.connect({ address: temporalAddress });
  return conditionsOf(new Client({ connection }), databaseUrl).finally(() => connection.close());
}

/** For the time drawn, and until enough was done in it. */
async function workUntil(ledger: Ledger, ms: number): Promise<void> {
  const before = ledger.acknowledged().length;
  const until = Date.now() + LONGEST_ROUND_MS;
  await sleep(ms);
  while (ledger.acknowledged().length < before + LEAST_ACKNOWLEDGED && Date.now() < until) await sleep(POLL_MS);
}

/** The same key brings the same answer, however often and however late. */
async function repeatSome(product: Product, ledger: Ledger, random: Random): Promise<readonly string[]> {
  const differences: string[] = [];
  const acknowledged = [...ledger.acknowledged()];
  for (let count = 0; count < REPEATED && acknowledged.length > 0; count++) {
    const entry = random.pick(acknowledged);
    const difference = compareRepeat(entry, await send(product, entry));
    if (difference !== null) differences.push(difference);
  }
  return differences;
}

function countLedger(ledger: Ledger) {
  const { entries } = ledger;
  const acknowledged = ledger.acknowledged().length;
  const answered = entries.filter(({ answer }) => answer !== null).length;
  const refusals: Record<string, number> = {};
  for (const { answer } of entries) {
    const { code } = (answer?.body ?? {}) as { code?: string };
    if (code !== undefined) refusals[code] = (refusals[code] ?? 0) + 1;
  }
  return {
    refusals,
    requests: entries.length,
    acknowledged,
    refused: answered - acknowledged,
    abandoned: entries.filter(({ abandoned }) => abandoned).length,
    askedAgain: entries.filter(({ sentAt }) => sentAt.length > 1).length,
  };
}
