/**
 * A calendar as a computation writes it, turned into a snapshot over some years.
 * 1. A holiday has no hours, whatever else is said of its date; `dateOverrides` replace the hours of the week.
 * 2. Breaks are cut out of whatever is open at that time of their date, hours that began the evening before included.
 */
import type { CalendarSnapshot, DayInterval, SpecialDay } from '../../domain/sla/calendar-snapshot.ts';
import { hoursOn, specialDayOn } from '../../domain/sla/local-time.ts';
import { buildCalendarSnapshot, InvalidCalendar, type CalendarInput, type LocalHours } from '../calendars/build-snapshot.ts';
import { asFields, isDate, listOf, type Fields } from './fields.ts';
import { RequestFault } from './request-fault.ts';

const WEEKDAYS: readonly string[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const DAY_S = 86_400;
/** Of one date; more is no opening hours. */
const MOST_HOURS = 24;

/** First and last local year, inclusive. */
export interface Years {
  readonly first: number;
  readonly last: number;
}

interface Hours {
  readonly date: string;
  readonly hours: readonly LocalHours[];
}

/**
 * The snapshot. `version` is what two calendars of one request are told apart by.
 * @throws RequestFault
 */
export function snapshotOf(written: unknown, at: string, version: string, years: Years): CalendarSnapshot {
  const calendar = asFields(written, at);
  const timeZone = calendar['timeZone'];
  if (typeof timeZone !== 'string') throw new RequestFault(timeZone === undefined ? 'field_missing' : 'time_zone_unknown', `${at}/timeZone`);
  const holidays = holidaysOf(calendar, at, years);
  const closed = new Set(holidays);
  const overrides = datedHours(calendar, 'dateOverrides', at);
  const input: CalendarInput = {
    id: typeof calendar['id'] === 'string' ? calendar['id'] : 'calendar',
    timeZone,
    weekly: weeklyOf(calendar, at),
    holidays: holidays.map((date) => ({ date, label: '' })),
    special: overrides.filter(({ date }) => !closed.has(date)).map(({ date, hours }) => ({ date, hours, label: '' })),
    from: `${String(years.first).padStart(4, '0')}-01-01`,
    years: years.last - years.first + 1,
  };
  const snapshot = build(input, ({ pointer }) => pointerOf(pointer, at, input));
  const breaks = datedHours(calendar, 'breaks', at);
  return { ...(breaks.length === 0 ? snapshot : withoutBreaks(snapshot, breaks, input, at)), version };
}

/** Years in which the calendar says something of single dates, when it says nothing of weeks: only there it can open. */
export function yearsOfOverrides(written: unknown): Years | null {
  const { weekly, dateOverrides } = (written ?? {}) as { readonly weekly?: Fields; readonly dateOverrides?: Fields };
  const opensWeekly = Object.values(weekly ?? {}).some((hours) => Array.isArray(hours) && hours.length > 0);
  const years = opensWeekly ? [] : Object.keys(dateOverrides ?? {}).map((date) => Number(date.slice(0, 4)));
  return years.length === 0 || years.some(Number.isNaN) ? null : { first: Math.min(...years), last: Math.max(...years) };
}

function build(input: CalendarInput, pointer: (fault: InvalidCalendar) => string): CalendarSnapshot {
  try {
    return buildCalendarSnapshot(input);
  } catch (error) {
    if (error instanceof InvalidCalendar) throw new RequestFault(error.code, pointer(error));
    throw error;
  }
}

function weeklyOf(calendar: Fields, at: string): CalendarInput['weekly'] {
  const weekly = asFields(calendar['weekly'], `${at}/weekly`);
  const unknown = Object.keys(weekly).find((name) => !WEEKDAYS.includes(name));
  if (unknown !== undefined) throw new RequestFault('weekday_unknown', `${at}/weekly/${escaped(unknown)}`);
  return Object.fromEntries(Object.keys(weekly).map((name) => [name, hoursOf(weekly, name, `${at}/weekly`)]));
}

/** Explicit holidays first, so that their positions are those of the request. */
function holidaysOf(calendar: Fields, at: string, years: Years): readonly string[] {
  const dates = listOf(calendar, 'holidays', at).map((date, index) => {
    if (typeof date !== 'string' || !isDate(date)) throw new RequestFault('date_invalid', `${at}/holidays/${index}`);
    return date;
  });
  const annual = listOf(calendar, 'annualHolidays', at).map((date, index) => {
    // 2000 was a leap year: 02-29 is a date of some years.
    if (typeof date !== 'string' || !isDate(`2000-${date}`)) throw new RequestFault('date_invalid', `${at}/annualHolidays/${index}`);
    return date;
  });
  for (let year = years.first; year <= years.last; year++) dates.push(...annual.map((date) => `${String(year).padStart(4, '0')}-${date}`).filter(isDate));
  return dates;
}

function datedHours(calendar: Fields, name: string, at: string): readonly Hours[] {
  const value = calendar[name];
  if (value === undefined || value === null) return [];
  const pointer = `${at}/${name}`;
  const fields = asFields(value, pointer);
  return Object.keys(fields).map((date) => {
    if (!isDate(date)) throw new RequestFault('date_invalid', `${pointer}/${escaped(date)}`);
    return { date, hours: hoursOf(fields, date, pointer) };
  });
}

function hoursOf(owner: Fields, name: string, at: string): readonly LocalHours[] {
  const hours = listOf(owner, name, at);
  if (hours.length > MOST_HOURS) throw new RequestFault('too_many', `${at}/${name}`);
  return hours.map((pair, index) => {
    const [open, close, more] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
    if (typeof open !== 'string' || typeof close !== 'string' || more !== undefined) throw new RequestFault('time_invalid', `${at}/${name}/${index}`);
    return [open, close];
  });
}

/** A pointer into what the builder was given, as one into the request. */
function pointerOf(pointer: string, at: string, { special = [] }: CalendarInput): string {
  const [, part, index, , ...rest] = pointer.split('/');
  if (part === 'special') return [`${at}/dateOverrides`, special[Number(index)]?.date ?? '', ...rest].join('/');
  return `${at}${pointer}`;
}

/** The times of the breaks are read by the builder too, as if they were openings of their dates. */
function withoutBreaks(snapshot: CalendarSnapshot, breaks: readonly Hours[], input: CalendarInput, at: string): CalendarSnapshot {
  const special = breaks.map(({ date, hours }) => ({ date, hours, label: '' }));
  const pauses = build({ ...input, holidays: [], special }, ({ pointer }) =>
    pointerOf(pointer, at, { ...input, special }).replace('/dateOverrides/', '/breaks/'),
  );
  const changed = new Map(snapshot.days.map((special) => [special.day, special]));
  // The date before may still be open past midnight; a break past midnight may reach into the date after.
  for (const day of new Set(pauses.days.flatMap(({ day }) => [day - 1, day, day + 1]))) {
    const hours = hoursOn(snapshot, day);
    const spans = pauses.days.flatMap((pause) =>
      pause.intervals.map(([from, to]): DayInterval => [from + (pause.day - day) * DAY_S, to + (pause.day - day) * DAY_S]),
    );
    const left = spans.reduce<readonly DayInterval[]>((intervals, span) => intervals.flatMap((interval) => cut(interval, span)), hours);
    if (left.length !== hours.length || left.some((interval, index) => interval[0] !== hours[index]![0] || interval[1] !== hours[index]![1])) {
      changed.set(day, broken(day, left, specialDayOn(snapshot, day)));
    }
  }
  return { ...snapshot, days: [...changed.values()].sort((a, b) => a.day - b.day) };
}

function broken(day: number, intervals: readonly DayInterval[], before: SpecialDay | undefined): SpecialDay {
  return { day, kind: intervals.length === 0 ? 'closure' : 'special', intervals, label: before?.label ?? '' };
}

function cut([open, close]: DayInterval, [from, to]: DayInterval): readonly DayInterval[] {
  const pieces: readonly DayInterval[] = [
    [open, Math.min(close, from)],
    [Math.max(open, to), close],
  ];
  return pieces.filter(([start, end]) => end > start);
}

function escaped(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1');
}
