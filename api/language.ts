/** The language of an answer's words: Italian unless English is preferred. */
import { LANGUAGES, type Language } from '../domain/language.ts';

/** Picks by `Accept-Language`, highest weight first; without one the service speaks Italian. */
export function pickLanguage(header: string | undefined): Language {
  const wanted = (header ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
      const weight = parameters.map((parameter) => /^\s*q=([0-9.]+)\s*$/.exec(parameter)?.[1]).find((value) => value !== undefined);
      return { language: tag.split('-')[0], weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  const known = wanted.find(({ language }) => LANGUAGES.some((candidate) => candidate === language));
  return known?.language === 'en' ? 'en' : 'it';
}
