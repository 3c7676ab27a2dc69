/** Who works with the cases: the line, and several municipi with people of their own. Synthetic; nobody real stands behind it. */
import type { Caller } from './ledger.ts';

export const MUNICIPI = ['3', '6', '9'] as const;

const ROSTER: Readonly<Record<string, readonly Caller[]>> = Object.fromEntries(
  MUNICIPI.map((municipio) => [municipio, [1, 2].map((number) => worker(`worker-${municipio}-${number}`, [municipio]))]),
);
/** Lends a hand in two municipi. */
const LENT = worker('worker-lent', ['3', '6']);

export const OPERATORS: readonly Caller[] = [1, 2].map((number) => ({ sub: `operator-${number}`, roles: ['operator'], municipi: [] }));
export const SHIFT_LEADER: Caller = { sub: 'shift-leader-1', roles: ['shiftLeader'], municipi: [] };
export const COORDINATORS: readonly Caller[] = MUNICIPI.map((municipio) => ({
  sub: `coordinator-${municipio}`,
  roles: ['coordinator'],
  municipi: [municipio],
}));
export const WORKERS: readonly Caller[] = [...Object.values(ROSTER).flat(), LENT];
export const EVERYBODY: readonly Caller[] = [...OPERATORS, SHIFT_LEADER, ...COORDINATORS, ...WORKERS];

export function workersOf(municipio: string): readonly Caller[] {
  return WORKERS.filter(({ municipi }) => municipi.includes(municipio));
}

export function coordinatorOf(municipio: string): Caller {
  const found = COORDINATORS.find(({ municipi }) => municipi.includes(municipio));
  if (found === undefined) throw new RangeError(`Nobody coordinates ${municipio}`);
  return found;
}

function worker(sub: string, municipi: readonly string[]): Caller {
  return { sub, roles: ['socialWorker'], municipi };
}
