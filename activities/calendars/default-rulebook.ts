/** What a case is measured by before anybody has published a policy. */
import { Temporal } from 'temporal-polyfill';
import { DEFAULT_POLICY } from '../../domain/sla/default-policy.ts';
import type { Rulebook } from '../../domain/sla/policy.ts';
import { milanCalendar } from './milan-calendar.ts';

/** The default policy with one calendar for every territory, from the local year of `at`: at least a year of horizon is always left. */
export function defaultRulebook(at: number): Rulebook {
  const { year } = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('Europe/Rome');
  const calendar = milanCalendar(year);
  return { policy: DEFAULT_POLICY, calendars: { [calendar.version]: calendar }, calendarOf: { '*': calendar.version } };
}
