/** Lengths of time as people write them in a scenario: `1500ms`, `2s`, `10m`, `4h`, `3d`. */
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What a length looks like, for schemas. */
export const DURATION_PATTERN = '^[0-9]+(\\.[0-9]+)?(ms|s|m|h|d)$';

/** Milliseconds of a length; throws a RangeError naming what it cannot read. */
export function durationMs(text: string): number {
  const found = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)$/.exec(text);
  if (found === null) throw new RangeError(`"${text}" is no length of time: write for example "1500ms", "2s", "10m", "4h" or "3d"`);
  return Math.round(Number(found[1]) * UNITS[found[2]!]!);
}

/** An instant of the API (RFC 3339 text or epoch milliseconds) as epoch milliseconds; NaN for anything else. */
export function instantMs(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN;
}
