/** Municipi are data: a name that is none would park a case where nobody looks. */
import type { Territory } from '../../domain/sla/policy.ts';
import { ApiProblem } from '../api-problem.ts';

/** 422 unless the territory is one of the installation's. */
export function assertTerritory(known: readonly Territory[], municipio: Territory | null | undefined, pointer: string): void {
  if (municipio === null || municipio === undefined || known.includes(municipio)) return;
  throw new ApiProblem('municipio_unknown', { errors: [{ pointer, rule: 'known', message: known.join(', ') }], details: { known } });
}
