/** When a person may be told, in the local time of the service. */
import { Temporal } from 'temporal-polyfill';
import type { QuietHours } from '../../domain/staff/staff.ts';

/** `at` itself outside the quiet hours, else their end: the next time the local clock shows it. */
export function endOfQuiet(at: number, quiet: QuietHours | null, timeZone: string): number {
  if (quiet === null) return at;
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
  const minute = local.hour * 60 + local.minute;
  if (!isWithin(minute, quiet)) return at;
  const date = minute < quiet.to ? local.toPlainDate() : local.toPlainDate().add({ days: 1 });
  const end = date.toZonedDateTime({ timeZone, plainTime: { hour: Math.floor(quiet.to / 60), minute: quiet.to % 60 } });
  return Math.max(at, end.epochMilliseconds);
}

function isWithin(minute: number, { from, to }: QuietHours): boolean {
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}
