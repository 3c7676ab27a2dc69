import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { clockDueAt, consumedAt, type ClockCourse, type CoursePause, type CourseSegment } from '../../../domain/sla/clock.ts';
import { explainCourse, type ExplainedPart } from '../../../domain/sla/explanation.ts';
import type { Span, Target } from '../../../domain/sla/policy.ts';
import { at, calendar, everyDay, HOUR } from '../../support/calendars.ts';

jest.setTimeout(60_000);

const DAY = 24 * HOUR;
const MILAN = calendar({ id: 'milan', holidays: [{ date: '2026-12-08', label: 'Immacolata Concezione' }] });
const LUNCH = calendar({ id: 'lunch', weekly: everyDay(['09:00', '12:30'], ['14:00', '17:00']) });
const NIGHT = calendar({ id: 'night', weekly: everyDay(['20:00', '06:00']) });
const CALENDARS = [MILAN, LUNCH, NIGHT];

const budget: fc.Arbitrary<Span> = fc.oneof(
  fc.record({ unit: fc.constant('wall' as const), ms: fc.integer({ min: 1, max: 3 * DAY }) }),
  fc.record({ unit: fc.constant('working' as const), ms: fc.integer({ min: 1, max: 40 * HOUR }) }),
  fc.record({ unit: fc.constant('businessDays' as const), days: fc.integer({ min: 1, max: 12 }), endOfDay: fc.boolean() }),
);
const target: fc.Arbitrary<Target | null> = fc.oneof(
  { weight: 5, arbitrary: budget.map((span) => ({ budget: span, warnings: [], ladder: [] })) },
  { weight: 1, arbitrary: fc.constant(null) },
);

/** Around the clock change of 25 October, in milliseconds that fall on no round instant. */
const near = fc.integer({ min: 0, max: 20 * DAY }).map((ms) => at('2026-10-15T00:00:00Z') + ms);

/** Changes both ways of urgency, calendar and policy, pauses that touch and overlap, due instants promised by people. */
const course: fc.Arbitrary<ClockCourse> = fc
  .record({
    starts: fc.uniqueArray(near, { minLength: 1, maxLength: 5 }),
    targets: fc.array(target, { minLength: 5, maxLength: 5 }),
    calendars: fc.array(fc.constantFrom(...CALENDARS), { minLength: 5, maxLength: 5 }),
    pauses: fc.array(fc.tuple(near, fc.integer({ min: 0, max: 4 * DAY })), { maxLength: 4 }),
    explicit: fc.option(fc.integer({ min: 1, max: 15 * DAY })),
  })
  .map(({ starts, targets, calendars, pauses, explicit }) => {
    const sorted = [...starts].sort((a, b) => a - b);
    const segments: CourseSegment[] = sorted.map((from, index) => ({ from, target: targets[index]!, calendar: calendars[index]! }));
    const paused: CoursePause[] = pauses.map(([from, length]) => ({ from, to: from + length, open: false, reason: 'WAITING_FAMILY', by: 'worker-1' }));
    return { startedAt: sorted[0]!, explicitDueAt: explicit === null ? null : sorted[0]! + explicit, segments, pauses: paused };
  });

const sum = (parts: readonly ExplainedPart[]): number => parts.reduce((total, { countedMs }) => total + countedMs, 0);

function expectContiguous(parts: readonly ExplainedPart[], from: number, to: number): void {
  expect([parts[0]?.from ?? to, parts.at(-1)?.to ?? from]).toEqual([from, to]);
  for (const [index, part] of parts.entries()) {
    expect(part.to).toBeGreaterThan(part.from);
    expect(part.countedMs).toBe(part.kind === 'open' ? part.to - part.from : 0);
    if (index > 0) expect(part.from).toBe(parts[index - 1]!.to);
  }
}

describe('the parts of any course', () => {
  test('cover it without gaps and add up to the time consumed, to the millisecond', () => {
    fc.assert(
      fc.property(course, fc.integer({ min: 0, max: 30 * DAY }), (any, after) => {
        const until = any.startedAt + after;
        const { parts, consumedMs } = explainCourse(any, until, true);
        expect(sum(parts)).toBe(consumedAt(any, until));
        expect(consumedMs).toBe(consumedAt(any, until));
        const start = any.segments.find((segment) => segment.target !== null)?.from ?? any.startedAt;
        expectContiguous(parts, Math.min(start, until), until);
      }),
      { numRuns: 300 },
    );
  });

  test('and those ahead add up to what is left until it is due', () => {
    fc.assert(
      fc.property(course, fc.integer({ min: 0, max: 10 * DAY }), (any, after) => {
        const until = any.startedAt + after;
        const { consumedMs, totalMs, leftMs, overMs, dueAt, ahead } = explainCourse(any, until, true);
        expect(dueAt).toBe(clockDueAt(any));
        if (dueAt === null) return expect([totalMs, leftMs, overMs, ahead]).toEqual([null, null, null, []]);
        expect(consumedMs + leftMs! - overMs!).toBe(totalMs);
        expect(Math.min(leftMs!, overMs!)).toBe(0);
        expect(sum(ahead)).toBe(dueAt > until ? leftMs : 0);
      }),
      { numRuns: 300 },
    );
  });

  test('come to the budget for wall and working time', () => {
    fc.assert(
      fc.property(course, (any) => {
        const promised = any.segments.at(-1)!.target?.budget;
        fc.pre(any.explicitDueAt === null && promised !== undefined && promised.unit !== 'businessDays');
        expect(explainCourse(any, any.startedAt, true).totalMs).toBe((promised as { ms: number }).ms);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a part', () => {
  const opened = at('2026-12-07T16:00:00+01:00');
  const plain: ClockCourse = {
    startedAt: opened,
    explicitDueAt: null,
    segments: [{ from: opened, target: { budget: { unit: 'working', ms: 4 * HOUR }, warnings: [], ladder: [] }, calendar: MILAN }],
    pauses: [],
  };

  test('names the holiday that was not counted', () => {
    const { parts } = explainCourse(plain, at('2026-12-09T09:00:00+01:00'), true);
    expect(parts.map(({ kind, countedMs, label }) => [kind, countedMs / HOUR, label])).toEqual([
      ['open', 2, undefined],
      ['closed', 0, undefined],
      ['holiday', 0, 'Immacolata Concezione'],
      ['closed', 0, undefined],
      ['open', 1, undefined],
    ]);
  });

  test('names the reason of special hours that were', () => {
    const shorter = calendar({ special: [{ date: '2026-12-24', hours: [['08:00', '13:00']], label: 'Vigilia di Natale' }] });
    const from = at('2026-12-24T10:00:00+01:00');
    const { parts } = explainCourse({ ...plain, startedAt: from, segments: [{ ...plain.segments[0]!, from, calendar: shorter }] }, from + 5 * HOUR, true);
    expect(parts[0]).toMatchObject({ kind: 'open', countedMs: 3 * HOUR, label: 'Vigilia di Natale' });
  });

  test('has the pause it belongs to, also where one pause follows the other at once', () => {
    const pause = (from: string, to: string, by: string): CoursePause => ({ from: at(from), to: at(to), open: false, reason: 'WAITING_FAMILY', by });
    const pauses = [pause('2026-12-07T17:00:00+01:00', '2026-12-09T09:00:00+01:00', 'a'), pause('2026-12-09T09:00:00+01:00', '2026-12-09T12:00:00+01:00', 'b')];
    const { parts } = explainCourse({ ...plain, pauses }, at('2026-12-09T13:00:00+01:00'), true);
    expect(parts.map(({ kind, pause: index }) => [kind, index])).toEqual([
      ['open', null],
      ['paused', 0],
      ['paused', 1],
      ['open', null],
    ]);
  });

  test('says that nothing was promised for a while', () => {
    const [first] = plain.segments;
    const segments = [first!, { ...first!, from: opened + HOUR, target: null }, { ...first!, from: opened + 2 * HOUR }];
    const { parts, consumedMs } = explainCourse({ ...plain, segments }, at('2026-12-09T09:00:00+01:00'), true);
    expect(parts[1]).toMatchObject({ promised: false, countedMs: 0, leg: 1 });
    expect(consumedMs).toBe(2 * HOUR);
  });
});
