/** A scope as a SQL condition: what a person may not see is not found, whatever the handler forgot. Mirrors `inScope` of the domain, and a test holds them equal. */
import { CENTRAL, type CaseScope } from '../../domain/access/scope.ts';

/** On `escalation_case AS c`, with the values of `scopeBindings`. */
export const SCOPE_CONDITION = `(?::boolean OR c.municipio = ANY(?::text[]) OR c.owner = ?::text OR c.handover_to = ANY(?::text[])
  OR (?::boolean AND (c.municipio IS NULL OR c.disputed OR c.central_alerted)))`;

/** The values of `SCOPE_CONDITION`. */
export function scopeBindings(scope: CaseScope): readonly (boolean | string | null | readonly string[])[] {
  if (scope.kind !== 'municipi') return [scope.kind === 'all', [], null, [], false];
  const offeredTo = [scope.person, ...scope.municipi.map((municipio) => `team:${municipio}`)];
  return [false, scope.municipi, scope.person, offeredTo, scope.municipi.includes(CENTRAL)];
}
