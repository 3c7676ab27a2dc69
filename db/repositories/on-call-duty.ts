/**
 * Who is on call at this moment, for every request that must know: the roster is read at most once every few seconds and kept as it stood, so that asking costs
 * nothing. Somebody put on the roster this minute waits those seconds.
 */
import type { Territory } from '../../domain/sla/policy.ts';
import type { OnCallShift } from '../../domain/staff/on-call.ts';
import type { OnCallRepository } from './on-call.ts';

const STALE_MS = 3_000;

/** The territories a person is on call for now. */
export function createOnCallDuty(roster: Pick<OnCallRepository, 'list'>, now: () => number): (person: string) => Promise<readonly Territory[]> {
  let latest: { readonly at: number; readonly shifts: Promise<readonly OnCallShift[]> } | undefined;

  function read(at: number): Promise<readonly OnCallShift[]> {
    if (latest !== undefined && at - latest.at < STALE_MS && at >= latest.at) return latest.shifts;
    const reading = { at, shifts: roster.list({ from: at, to: at + STALE_MS }) };
    latest = reading;
    // A database that was away is asked again by the next request.
    reading.shifts.catch(() => {
      if (latest === reading) latest = undefined;
    });
    return reading.shifts;
  }

  return async (person) => {
    const at = now();
    const shifts = await read(at);
    return [...new Set(shifts.filter((shift) => shift.person === person && shift.from <= at && at < shift.to).map(({ territory }) => territory))];
  };
}
