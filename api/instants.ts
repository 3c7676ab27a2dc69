/** Instants are epoch milliseconds inside and ISO 8601 outside: the one place that turns one into the other. */

/** In UTC. */
export function toIso(instant: number): string {
  return new Date(instant).toISOString();
}

export function toIsoOrNull(instant: number | null): string | null {
  return instant === null ? null : toIso(instant);
}

const DATE_TIME = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

const FIRST_YEAR = 1970;
/** Promises counted from there still fit what a database calls a date. */
const LAST_YEAR = 2199;

/** Whether a text is an instant the product takes: RFC 3339 with an offset, a date that exists, no leap second, within the years it works with. */
export function isInstant(text: string): boolean {
  const [year, month, day] = [text.slice(0, 4), text.slice(5, 7), text.slice(8, 10)].map(Number) as [number, number, number];
  return DATE_TIME.test(text) && year >= FIRST_YEAR && year <= LAST_YEAR && new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

export function fromIso(text: string): number {
  return Date.parse(text);
}

/** Fields of events, rejections and answers that hold an instant when they hold a number. */
const INSTANT_FIELDS = new Set([
  'at',
  'from',
  'to',
  'until',
  'dueAt',
  'startedAt',
  'stoppedAt',
  'detectedAt',
  'recordedAt',
  'occurredAt',
  'closedAt',
  'earliest',
  'latest',
  'now',
]);

/** A flat record of facts with its instants readable. `to` of a raise of rules is a version, the only number there that is not one. */
export function readableFacts(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, typeof value === 'number' && value > 1_000_000_000 && INSTANT_FIELDS.has(name) ? toIso(value) : value]),
  );
}
