/** The cast of a scenario: synthetic workers known by a label. Nobody real stands behind them. */
import type { Role } from '../../domain/case/codes.ts';
import type { Call, PersonEntry } from './format.ts';

export interface Person {
  readonly label: string;
  readonly sub: string;
  readonly roles: readonly Role[];
  readonly municipi: readonly string[];
}

/** Labels every scenario has. `label@7` is the same role at municipio 7. */
const STANDARD: Readonly<Record<string, { readonly roles: readonly Role[]; readonly local: boolean }>> = {
  operator: { roles: ['operator'], local: false },
  shiftLeader: { roles: ['shiftLeader'], local: false },
  worker: { roles: ['socialWorker'], local: true },
  colleague: { roles: ['socialWorker'], local: true },
  coordinator: { roles: ['coordinator'], local: true },
  central: { roles: ['coordinator'], local: false },
  manager: { roles: ['manager'], local: false },
  admin: { roles: ['admin'], local: false },
  auditor: { roles: ['auditor'], local: false },
};

/** Whether a label is of the standard cast or the scenario's own. */
export function isKnownLabel(label: string, own: Readonly<Record<string, PersonEntry>>): boolean {
  return label in own || (label.split('@')[0] ?? '') in STANDARD;
}

export type Cast = (label: string) => Person;

/** Labels to people. Ids carry the run, so that limits and lists of one run do not touch another's. */
export function createCast(own: Readonly<Record<string, PersonEntry>>, call: Call, runId: string): Cast {
  const home = territoryOf(call);
  return (label) => {
    const [name = label, at] = label.split('@');
    const sub = `${label.replace('@', '-').toLowerCase()}-${runId}`;
    const entry = own[label];
    if (entry !== undefined) return { label, sub: entry.sub ?? sub, roles: entry.roles, municipi: (entry.municipi ?? []).map(String) };
    const standard = STANDARD[name];
    if (standard === undefined) throw new RangeError(`nobody is called "${label}": known are ${Object.keys({ ...STANDARD, ...own }).join(', ')}`);
    const municipi = name === 'central' ? ['CENTRAL'] : at !== undefined ? [at] : standard.local && home !== null ? [home] : [];
    return { label, sub, roles: standard.roles, municipi };
  };
}

/** The municipio a call is competence of; null where it is not known yet (no address, or one still to be asked). */
export function territoryOf(call: Call): string | null {
  const municipio = call.municipio ?? null;
  if (municipio === null || municipio === 'ASK_ADDRESS') return null;
  return String(municipio);
}
