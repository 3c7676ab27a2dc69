import type { Language } from '../domain/language.ts';

/** One line of the table of problems. */
export interface ProblemEntry {
  readonly status: number;
  readonly title: Readonly<Record<Language, string>>;
  /** What to do about it. */
  readonly advice: Readonly<Record<Language, string>>;
}

/** A line, Italian before English: title, title, advice, advice. */
export function entry(status: number, titleIt: string, titleEn: string, adviceIt: string, adviceEn: string): ProblemEntry {
  return { status, title: { it: titleIt, en: titleEn }, advice: { it: adviceIt, en: adviceEn } };
}
