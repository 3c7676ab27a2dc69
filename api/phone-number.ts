/** Phone numbers as people say and write them, as E.164: what they are stored and found by. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { Phone } from '../domain/people/household.ts';

const COUNTRY = 'IT';
/** Words around a number that the library takes for something else. */
const EXTENSION_WORD = /\binterno\b/giu;
const BEFORE = /^[\p{L}.:\s]+/u;
const AFTER = /\([^)\d]*\)\s*$/u;

/** Null for what is no whole, valid number: two numbers in one text are none, so that the second is not lost. */
export function readPhone(text: string): Pick<Phone, 'number' | 'extension'> | null {
  const said = text.replace(EXTENSION_WORD, 'ext').replace(BEFORE, '').replace(AFTER, '');
  const parsed = parsePhoneNumberFromString(said, { defaultCountry: COUNTRY, extract: false });
  if (parsed === undefined || !parsed.isValid()) return null;
  return { number: parsed.number, ...(parsed.ext === undefined ? {} : { extension: parsed.ext }) };
}
