/**
 * What a calendar means once everything inherited is put together. The contract:
 * 1. Zone and weekday: the nearest definition that says something.
 * 2. A date: the nearest definition that says something about it. Within one definition a special day beats a holiday, a holiday beats a closure around it.
 * 3. A removed holiday is none from there down; a closure or special day of its date stands.
 * 4. Every hour and every date keeps the id of the calendar that says so: people ask who closed them.
 */
import { WEEKDAYS, type CalendarDefinition, type LocalHours, type Weekday } from './calendar-definition.ts';
import { dateAfter } from './local-date.ts';

export interface EffectiveHours {
  readonly hours: readonly LocalHours[];
  /** The calendar that says so; null where none does, which means closed. */
  readonly source: string | null;
}

export interface EffectiveDay {
  readonly date: string;
  readonly kind: 'holiday' | 'special' | 'closure';
  readonly hours: readonly LocalHours[];
  readonly label: string;
  readonly source: string;
}

export interface EffectiveCalendar {
  readonly id: string;
  /** Ids from the root down to the calendar itself. */
  readonly chain: readonly string[];
  /** Empty when nobody in the chain names a zone. */
  readonly timeZone: string;
  readonly weekly: Readonly<Record<Weekday, EffectiveHours>>;
  /** By date, one each. */
  readonly days: readonly EffectiveDay[];
}

/** Finds a definition by id. */
export type FindDefinition = (id: string) => CalendarDefinition | undefined;

export type Chain =
  | { readonly ok: true; readonly chain: readonly CalendarDefinition[] }
  | { readonly ok: false; readonly fault: 'parent_unknown' | 'parent_cycle'; readonly id: string };

/** A definition and all it inherits from, root first; or the id that is missing or comes twice. */
export function chainOf(definition: CalendarDefinition, find: FindDefinition): Chain {
  const chain = [definition];
  for (let next = definition.parent; next !== null; next = chain[0]!.parent) {
    const id = next;
    if (chain.some((one) => one.id === id)) return { ok: false, fault: 'parent_cycle', id };
    const parent = find(id);
    if (parent === undefined) return { ok: false, fault: 'parent_unknown', id };
    chain.unshift(parent);
  }
  return { ok: true, chain };
}

/** Puts a chain together, root first. Its definitions have passed `checkDefinition`. */
export function effectiveCalendar(chain: readonly CalendarDefinition[]): EffectiveCalendar {
  const holidays = new Map<string, Said>();
  const others = new Map<string, Said>();
  for (const [level, definition] of chain.entries()) {
    for (const date of definition.removedHolidays ?? []) holidays.delete(date);
    for (const day of statements(definition)) (day.kind === 'holiday' ? holidays : others).set(day.date, { day, level });
  }
  const dates = [...new Set([...holidays.keys(), ...others.keys()])].sort();
  return {
    id: chain[chain.length - 1]?.id ?? '',
    chain: chain.map(({ id }) => id),
    timeZone: chain.findLast(({ timeZone }) => timeZone !== undefined)?.timeZone ?? '',
    weekly: weekOf(chain),
    days: dates.map((date) => decideDay(holidays.get(date), others.get(date))!),
  };
}

/** The hours of each weekday, with who says so. */
export function weekOf(chain: readonly CalendarDefinition[]): EffectiveCalendar['weekly'] {
  const hoursOf = (weekday: Weekday): EffectiveHours => {
    const said = chain.findLast(({ weekly }) => weekly?.[weekday] !== undefined);
    return { hours: said?.weekly?.[weekday] ?? [], source: said?.id ?? null };
  };
  return Object.fromEntries(WEEKDAYS.map((weekday) => [weekday, hoursOf(weekday)])) as Record<Weekday, EffectiveHours>;
}

interface Said {
  readonly day: EffectiveDay;
  readonly level: number;
}

/** What one definition says about single dates; of two about one date the later counts. */
function statements({ id, holidays = [], special = [], closures = [] }: CalendarDefinition): EffectiveDay[] {
  return [
    ...closures.flatMap(({ from, to, reason }) => datesFrom(from, to).map((date) => closed(date, 'closure', reason, id))),
    ...special.map(({ date, hours, label }): EffectiveDay => ({ date, kind: hours.length === 0 ? 'closure' : 'special', hours, label, source: id })),
    ...holidays.map(({ date, label }) => closed(date, 'holiday', label, id)),
  ];
}

function closed(date: string, kind: 'holiday' | 'closure', label: string, source: string): EffectiveDay {
  return { date, kind, hours: [], label, source };
}

function decideDay(holiday: Said | undefined, other: Said | undefined): EffectiveDay | undefined {
  if (holiday === undefined || other === undefined) return (holiday ?? other)?.day;
  // Closed either way: the holiday has the better name.
  return other.day.kind === 'special' && other.level >= holiday.level ? other.day : holiday.day;
}

function datesFrom(from: string, to: string): string[] {
  const dates: string[] = [];
  for (let date = from; date <= to; date = dateAfter(date)) dates.push(date);
  return dates;
}
