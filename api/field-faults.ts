/** Rules of the domain that were broken, told field by field in both languages. */
import type { Language } from '../domain/language.ts';
import type { FieldFault } from './api-problem.ts';

export type Words = Readonly<Record<Language, string>>;

/** As the domain reports it: which rule, where (a JSON pointer), and what it is about. */
interface Broken<Code extends string> {
  readonly code: Code;
  readonly pointer: string;
  readonly detail?: string;
}

/** Field faults in the words of the rules, their pointers below `base`. */
export function faultsIn<Code extends string>(rules: Readonly<Record<Code, Words>>, problems: readonly Broken<Code>[], base = ''): FieldFault[] {
  return problems.map(({ code, pointer, detail }) => ({ pointer: `${base}${pointer}`, rule: code, message: withDetail(rules[code], detail) }));
}

function withDetail({ it, en }: Words, detail: string | undefined): Words {
  return detail === undefined ? { it, en } : { it: `${detail}: ${it}`, en: `${detail}: ${en}` };
}
