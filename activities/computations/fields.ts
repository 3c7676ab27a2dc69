/** Values out of JSON nobody has checked. A pointer is only put together for a fault: reading is the hot path of a computation. */
import { RequestFault } from './request-fault.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Longest list of pauses, changes, holidays or other dates of one request. */
const MOST_ITEMS = 5_000;

const INSTANT = /^[1-9]\d{3}-(\d\d)-(\d\d)[Tt](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):?[0-5]\d)$/;
const DATE = /^\d{4}-(\d\d)-(\d\d)$/;

export function asFields(value: unknown, pointer: string): Fields {
  if (isFields(value)) return value;
  throw new RequestFault(value === undefined || value === null ? 'field_missing' : 'field_invalid', pointer);
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A list, empty when it is not there. */
export function listOf(owner: Fields, name: string, at: string): readonly unknown[] {
  const value = owner[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new RequestFault('field_invalid', `${at}/${name}`);
  if (value.length > MOST_ITEMS) throw new RequestFault('too_many', `${at}/${name}`);
  return value;
}

/** Epoch milliseconds. */
export function instantOf(owner: Fields, name: string, at: string): number {
  const value = owner[name];
  const match = typeof value === 'string' ? INSTANT.exec(value) : null;
  if (match !== null && isDayOf(value as string, match)) return Date.parse(value as string);
  throw new RequestFault(value === undefined || value === null ? 'field_missing' : 'instant_invalid', `${at}/${name}`);
}

/** A number between `-most` and `most`; a whole one where asked. Undefined when it is not there. */
export function numberOf(owner: Fields, name: string, at: string, most: number, whole: boolean): number | undefined {
  const value = owner[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Math.abs(value) <= most && (!whole || Number.isInteger(value))) return value;
  throw new RequestFault('field_invalid', `${at}/${name}`);
}

export function flagOf(owner: Fields, name: string, at: string): boolean {
  const value = owner[name];
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw new RequestFault('field_invalid', `${at}/${name}`);
}

/** Whether a text is a date of the calendar, `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  const match = DATE.exec(text);
  return match !== null && isDayOf(text, match);
}

function isDayOf(text: string, [, month, day]: RegExpExecArray): boolean {
  const [m, d] = [Number(month), Number(day)];
  if (m < 1 || m > 12 || d < 1) return false;
  return d <= 28 || new Date(Date.UTC(Number(text.slice(0, 4)), m - 1, d)).getUTCDate() === d;
}
