/** The public holidays of Milan as a library knows them: what a new installation is seeded with, and what an administrator copies new years from. */
import Holidays from 'date-holidays';
import type { Holiday } from '../../domain/sla/calendar-definition.ts';

/**
 * Country, region and province. The province is part of the key: without it the patron's day (7 December) is silently missing. 4 October is a national holiday
 * again since 2026 (law no. 151 of 8 October 2025): the library has it, and a test keeps watch.
 */
const MILAN = ['IT', '25', 'MI'] as const;

let source: Holidays | undefined;

/** National holidays and the patron's day from the first year to the last, both included, in order. */
export function publicHolidays(firstYear: number, lastYear: number): Holiday[] {
  source ??= new Holidays(...MILAN, { languages: ['it'], types: ['public'] });
  const years = Array.from({ length: lastYear - firstYear + 1 }, (_, index) => firstYear + index);
  return years.flatMap((year) => source!.getHolidays(year).map(({ date, name }) => ({ date: date.slice(0, 10), label: name })));
}
