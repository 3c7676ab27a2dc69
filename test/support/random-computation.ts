/** Random calendars, instants and pauses for requests of `sla compute`, around the days on which clocks change. */
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { MINUTE, type WrittenCalendar, type WrittenHours, type WrittenPause } from './slow-calendar.ts';

const ZONES = [
  ...['Europe/Rome', 'Europe/London', 'Africa/Casablanca', 'UTC', 'America/New_York', 'America/St_Johns', 'America/Sao_Paulo', 'Asia/Kathmandu'],
  ...['Asia/Kolkata', 'Asia/Tehran', 'Australia/Lord_Howe', 'Pacific/Apia', 'Pacific/Chatham'],
];
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export interface RandomWorld {
  readonly calendar: WrittenCalendar;
  /** A whole minute, near which everything happens. */
  readonly centre: number;
}

const time = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** Marks of a day taken in pairs; one left over opens past midnight, or to the end of the day. */
function hoursFrom(marks: readonly number[]): WrittenHours {
  const sorted = [...marks].sort((a, b) => a - b);
  return Array.from({ length: Math.ceil(sorted.length / 2) }, (_, index) => {
    const [open, close] = [sorted[2 * index]!, sorted[2 * index + 1]];
    return [time(open), close === undefined ? (open % 2 === 0 ? '24:00' : time(Math.floor(open / 2))) : time(close)] as const;
  });
}

const hours = fc.uniqueArray(fc.integer({ min: 0, max: 1_439 }), { maxLength: 5 }).map(hoursFrom);
const someHours = fc.uniqueArray(fc.integer({ min: 0, max: 1_439 }), { minLength: 1, maxLength: 3 }).map(hoursFrom);
const dated = fc.array(fc.tuple(fc.integer({ min: -4, max: 4 }), hours), { maxLength: 2 });
const dates = fc.uniqueArray(fc.integer({ min: -4, max: 4 }), { maxLength: 2 });

/** A calendar that opens every Wednesday at the least, and never only in a break. */
export const randomWorld: fc.Arbitrary<RandomWorld> = fc
  .record({
    timeZone: fc.constantFrom(...ZONES),
    about: fc.integer({ min: Date.UTC(2000, 0, 1) / MINUTE, max: Date.UTC(2037, 0, 1) / MINUTE }),
    atChange: fc.boolean(),
    weekly: fc.array(hours, { minLength: 7, maxLength: 7 }),
    always: fc.integer({ min: 0, max: 9 }),
    overrides: dated,
    breaks: fc.array(fc.tuple(fc.integer({ min: -4, max: 4 }), someHours), { maxLength: 2 }),
    holidays: dates,
    annual: dates,
  })
  .map(({ timeZone, about, atChange, weekly, always, overrides, breaks, holidays, annual }) => {
    const zoned = Temporal.Instant.fromEpochMilliseconds(about * MINUTE).toZonedDateTimeISO(timeZone);
    const centre = (atChange ? zoned.getTimeZoneTransition('next') : null)?.epochMilliseconds ?? about * MINUTE;
    const date = Temporal.Instant.fromEpochMilliseconds(centre).toZonedDateTimeISO(timeZone).toPlainDate();
    const dateOf = (days: number): string => date.add({ days }).toString();
    const allDay: WrittenHours = [['00:00', '24:00']];
    const written = weekly.map((one, index) => [WEEKDAYS[index]!, always === 0 ? allDay : one] as const);
    const calendar: WrittenCalendar = {
      timeZone,
      weekly: { ...Object.fromEntries(written), ...(always === 0 ? {} : { wed: [['09:00', '17:00']] as const }) },
      holidays: holidays.map(dateOf),
      annualHolidays: annual.map((days) => dateOf(days).slice(5)),
      dateOverrides: Object.fromEntries(overrides.map(([days, one]) => [dateOf(days), one])),
      breaks: Object.fromEntries(breaks.map(([days, one]) => [dateOf(days), one])),
    };
    return { calendar, centre };
  });

/** Minutes from the centre. */
export const nearby = fc.integer({ min: -3 * 1_440, max: 3 * 1_440 });
/** A budget in minutes. */
export const budget = fc.integer({ min: 1, max: 40 * 60 });
/** Beginnings and lengths in minutes; some are reversed. */
export const spans = fc.array(fc.tuple(nearby, fc.integer({ min: -60, max: 2_000 })), { maxLength: 3 });

/** The instant so many minutes from the centre, in one of the forms an instant may have. */
export function instantAt({ calendar, centre }: RandomWorld, minutes: number): string {
  const instant = Temporal.Instant.fromEpochMilliseconds(centre + minutes * MINUTE);
  if (minutes % 2 === 0) return instant.toString();
  const zoned = instant.toZonedDateTimeISO(calendar.timeZone);
  // An offset of seconds, as some zones once had, is not an instant on the wire.
  return zoned.offsetNanoseconds % 60e9 === 0 ? zoned.toString({ timeZoneName: 'never' }) : instant.toString();
}

export function pausesAt(world: RandomWorld, list: readonly (readonly [number, number])[]): readonly WrittenPause[] {
  return list.map(([from, length]) => ({ from: instantAt(world, from), to: instantAt(world, from + length) }));
}
