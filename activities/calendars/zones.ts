/** What only the zone library knows. */
import { Temporal } from 'temporal-polyfill';

/** Whether a name is a zone of the IANA data base. Offsets (`+01:00`) are none: they know no summer. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

/** The local year of an instant. */
export function yearOf(at: number, timeZone: string): number {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).year;
}
