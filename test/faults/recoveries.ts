/** How long after a `kill -9` things work again, as the people at work see it. */
import { loadavg } from 'node:os';
import { isDone, type Entry, type Ledger } from './ledger.ts';
import type { Victim } from './product.ts';

export interface Kill {
  readonly victim: Victim;
  /** Load average of the machine at the kill: others may be at work. */
  readonly load: number;
  /** Until a command of a case asked after the kill was acknowledged; null when none was. */
  readonly recoveredMs: number | null;
  /** Commands on their way at the kill, and until the last of them was answered; null where there was none. Asked again while unanswered, as people do. */
  readonly inFlight: number;
  readonly inFlightMs: number | null;
}

/** The recoveries from the death of one part, in milliseconds. */
export interface RecoverySummary {
  readonly victim: Victim;
  readonly kills: number;
  readonly recovered: { readonly median: number; readonly worst: number; readonly budget: number | null };
  readonly inFlight: { readonly commands: number; readonly worst: number; readonly budget: number | null } | null;
}

/** Design budgets, in milliseconds: the first success, and the case in flight. */
export const BUDGETS: Readonly<Record<Victim, { readonly recovered: number | null; readonly inFlight: number | null }>> = {
  worker: { recovered: 3_000, inFlight: 8_000 },
  api: { recovered: 2_000, inFlight: null },
  temporal: { recovered: 15_000, inFlight: null },
  postgres: { recovered: 5_000, inFlight: null },
  stack: { recovered: null, inFlight: null },
};

/** The API writes the first revision of an episode itself. */
const WITHOUT_ENGINE: readonly string[] = ['open', 'reopen'];

export interface Recoveries {
  readonly begin: (victim: Victim) => void;
  readonly onDone: (entry: Entry) => void;
  readonly kills: () => readonly Kill[];
}

/** To be told of each kill and of each request done. */
export function createRecoveries(ledger: Ledger): Recoveries {
  const begun: { readonly victim: Victim; readonly at: number; readonly load: number; recoveredMs: number | null; readonly inFlight: readonly Entry[] }[] = [];
  return {
    begin(victim) {
      const inFlight = ledger.unanswered().filter(({ command, sentAt }) => !WITHOUT_ENGINE.includes(command) && sentAt.length > 0);
      begun.push({ victim, at: Date.now(), load: loadavg()[0] ?? 0, recoveredMs: null, inFlight });
    },
    onDone({ command, sentAt: [firstSentAt = 0] }) {
      const last = begun.at(-1);
      // A key asked again may be answered from the log alone.
      if (last === undefined || last.recoveredMs !== null || WITHOUT_ENGINE.includes(command) || firstSentAt < last.at) return;
      last.recoveredMs = Date.now() - last.at;
    },
    kills: () =>
      begun.map(({ victim, at, load, recoveredMs, inFlight }) => {
        const answered = inFlight.filter(({ answer }) => answer !== null && isDone(answer.status));
        const times = answered.map(({ answeredAt }) => (answeredAt ?? at) - at);
        return { victim, load, recoveredMs, inFlight: answered.length, inFlightMs: times.length === 0 ? null : Math.max(...times) };
      }),
  };
}

/** By victim, in the order in which they first died. Kills after which nobody asked for anything in time tell nothing. */
export function summariseRecoveries(kills: readonly Kill[]): readonly RecoverySummary[] {
  return [...new Set(kills.map(({ victim }) => victim))].flatMap((victim) => {
    const own = kills.filter((kill) => kill.victim === victim);
    const times = own.flatMap(({ recoveredMs }) => recoveredMs ?? []).toSorted((a, b) => a - b);
    const late = own.flatMap(({ inFlightMs }) => inFlightMs ?? []);
    const [median, worst] = [times[Math.floor((times.length - 1) / 2)], times.at(-1)];
    if (median === undefined || worst === undefined) return [];
    const commands = own.reduce((sum, { inFlight }) => sum + inFlight, 0);
    const inFlight = late.length === 0 ? null : { commands, worst: Math.max(...late), budget: BUDGETS[victim].inFlight };
    return [{ victim, kills: own.length, recovered: { median, worst, budget: BUDGETS[victim].recovered }, inFlight }];
  });
}
