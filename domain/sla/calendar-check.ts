/** What is wrong with a calendar before it is kept. Words for people are made where it is shown, from the code. */
import { WEEKDAYS, type CalendarDefinition } from './calendar-definition.ts';
import { chainOf, effectiveCalendar, weekOf, type FindDefinition } from './effective-calendar.ts';
import { daysBetween, isDate } from './local-date.ts';
import { checkHours, checkNights } from './hours-check.ts';

export const CALENDAR_PROBLEMS = [
  'parent_unknown',
  'parent_cycle',
  'time_zone_missing',
  'time_zone_unknown',
  'never_open',
  'time_invalid',
  'hours_reversed',
  'hours_out_of_order',
  'hours_overlap',
  'date_invalid',
  'date_out_of_range',
  'date_duplicate',
  'holiday_removed_unknown',
  'closure_reversed',
  'closure_too_long',
  'closures_overlap',
] as const;
export type CalendarProblemCode = (typeof CALENDAR_PROBLEMS)[number];

export interface CalendarProblem {
  readonly code: CalendarProblemCode;
  /** JSON pointer into the definition. */
  readonly pointer: string;
  /** The id, zone or date it is about, where the pointer does not show it. */
  readonly detail?: string;
}

/** Dates before and after have no meaning for a service of today; a slip of the keyboard gives them. */
const FIRST_DATE = '1970-01-01';
const LAST_DATE = '2199-12-31';
const LONGEST_CLOSURE_DAYS = 366;

export interface CheckContext {
  /** The other calendars it may inherit from. */
  readonly find: FindDefinition;
  /** Whether a zone exists: zone data are not the domain's. */
  readonly isTimeZone: (name: string) => boolean;
}

/** Every problem of a definition, alone and with what it inherits; empty when it may be kept. */
export function checkCalendar(definition: CalendarDefinition, { find, isTimeZone }: CheckContext): CalendarProblem[] {
  return [...checkDefinition(definition, isTimeZone), ...checkInheritance(definition, find)];
}

function checkDefinition(definition: CalendarDefinition, isTimeZone: CheckContext['isTimeZone']): CalendarProblem[] {
  const { timeZone, weekly = {}, special = [] } = definition;
  return [
    ...(timeZone === undefined || isTimeZone(timeZone) ? [] : [problem('time_zone_unknown', '/timeZone', timeZone)]),
    ...WEEKDAYS.flatMap((weekday) => checkHours(weekly[weekday] ?? [], `/weekly/${weekday}`)),
    ...checkDates(definition),
    ...special.flatMap(({ hours }, index) => checkHours(hours, `/special/${index}/hours`)),
    ...checkClosures(definition.closures ?? []),
  ];
}

function checkDates({ holidays = [], removedHolidays = [], special = [] }: CalendarDefinition): CalendarProblem[] {
  return [
    ...checkDateList(
      holidays.map(({ date }) => date),
      (index) => `/holidays/${index}/date`,
    ),
    ...checkDateList(removedHolidays, (index) => `/removedHolidays/${index}`),
    ...checkDateList(
      special.map(({ date }) => date),
      (index) => `/special/${index}/date`,
    ),
  ];
}

function checkDateList(dates: readonly string[], pointer: (index: number) => string): CalendarProblem[] {
  const seen = new Set<string>();
  return dates.flatMap((date, index) => {
    const faults = checkDate(date, pointer(index));
    if (faults.length === 0 && seen.has(date)) return [problem('date_duplicate', pointer(index), date)];
    seen.add(date);
    return faults;
  });
}

function checkDate(date: string, pointer: string): CalendarProblem[] {
  if (!isDate(date)) return [problem('date_invalid', pointer, date)];
  return date < FIRST_DATE || date > LAST_DATE ? [problem('date_out_of_range', pointer, date)] : [];
}

function checkClosures(closures: NonNullable<CalendarDefinition['closures']>): CalendarProblem[] {
  return closures.flatMap(({ from, to }, index) => {
    const pointer = `/closures/${index}`;
    const dates = [...checkDate(from, `${pointer}/from`), ...checkDate(to, `${pointer}/to`)];
    if (dates.length > 0) return dates;
    if (to < from) return [problem('closure_reversed', `${pointer}/to`, to)];
    if (daysBetween(from, to) >= LONGEST_CLOSURE_DAYS) return [problem('closure_too_long', `${pointer}/to`, to)];
    const before = closures.findIndex((other, at) => at < index && other.from <= to && other.to >= from);
    return before < 0 ? [] : [problem('closures_overlap', pointer, `/closures/${before}`)];
  });
}

/** What only the whole chain shows. A parent that cannot be found or comes round again hides the rest. */
function checkInheritance(definition: CalendarDefinition, find: FindDefinition): CalendarProblem[] {
  const found = chainOf(definition, find);
  if (!found.ok) return [problem(found.fault, '/parent', found.id)];
  const { chain } = found;
  const week = weekOf(chain);
  const zoned = chain.some(({ timeZone }) => timeZone !== undefined);
  return [
    ...(zoned ? [] : [problem('time_zone_missing', '/timeZone')]),
    // Special days alone end one day, and from then on no deadline could be told.
    ...(WEEKDAYS.every((weekday) => week[weekday].hours.length === 0) ? [problem('never_open', '/weekly')] : []),
    ...checkNights(definition, week),
    ...checkRemovals(definition, chain.slice(0, -1)),
  ];
}

function checkRemovals({ removedHolidays = [] }: CalendarDefinition, parents: readonly CalendarDefinition[]): CalendarProblem[] {
  if (removedHolidays.length === 0) return [];
  const inherited = new Set(effectiveCalendar(parents).days.flatMap(({ date, kind }) => (kind === 'holiday' ? [date] : [])));
  return removedHolidays.flatMap((date, index) =>
    isDate(date) && !inherited.has(date) ? [problem('holiday_removed_unknown', `/removedHolidays/${index}`, date)] : [],
  );
}

function problem(code: CalendarProblemCode, pointer: string, detail?: string): CalendarProblem {
  return detail === undefined ? { code, pointer } : { code, pointer, detail };
}
