import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { buildCalendarSnapshot, type CalendarInput, type LocalHours, type Weekday } from '../../../activities/calendars/build-snapshot.ts';
import { addBusinessDays, addWorkingTime, isOpen, nextOpen, openIntervals, segments, workingTime } from '../../../domain/sla/business-time.ts';
import type { CalendarSnapshot, Interval } from '../../../domain/sla/calendar-snapshot.ts';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const WEEKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** Dates around which clocks change: at 2 and 3 o'clock, at midnight, by half an hour, and a date that never was. */
const PLACES = [
  { timeZone: 'Europe/Rome', date: '2026-03-29' },
  { timeZone: 'Europe/Rome', date: '2026-10-25' },
  { timeZone: 'America/Sao_Paulo', date: '2018-02-18' },
  { timeZone: 'America/Sao_Paulo', date: '2018-11-04' },
  { timeZone: 'Australia/Lord_Howe', date: '2026-04-05' },
  { timeZone: 'Australia/Lord_Howe', date: '2026-10-04' },
  { timeZone: 'Pacific/Apia', date: '2011-12-30' },
  { timeZone: 'UTC', date: '2028-02-29' },
] as const;

interface World {
  readonly input: CalendarInput;
  readonly snapshot: CalendarSnapshot;
  /** Noon UTC of the date of interest. */
  readonly centre: number;
}

const time = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** Marks of a day taken in pairs; one left over opens past midnight. */
function hoursFrom(marks: readonly number[]): LocalHours[] {
  const sorted = [...marks].sort((a, b) => a - b);
  const hours: LocalHours[] = [];
  for (let index = 0; index < sorted.length; index += 2) {
    const open = sorted[index]!;
    hours.push([time(open), time(sorted[index + 1] ?? Math.floor(open / 2))]);
  }
  return hours;
}

const world: fc.Arbitrary<World> = fc
  .record({
    place: fc.constantFrom(...PLACES),
    weekly: fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 1_439 }), { maxLength: 5 }), { minLength: 7, maxLength: 7 }),
    always: fc.boolean(),
    holidays: fc.uniqueArray(fc.integer({ min: -4, max: 4 }), { maxLength: 3 }),
  })
  .map(({ place, weekly, always, holidays }) => {
    const date = Temporal.PlainDate.from(place.date);
    const hours = weekly.map((marks, index): [Weekday, LocalHours[]] => [WEEKDAYS[index]!, always ? [['00:00', '24:00']] : hoursFrom(marks)]);
    const input: CalendarInput = {
      id: 'random',
      timeZone: place.timeZone,
      // Never a calendar that does not open: those have tests of their own.
      weekly: { ...Object.fromEntries(hours), ...(always ? {} : { wed: [['09:00', '17:00']] }) },
      holidays: holidays.map((days) => ({ date: date.add({ days }).toString(), label: 'holiday' })),
      from: date.subtract({ days: 40 }).toString(),
      years: 1,
    };
    return { input, snapshot: buildCalendarSnapshot(input), centre: Date.parse(`${place.date}T12:00:00Z`) };
  });

/** Instants some days around the centre, to the minute. */
const near = fc.integer({ min: -3 * 1_440, max: 3 * 1_440 }).map((minutes) => minutes * MINUTE);
const amount = fc.integer({ min: 1, max: 60 * 60 * MINUTE });
const spans = fc.array(fc.tuple(near, fc.integer({ min: 0, max: 2_000 })), { maxLength: 3 });
const place = (centre: number, list: readonly (readonly [number, number])[]): Interval[] =>
  list.map(([from, minutes]) => ({ from: centre + from, to: centre + from + minutes * MINUTE }));

const BEFORE = 1;

/**
 * The slow way: every minute asks the zone library what the wall clock has shown at most so far (a repeated hour is not shown twice) and looks it up in the hours
 * as they were written. From `days` before the centre to as many after; one day earlier is only watched, for the clock.
 */
function openMinutes(any: World, days: number): boolean[] {
  const dates = new Map<number, boolean[]>();
  let shown = Number.NEGATIVE_INFINITY;
  return Array.from({ length: (2 * days + BEFORE) * 1_440 }, (_, index) => {
    const instant = any.centre + (index - (days + BEFORE) * 1_440) * MINUTE;
    const { offsetNanoseconds } = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(any.input.timeZone);
    shown = Math.max(shown, (instant + offsetNanoseconds / 1e6) / MINUTE);
    const day = Math.floor(shown / 1_440);
    if (!dates.has(day)) dates.set(day, writtenMinutes(any.input, day));
    return dates.get(day)![shown - day * 1_440]!;
  }).slice(BEFORE * 1_440);
}

/** For each minute of a date, whether its own hours or those of the date before cover it. */
function writtenMinutes({ weekly, holidays }: CalendarInput, day: number): boolean[] {
  const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  const covers = (date: Temporal.PlainDate, minute: number): boolean =>
    holidays.every((holiday) => holiday.date !== date.toString()) &&
    (weekly[WEEKDAYS[date.dayOfWeek - 1]!] ?? []).some(([from, to]) => {
      const [open, close] = [minutesOf(from), minutesOf(to)];
      return minute >= open && minute < (close > open ? close : close + 1_440);
    });
  const date = Temporal.PlainDate.from('1970-01-01').add({ days: day });
  const before = date.subtract({ days: 1 });
  return Array.from({ length: 1_440 }, (_, minute) => covers(date, minute) || covers(before, minute + 1_440));
}

describe('working time', () => {
  test('equals a minute-by-minute count with the zone library', () => {
    fc.assert(
      fc.property(world, (any) => {
        const { snapshot, centre } = any;
        const minutes = openMinutes(any, 1);
        const instants = minutes.map((_, index) => centre - DAY + index * MINUTE);
        expect(instants.map((instant) => isOpen(snapshot, instant))).toEqual(minutes);
        let counted = 0;
        for (const [index, open] of minutes.entries()) {
          if (index % 97 === 0) expect(workingTime(snapshot, centre - DAY, instants[index]!)).toBe(counted);
          if (open) counted += MINUTE;
        }
      }),
      { numRuns: 30 },
    );
  });

  test('adds up over any instant in between, and equals the openings', () => {
    fc.assert(
      fc.property(world, near, near, near, spans, ({ snapshot, centre }, a, b, c, list) => {
        const [from, middle, to] = [a, b, c].sort((x, y) => x - y).map((offset) => centre + offset) as [number, number, number];
        const pauses = place(centre, list);
        const whole = workingTime(snapshot, from, to, pauses);
        expect(workingTime(snapshot, from, middle, pauses) + workingTime(snapshot, middle, to, pauses)).toBe(whole);
        expect(openIntervals(snapshot, from, to).reduce((sum, open) => sum + open.to - open.from, 0)).toBe(workingTime(snapshot, from, to));
      }),
    );
  });

  test('does not depend on how a pause is cut, repeated or ordered', () => {
    fc.assert(
      fc.property(world, near, amount, spans, fc.double({ min: 0, max: 1, noNaN: true }), ({ snapshot, centre }, from, ms, list, share) => {
        const pauses = place(centre, list);
        const cut = pauses.flatMap((pause) => {
          const middle = pause.from + Math.floor((pause.to - pause.from) * share);
          return [{ from: middle, to: pause.to }, pause, { from: pause.from, to: middle }];
        });
        const due = addWorkingTime(snapshot, centre + from, ms, pauses);
        expect(addWorkingTime(snapshot, centre + from, ms, cut.reverse())).toBe(due);
        expect(workingTime(snapshot, centre + from, due, cut)).toBe(ms);
      }),
    );
  });
});

describe('a deadline', () => {
  test('is the earliest instant at which the time is used up, and backwards the latest', () => {
    fc.assert(
      fc.property(world, near, amount, spans, ({ snapshot, centre }, offset, ms, list) => {
        const start = centre + offset;
        const pauses = place(centre, list);
        const due = addWorkingTime(snapshot, start, ms, pauses);
        expect(workingTime(snapshot, start, due, pauses)).toBe(ms);
        expect(workingTime(snapshot, start, due - 1, pauses)).toBe(ms - 1);
        const since = addWorkingTime(snapshot, start, -ms, pauses);
        expect(workingTime(snapshot, since, start, pauses)).toBe(ms);
        expect(workingTime(snapshot, since + 1, start, pauses)).toBe(ms - 1);
      }),
    );
  });

  test('never comes earlier for a later start, a larger budget or a longer pause', () => {
    fc.assert(
      fc.property(world, near, amount, amount, spans, ({ snapshot, centre }, offset, ms, more, list) => {
        const start = centre + offset;
        const pauses = place(centre, list);
        const due = addWorkingTime(snapshot, start, ms, pauses);
        expect(addWorkingTime(snapshot, start + more, ms, pauses)).toBeGreaterThanOrEqual(due);
        expect(addWorkingTime(snapshot, start, ms + more, pauses)).toBeGreaterThan(due);
        const longer = pauses.map((pause) => ({ ...pause, to: pause.to + more }));
        expect(addWorkingTime(snapshot, start, ms, longer)).toBeGreaterThanOrEqual(due);
      }),
    );
  });

  test('survives the calendar travelling as JSON', () => {
    fc.assert(
      fc.property(world, near, amount, ({ snapshot, centre }, offset, ms) => {
        const copy = JSON.parse(JSON.stringify(snapshot)) as CalendarSnapshot;
        expect(copy).toEqual(snapshot);
        expect(addWorkingTime(copy, centre + offset, ms)).toBe(addWorkingTime(snapshot, centre + offset, ms));
      }),
    );
  });

  test('in business days adds up, and goes back the way it came', () => {
    fc.assert(
      fc.property(world, near, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), ({ input }, offset, first, second) => {
        // Without a change of clocks: a wall time that a date does not have cannot be kept.
        const snapshot = buildCalendarSnapshot({ ...input, timeZone: 'UTC' });
        const start = snapshot.from + 40 * DAY + offset;
        const due = addBusinessDays(snapshot, start, first + second);
        expect(addBusinessDays(snapshot, addBusinessDays(snapshot, start, first), second)).toBe(due);
        expect(addBusinessDays(snapshot, due, -second)).toBe(addBusinessDays(snapshot, start, first));
        expect((due - start) % DAY).toBe(0);
      }),
    );
  });
});

test('the next opening is the first instant that counts', () => {
  fc.assert(
    fc.property(world, near, ({ snapshot, centre }, offset) => {
      const instant = centre + offset;
      const opening = nextOpen(snapshot, instant);
      expect(isOpen(snapshot, opening)).toBe(true);
      expect(workingTime(snapshot, instant, opening)).toBe(0);
      expect(opening === instant).toBe(isOpen(snapshot, instant));
    }),
  );
});

test('segments cover the time exactly and count what was counted', () => {
  fc.assert(
    fc.property(world, near, near, spans, ({ snapshot, centre }, a, b, list) => {
      const [from, to] = [centre + Math.min(a, b), centre + Math.max(a, b)];
      const pauses = place(centre, list);
      let cursor = from;
      let counted = 0;
      for (const segment of segments(snapshot, from, to, pauses)) {
        expect(segment.from).toBe(cursor);
        expect(segment.to).toBeGreaterThan(segment.from);
        expect(segment.countedMs).toBe(segment.kind === 'open' ? segment.to - segment.from : 0);
        cursor = segment.to;
        counted += segment.countedMs;
      }
      expect(cursor).toBe(to);
      expect(counted).toBe(workingTime(snapshot, from, to, pauses));
    }),
  );
});
