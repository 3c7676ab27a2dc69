// Calendars as people write them, inherited over one to three levels, in any zone of the world around a change of its clocks.
import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { effectiveSnapshot } from '../../../activities/calendars/effective-snapshot.ts';
import { isTimeZone } from '../../../activities/calendars/zones.ts';
import { addBusinessDays, addWorkingTime, isOpen, openIntervals, segments, workingTime } from '../../../domain/sla/business-time.ts';
import { checkCalendar } from '../../../domain/sla/calendar-check.ts';
import { WEEKDAYS, type CalendarDefinition, type LocalHours, type Weekday } from '../../../domain/sla/calendar-definition.ts';
import type { CalendarSnapshot } from '../../../domain/sla/calendar-snapshot.ts';
import { addDaysOverLegs } from '../../../domain/sla/days-over-legs.ts';
import { effectiveCalendar } from '../../../domain/sla/effective-calendar.ts';
import { MINUTE, openMinutes } from '../../support/slow-calendar.ts';

jest.setTimeout(180_000);

const RUNS = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 60) };
const ZONES = Intl.supportedValuesOf('timeZone');
const DAY = 1_440;

interface World {
  /** Root first. */
  readonly chain: readonly CalendarDefinition[];
  readonly timeZone: string;
  readonly snapshot: CalendarSnapshot;
  /** Midnight UTC near the change of clocks. */
  readonly centre: number;
}

const clock = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** Marks of a day taken in pairs; one left over opens until midnight, or past it for twelve hours at most. */
function hoursFrom(marks: readonly number[]): LocalHours[] {
  const sorted = [...marks].sort((a, b) => a - b);
  return Array.from({ length: Math.ceil(sorted.length / 2) }, (_, pair): LocalHours => {
    const [open, close] = [sorted[2 * pair]!, sorted[2 * pair + 1]];
    return [clock(open), close === undefined ? (open > 720 ? clock(open - 720) : '24:00') : clock(close)];
  });
}

const hours = fc.uniqueArray(fc.integer({ min: 0, max: DAY - 1 }), { maxLength: 4 }).map(hoursFrom);
const near = fc.integer({ min: -4, max: 4 });
const dates = fc.uniqueArray(near, { maxLength: 2 });

/** What one level says, with dates as days from the centre. */
const level = fc.record({
  weekly: fc.dictionary(fc.constantFrom(...WEEKDAYS), hours, { maxKeys: 5 }),
  holidays: dates,
  removed: dates,
  special: fc.uniqueArray(fc.tuple(near, hours), { maxLength: 2, selector: ([day]) => day }),
  closure: fc.option(fc.tuple(near, fc.integer({ min: 0, max: 2 }))),
});
type Level = typeof level extends fc.Arbitrary<infer T> ? T : never;

/** The next change of a zone's clocks after a random instant; where it never changes them, a leap day or a year's end. */
const moment = fc.tuple(fc.constantFrom(...ZONES), fc.integer({ min: 1990, max: 2036 }), fc.integer({ min: 0, max: 1 })).map(([timeZone, year, which]) => {
  const transition = Temporal.PlainDate.from({ year, month: 1 + which * 6, day: 1 })
    .toZonedDateTime(timeZone)
    .getTimeZoneTransition('next');
  const fallback = Temporal.PlainDate.from(which === 0 ? { year: year - (year % 4), month: 2, day: 29 } : { year, month: 12, day: 31 });
  return { timeZone, date: transition === null || transition.year > 2040 ? fallback : transition.toPlainDate() };
});

const world: fc.Arbitrary<World> = fc.tuple(moment, fc.array(level, { minLength: 1, maxLength: 3 })).map(([{ timeZone, date }, levels]) => {
  const on = (days: number): string => date.add({ days }).toString();
  const written = levels.map((one, index) => definitionOf(one, index, on, timeZone));
  const nights = written.some((_, index) => faultsOf(written, index).some(({ code }) => code === 'hours_overlap'));
  const chain = nights ? written.map(withoutNights) : written;
  const snapshot = effectiveSnapshot(effectiveCalendar(chain), date.year - 1, 3);
  return { chain, timeZone, snapshot, centre: Date.parse(`${date.toString()}T00:00:00Z`) };
});

function definitionOf(
  { weekly, holidays, removed, special, closure }: Level,
  index: number,
  on: (days: number) => string,
  timeZone: string,
): CalendarDefinition {
  return {
    id: `level-${index}`,
    parent: index === 0 ? null : `level-${index - 1}`,
    ...(index === 0 ? { timeZone } : {}),
    // Never a calendar that does not open: those have tests of their own.
    weekly: { ...(weekly as Partial<Record<Weekday, LocalHours[]>>), wed: [['09:00', '17:00']] },
    holidays: holidays.map((day) => ({ date: on(day), label: 'holiday' })),
    removedHolidays: removed.map(on),
    special: special.map(([day, said]) => ({ date: on(day), hours: said, label: 'special' })),
    closures: closure === null ? [] : [{ from: on(closure[0]), to: on(closure[0] + closure[1]), reason: 'closure' }],
  };
}

function faultsOf(chain: readonly CalendarDefinition[], index: number) {
  return checkCalendar(chain[index]!, { find: (id) => chain.find((one) => one.id === id), isTimeZone });
}

function withoutNights(definition: CalendarDefinition): CalendarDefinition {
  const week = Object.entries(definition.weekly ?? {}).map(([weekday, said]) => [weekday, said.map(([open, close]) => [open, close > open ? close : '24:00'])]);
  return { ...definition, weekly: Object.fromEntries(week) as NonNullable<CalendarDefinition['weekly']> };
}

/** The hours of a date by the rules as they are told to people, from the nearest definition up: shares nothing with the product. */
function hoursOn(chain: readonly CalendarDefinition[], date: string): readonly LocalHours[] {
  let isRemoved = false;
  for (const one of [...chain].reverse()) {
    const special = one.special?.find((day) => day.date === date);
    if (special !== undefined) return special.hours;
    if (!isRemoved && one.holidays?.some((day) => day.date === date)) return [];
    if (one.closures?.some(({ from, to }) => from <= date && date <= to)) return [];
    isRemoved ||= one.removedHolidays?.includes(date) ?? false;
  }
  const weekday = WEEKDAYS[Temporal.PlainDate.from(date).dayOfWeek - 1]!;
  return [...chain].reverse().find((one) => one.weekly?.[weekday] !== undefined)?.weekly?.[weekday] ?? [];
}

/** Each minute from `days` before the centre to as many after. */
function slowMinutes({ chain, timeZone, centre }: World, days: number): readonly boolean[] {
  const first = Temporal.PlainDate.from(new Date(centre).toISOString().slice(0, 10));
  const around = Array.from({ length: 2 * days + 7 }, (_, index) => first.add({ days: index - days - 3 }).toString());
  const dateOverrides = Object.fromEntries(around.map((date) => [date, hoursOn(chain, date)]));
  return openMinutes({ timeZone, weekly: {}, dateOverrides }, centre - days * DAY * MINUTE, 2 * days * DAY);
}

describe('a calendar of any zone, inherited', () => {
  test('is found right, but for holidays removed that are none', () => {
    fc.assert(
      fc.property(world, ({ chain }) => {
        for (const index of chain.keys())
          expect(faultsOf(chain, index).filter(({ code }) => code !== 'holiday_removed_unknown' && code !== 'hours_overlap')).toEqual([]);
      }),
      RUNS,
    );
  });

  test('is open in exactly the minutes the written hours and the zone’s clocks say', () => {
    fc.assert(
      fc.property(world, (any) => {
        const { snapshot, centre } = any;
        const minutes = slowMinutes(any, 2);
        const start = centre - 2 * DAY * MINUTE;
        let counted = 0;
        for (const [index, open] of minutes.entries()) {
          const instant = start + index * MINUTE;
          if (isOpen(snapshot, instant) !== open) throw new Error(`${new Date(instant).toISOString()} is ${open ? 'open' : 'closed'} as written`);
          if (index % 113 === 0) expect(workingTime(snapshot, start, instant)).toBe(counted);
          if (open) counted += MINUTE;
        }
        expect(openIntervals(snapshot, start, start + minutes.length * MINUTE).reduce((sum, { from, to }) => sum + to - from, 0)).toBe(counted);
      }),
      RUNS,
    );
  });

  test('gives deadlines that use up exactly what was asked, and explains all of it', () => {
    const offset = fc.integer({ min: -3 * DAY, max: 3 * DAY });
    fc.assert(
      fc.property(world, offset, fc.integer({ min: 1, max: 100 * 60 * MINUTE }), ({ snapshot, centre }, minutes, ms) => {
        const start = centre + minutes * MINUTE;
        const due = addWorkingTime(snapshot, start, ms);
        expect(workingTime(snapshot, start, due)).toBe(ms);
        expect(isOpen(snapshot, due - 1)).toBe(true);
        expect(segments(snapshot, start, due).reduce((sum, { countedMs }) => sum + countedMs, 0)).toBe(ms);
      }),
      RUNS,
    );
  });

  test('gives the same business days wherever it is cut into spans', () => {
    const offset = fc.integer({ min: -3 * DAY, max: 3 * DAY });
    const cuts = fc.array(fc.integer({ min: 1, max: 6 * DAY }), { maxLength: 3 });
    fc.assert(
      fc.property(world, offset, cuts, fc.integer({ min: 1, max: 6 }), fc.boolean(), ({ snapshot, centre }, minutes, after, days, endOfDay) => {
        const start = centre + minutes * MINUTE;
        const marks = [start, ...[...after].sort((a, b) => a - b).map((cut) => start + cut * MINUTE)];
        const legs = marks.map((from, index) => ({ from, to: marks[index + 1] ?? null, calendar: snapshot }));
        expect(addDaysOverLegs(legs, days, endOfDay)).toBe(addBusinessDays(snapshot, start, days, endOfDay));
      }),
      { numRuns: 3 * RUNS.numRuns },
    );
  });

  test('is the same calendar when a level that says nothing is put in between', () => {
    fc.assert(
      fc.property(world, ({ chain, snapshot }) => {
        const [last] = chain.slice(-1);
        const silent: CalendarDefinition = { id: 'silent', parent: chain.at(-2)?.id ?? null };
        const longer = [...chain.slice(0, -1), silent, { ...last!, parent: 'silent' }];
        expect(effectiveSnapshot(effectiveCalendar(longer), new Date(snapshot.until - DAY * MINUTE).getUTCFullYear() - 2, 3)).toEqual(snapshot);
      }),
      RUNS,
    );
  });
});
