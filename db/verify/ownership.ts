/** Invariant 3: one owner at a time. Read from the events alone, so that a mistake in `evolve` cannot hide from it. */
import type { CaseEvent } from '../../domain/case/events.ts';
import type { CaseRecord } from '../case-records.ts';
import type { Violation } from './violation.ts';

interface Ownership {
  readonly owner: string;
  readonly from: number;
}

/** Ownership intervals of a case never overlap. */
export function checkOwnership({ caseId, revisions }: CaseRecord): readonly Violation[] {
  const violations: Violation[] = [];
  let current: Ownership | null = null;
  let freeSince = Number.NEGATIVE_INFINITY;
  let municipio: string | null = null;
  for (const { revision, events } of revisions) {
    for (const event of events) {
      const next = ownershipAfter(event, municipio);
      municipio = municipioAfter(event, municipio);
      if (next === undefined) continue;
      const what = whatOverlaps(event, current, next, current?.from ?? freeSince);
      if (what !== null) violations.push({ invariant: 3, caseId, what: `revision ${revision}: ${what}` });
      current = next;
      freeSince = event.at;
    }
  }
  return violations;
}

function whatOverlaps(event: CaseEvent, current: Ownership | null, next: Ownership | null, since: number): string | null {
  if (event.type === 'claimed' && current !== null) return `claimed by ${event.owner} while ${current.owner} has the case`;
  if (event.type !== 'claimed' && next !== null && current === null) return `${event.type} hands over a case nobody has`;
  return event.at < since ? `${event.type} at ${event.at}, before ${since} when the ownership before it began or ended` : null;
}

/** Who has the case after an event, null for nobody; undefined when it changes nothing. */
function ownershipAfter(event: CaseEvent, municipio: string | null): Ownership | null | undefined {
  switch (event.type) {
    case 'claimed':
      return { owner: event.owner, from: event.at };
    case 'handoverAccepted':
      return 'worker' in event.to ? { owner: event.to.worker, from: event.at } : null;
    case 'competenceResolved':
      // Decided for the municipio that has it: its owner stays.
      return event.municipio === municipio ? undefined : null;
    case 'released':
    case 'closed':
      return null;
    default:
      return undefined;
  }
}

function municipioAfter(event: CaseEvent, municipio: string | null): string | null {
  if (event.type === 'assigned' || event.type === 'competenceResolved') return event.municipio;
  return event.type === 'handoverAccepted' && 'municipio' in event.to ? event.to.municipio : municipio;
}
