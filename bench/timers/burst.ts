/** When the promises of a burst are due. */

export const BURSTS = ['instant', 'minute'] as const;
/** All at one instant, or spread evenly over a minute. */
export type Burst = (typeof BURSTS)[number];

const MINUTE_MS = 60_000;

/** The instants, in epoch milliseconds, of so many promises from `startsAt` on. */
export function dueInstants(burst: Burst, cases: number, startsAt: number): readonly number[] {
  return Array.from({ length: cases }, (_, index) => startsAt + (burst === 'instant' ? 0 : Math.round((index * MINUTE_MS) / cases)));
}
