/** Turns what a scenario writes in `with` into what is sent: people's labels into ids, lengths into instants. */
import { durationMs } from './duration.ts';
import type { Cast } from './people.ts';

/** The body to send. `@label` is that person's id, `{"$in": "2s"}` and `{"$ago": "10m"}` are instants counted from `now`. */
export function resolveBody(value: unknown, cast: Cast, now: number): unknown {
  if (typeof value === 'string' && value.startsWith('@')) return cast(value.slice(1)).sub;
  if (Array.isArray(value)) return value.map((element) => resolveBody(element, cast, now));
  if (typeof value !== 'object' || value === null) return value;
  const { $in: ahead, $ago: back } = value as { $in?: unknown; $ago?: unknown };
  if (typeof ahead === 'string') return instant(now + durationMs(ahead));
  if (typeof back === 'string') return instant(now - durationMs(back));
  return Object.fromEntries(Object.entries(value).map(([key, nested]) => [key, resolveBody(nested, cast, now)]));
}

function instant(at: number): string {
  return new Date(at).toISOString();
}
