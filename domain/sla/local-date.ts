/** Local dates as people write them, `YYYY-MM-DD`: they sort as text, and only dates that exist are dates. */
import { DAY_MS } from './local-time.ts';

const FORM = /^(\d{4})-(0[1-9]|1[0-2])-(\d{2})$/;

/** Whether a text is a date that exists. */
export function isDate(text: string): boolean {
  const parts = partsOf(text);
  return parts !== null && parts.day >= 1 && parts.day <= monthLength(parts.year, parts.month);
}

/** The date after an existing one. */
export function dateAfter(date: string): string {
  const { year, month, day } = partsOf(date)!;
  if (day < monthLength(year, month)) return textOf(year, month, day + 1);
  return month < 12 ? textOf(year, month + 1, 1) : textOf(year + 1, 1, 1);
}

/** Days from one existing date to another; negative when the second is earlier. */
export function daysBetween(from: string, to: string): number {
  return (startOf(to) - startOf(from)) / DAY_MS;
}

function startOf(date: string): number {
  const { year, month, day } = partsOf(date)!;
  return Date.UTC(year, month - 1, day);
}

function partsOf(text: string): { readonly year: number; readonly month: number; readonly day: number } | null {
  const match = FORM.exec(text);
  return match === null ? null : { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) };
}

function monthLength(year: number, month: number): number {
  return (Date.UTC(year, month, 1) - Date.UTC(year, month - 1, 1)) / DAY_MS;
}

function textOf(year: number, month: number, day: number): string {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
