/** The words all schemas are made of. Instants are ISO 8601 on the wire: UTC in answers, any offset in requests. */
import { Type, type TSchema } from 'typebox';
import { AUDIENCES, CLOCK_NAMES, URGENCIES } from '../../domain/sla/policy.ts';

/** No field but those declared. */
export const CLOSED = { additionalProperties: false } as const;

export const Instant = Type.String({ format: 'date-time', description: 'ISO 8601 with an offset; answers are in UTC', examples: ['2026-10-05T09:00:00.000Z'] });

/** {@link Instant} to search by. Without an example: documentation would fill it in, and find nothing. */
export const SearchInstant = Type.String({ format: 'date-time', description: 'ISO 8601 with an offset' });

/** In lower case: an id is also the name of a run, where case matters. */
export const Uuid = Type.String({ format: 'uuid' });

/** {@link Uuid} with words of its own. */
export function uuid(description: string) {
  return Type.String({ format: 'uuid', description });
}

export const TerritoryCode = Type.String({ pattern: '^[A-Z0-9]{1,16}$', description: 'A municipio (1 to 9 in Milan) or CENTRAL', examples: ['6'] });

export const WorkerId = Type.String({ minLength: 1, maxLength: 128, pattern: '^(?!team:)[!-~]+$', description: 'Subject of a person, as in their token' });

export const UrgencyCode = Type.Enum([...URGENCIES]);
export const ClockNameCode = Type.Enum([...CLOCK_NAMES]);
export const AudienceCode = Type.Enum([...AUDIENCES]);

/** One of the codes of a domain list. */
export function Code<const T extends string>(values: readonly T[]) {
  return Type.Enum([...values]);
}

/** A list of codes without repetitions. */
export function Codes<const T extends string>(values: readonly T[]) {
  return Type.Array(Type.Enum([...values]), { uniqueItems: true, maxItems: values.length });
}

export function Nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

export const CaseParams = Type.Object({ caseId: Uuid });

/** What a search parameter may hold several of: codes joined by commas. */
export function CommaSeparated(values: readonly string[], description: string) {
  const one = `(${values.join('|')})`;
  return Type.Optional(Type.String({ pattern: `^${one}(,${one})*$`, description: `${description}: ${values.join(', ')}; several joined by commas` }));
}

export const Limit = Type.Optional(Type.String({ pattern: '^([1-9]|[1-9][0-9]|100)$', description: 'Most items of a page, 1 to 100; 50 unless told' }));
export const Cursor = Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,512}$', description: 'The `next` of the page before' }));
