import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { createComputations } from '../../../activities/computations/compute.ts';
import type { ComputationAnswer, WireSegment } from '../../../activities/computations/render-answer.ts';
import { budget, instantAt, nearby, pausesAt, randomWorld, spans } from '../../support/random-computation.ts';
import { MINUTE, openMinutes, pausedMinutes, slowBusinessDays, type WrittenPause } from '../../support/slow-calendar.ts';

jest.setTimeout(120_000);

const computations = createComputations();
/** Each of these looks at thousands of minutes, one by one. */
const SLOW = { numRuns: 30 };
/** How far the slow way looks. */
const HORIZON = 10 * 1_440;

function answer(request: Readonly<Record<string, unknown>>): ComputationAnswer {
  const given = computations.answer(request);
  expect(given.error).toBeUndefined();
  return given;
}

function deadline(
  calendar: object,
  start: string,
  workingSeconds: number,
  pauses: readonly WrittenPause[] = [],
): ComputationAnswer & { readonly deadline: string } {
  const given = answer({ kind: 'deadline', calendar, start, workingSeconds, pauses });
  return { ...given, deadline: given.deadline ?? '' };
}

function elapsed(calendar: object, start: string, end: string, pauses: readonly WrittenPause[] = []): number {
  return answer({ kind: 'elapsed', calendar, start, end, pauses }).workingSeconds ?? NaN;
}

function counted(segments: readonly WireSegment[] = []): number {
  return segments.reduce((sum, { countedSeconds }) => sum + countedSeconds, 0);
}

function expectCover(segments: readonly WireSegment[] = [], from: string, to: string): void {
  let cursor = Date.parse(from);
  for (const segment of segments) {
    expect(Date.parse(segment.from)).toBe(cursor);
    cursor = Date.parse(segment.to);
    expect(segment.countedSeconds).toBe(segment.kind === 'open' ? (cursor - Date.parse(segment.from)) / 1_000 : 0);
  }
  if (segments.length > 0) expect(cursor).toBe(Date.parse(to));
}

/** The minute at which the so-many-th counted minute is used up; -1 when it lies further than was looked. */
function usedUp(minutes: readonly boolean[], needed: number): number {
  let left = needed;
  for (const [index, counts] of minutes.entries()) {
    if (counts && --left === 0) return index + 1;
  }
  return -1;
}

describe('a minute-by-minute count with the zone library gives', () => {
  test('the same elapsed and paused time, and the same answer to whether it is open', () => {
    fc.assert(
      fc.property(randomWorld, nearby, nearby, spans, (world, a, b, list) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const start = world.centre + from * MINUTE;
        const open = openMinutes(world.calendar, start, to - from);
        const paused = pausedMinutes(pausesAt(world, list), start, to - from);
        const ends = [instantAt(world, from), instantAt(world, to)] as const;
        expect(elapsed(world.calendar, ...ends)).toBe(open.filter(Boolean).length * 60);
        expect(elapsed(world.calendar, ...ends, pausesAt(world, list))).toBe(open.filter((is, index) => is && !paused[index]).length * 60);
        expect(elapsed(world.calendar, ends[1], ends[0])).toBe(0);
        for (let index = 0; index < open.length; index += 173) {
          expect(answer({ kind: 'isOpen', calendar: world.calendar, at: instantAt(world, from + index) }).open).toBe(open[index]);
        }
      }),
      SLOW,
    );
  });

  test('the same paused total, overlapping pauses counted once', () => {
    fc.assert(
      fc.property(randomWorld, spans, (world, list) => {
        const first = -4 * 1_440;
        const count = 9 * 1_440;
        const open = openMinutes(world.calendar, world.centre + first * MINUTE, count);
        const paused = pausedMinutes(pausesAt(world, list), world.centre + first * MINUTE, count);
        const { workingSeconds } = answer({ kind: 'pausedTotal', calendar: world.calendar, pauses: pausesAt(world, list) });
        expect(workingSeconds).toBe(open.filter((is, index) => is && paused[index]).length * 60);
      }),
      SLOW,
    );
  });

  test('the same deadline, forwards and backwards, and a next opening', () => {
    fc.assert(
      fc.property(randomWorld, nearby, budget, spans, (world, from, minutes, list) => {
        const { calendar } = world;
        const start = world.centre + from * MINUTE;
        const runs = (since: number): readonly boolean[] => {
          const paused = pausedMinutes(pausesAt(world, list), since, HORIZON);
          return openMinutes(calendar, since, HORIZON).map((is, index) => is && !paused[index]);
        };
        const [ahead, behind] = [usedUp(runs(start), minutes), usedUp(runs(start - HORIZON * MINUTE).toReversed(), minutes)];
        fc.pre(ahead >= 0 && behind >= 0);
        const given = (sign: 1 | -1): number => Date.parse(deadline(calendar, instantAt(world, from), sign * minutes * 60, pausesAt(world, list)).deadline);
        expect(given(1)).toBe(start + ahead * MINUTE);
        expect(given(-1)).toBe(start - behind * MINUTE);
        const opens = openMinutes(calendar, start, HORIZON).indexOf(true);
        expect(answer({ kind: 'nextOpen', calendar, at: instantAt(world, from) }).open).toBe(
          new Date(start + opens * MINUTE).toISOString().replace('.000Z', 'Z'),
        );
      }),
      SLOW,
    );
  });

  test('the same deadline after the target and the calendar changed on the way', () => {
    fc.assert(
      fc.property(
        randomWorld,
        randomWorld,
        nearby,
        fc.integer({ min: 0, max: 2_000 }),
        budget,
        budget,
        spans,
        (world, other, from, after, first, second, list) => {
          const start = world.centre + from * MINUTE;
          // The hours of the other world on the dates of this one.
          const calendar = { ...other.calendar, holidays: world.calendar.holidays ?? [], breaks: {}, dateOverrides: {} };
          const paused = pausedMinutes(pausesAt(world, list), start, HORIZON);
          const later = openMinutes(calendar, start, HORIZON);
          const runs = openMinutes(world.calendar, start, HORIZON).map((is, index) => (index < after ? is : later[index]!) && !paused[index]);
          const due = usedUp(runs, second);
          fc.pre(due >= 0);
          const changes = [{ at: instantAt(world, from + after), workingSeconds: second * 60, calendar }];
          const request = {
            kind: 'policyChange',
            calendar: world.calendar,
            start: instantAt(world, from),
            workingSeconds: first * 60,
            pauses: pausesAt(world, list),
            changes,
          };
          expect(Date.parse(answer(request).deadline ?? '')).toBe(start + due * MINUTE);
        },
      ),
      SLOW,
    );
  });

  test('the same business days, at the wall time or at closing', () => {
    fc.assert(
      fc.property(randomWorld, nearby, fc.integer({ min: 1, max: 12 }), fc.boolean(), fc.boolean(), (world, from, days, back, endOfWorkingDay) => {
        const calendar = { ...world.calendar, breaks: {} };
        const signed = back ? -days : days;
        const request = { kind: 'businessDays', calendar, start: instantAt(world, from), days: signed, endOfWorkingDay };
        expect(Date.parse(answer(request).deadline ?? '')).toBe(slowBusinessDays(calendar, world.centre + from * MINUTE, signed, endOfWorkingDay));
      }),
    );
  });

  test('the same openings one after the other', () => {
    fc.assert(
      fc.property(randomWorld, nearby, (world, from) => {
        const { intervals = [] } = answer({ kind: 'openIntervals', calendar: world.calendar, from: instantAt(world, from), take: 5 });
        const start = world.centre + from * MINUTE;
        const last = Math.min(HORIZON, (Date.parse(intervals.at(-1)?.[1] ?? '') - start) / MINUTE);
        const listed = pausedMinutes(
          intervals.map(([since, until]) => ({ from: since, to: until })),
          start,
          last,
        );
        expect(listed).toEqual(openMinutes(world.calendar, start, last));
      }),
      SLOW,
    );
  });
});

describe('elapsed time', () => {
  test('adds up over any instant in between, and its explanation adds up to it', () => {
    fc.assert(
      fc.property(randomWorld, nearby, nearby, nearby, spans, (world, a, b, c, list) => {
        const [from, middle, to] = [a, b, c].sort((x, y) => x - y).map((minutes) => instantAt(world, minutes)) as [string, string, string];
        const pauses = pausesAt(world, list);
        const whole = answer({ kind: 'elapsed', calendar: world.calendar, start: from, end: to, pauses });
        expect(elapsed(world.calendar, from, middle, pauses) + elapsed(world.calendar, middle, to, pauses)).toBe(whole.workingSeconds);
        expectCover(whole.segments, from, to);
        expect(counted(whole.segments)).toBe(whole.workingSeconds);
      }),
    );
  });

  test('is what is left of the whole without what was paused inside it', () => {
    fc.assert(
      fc.property(randomWorld, spans, (world, list) => {
        const pauses = pausesAt(world, list);
        const [start, end] = [instantAt(world, -6_000), instantAt(world, 9_000)];
        const { workingSeconds = NaN } = answer({ kind: 'pausedTotal', calendar: world.calendar, pauses });
        expect(elapsed(world.calendar, start, end, pauses) + workingSeconds).toBe(elapsed(world.calendar, start, end));
      }),
    );
  });
});

describe('a deadline', () => {
  test('is the inverse of elapsed time, and its explanation counts exactly the budget', () => {
    fc.assert(
      fc.property(randomWorld, nearby, budget, spans, (world, from, minutes, list) => {
        const [start, pauses] = [instantAt(world, from), pausesAt(world, list)];
        const due = deadline(world.calendar, start, minutes * 60, pauses);
        expect(elapsed(world.calendar, start, due.deadline, pauses)).toBe(minutes * 60);
        expectCover(due.segments, start, due.deadline);
        expect(counted(due.segments)).toBe(minutes * 60);
        const since = deadline(world.calendar, start, -minutes * 60, pauses);
        expect(elapsed(world.calendar, since.deadline, start, pauses)).toBe(minutes * 60);
        expect(counted(since.segments)).toBe(minutes * 60);
      }),
    );
  });

  test('never comes earlier for a later start, a larger budget or a longer pause', () => {
    fc.assert(
      fc.property(randomWorld, nearby, budget, budget, spans, (world, from, minutes, more, list) => {
        const at = (start: number, length: number, pauses = list): number =>
          Date.parse(deadline(world.calendar, instantAt(world, start), length * 60, pausesAt(world, pauses)).deadline);
        const due = at(from, minutes);
        expect(at(from + more, minutes)).toBeGreaterThanOrEqual(due);
        expect(at(from, minutes + more)).toBeGreaterThan(due);
        const longer = list.map(([since, length]) => [since, Math.max(0, length) + more] as const);
        expect(at(from, minutes, longer as typeof list)).toBeGreaterThanOrEqual(due);
      }),
    );
  });

  test('does not depend on how a pause is split, repeated or ordered', () => {
    fc.assert(
      fc.property(randomWorld, nearby, budget, spans, fc.double({ min: 0, max: 1, noNaN: true }), (world, from, minutes, list, share) => {
        const split = list.flatMap(([since, length]): [number, number][] => {
          const first = Math.floor(Math.max(0, length) * share);
          return [
            [since + first, Math.max(0, length) - first],
            [since, length],
            [since, first],
          ];
        });
        const start = instantAt(world, from);
        expect(deadline(world.calendar, start, minutes * 60, pausesAt(world, split.reverse()))).toEqual(
          deadline(world.calendar, start, minutes * 60, pausesAt(world, list)),
        );
      }),
    );
  });

  test('is the same whatever was asked before', () => {
    fc.assert(
      fc.property(randomWorld, nearby, budget, (world, from, minutes) => {
        const request = { kind: 'deadline', calendar: world.calendar, start: instantAt(world, from), workingSeconds: minutes * 60 };
        const fresh = createComputations({ cacheSize: 1 });
        fresh.answer({ ...request, workingSeconds: 3_600 * 4_000 });
        expect(fresh.answer(request)).toEqual(computations.answer(request));
      }),
    );
  });
});
