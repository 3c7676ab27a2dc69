/**
 * Known strings where people's data would be, and a search for them in every form software leaves behind: as text in three encodings, in hexadecimal, in base64 at
 * each of its three alignments. ASCII only, so that escapes of JSON, URLs and SQL leave them as they are.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Needle {
  /** What is searched, and how it is written. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** What was found, and where. */
export interface Finding {
  readonly place: string;
  readonly needle: string;
}

/** Every form a word may have. Text counts in lower case, upper case and with a capital. */
export function needlesFor(words: readonly string[]): readonly Needle[] {
  return words.flatMap((word) => {
    const cases = [...new Set([word, word.toLowerCase(), word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()])];
    return cases.flatMap((text) => formsOf(text));
  });
}

function formsOf(text: string): readonly Needle[] {
  const utf8 = Buffer.from(text);
  const utf16 = Buffer.from(text, 'utf16le');
  const hex = utf8.toString('hex');
  return [
    { name: `${text} (utf-8)`, bytes: utf8 },
    { name: `${text} (utf-16le)`, bytes: utf16 },
    { name: `${text} (utf-16be)`, bytes: Buffer.from(utf16).swap16() },
    { name: `${text} (hex)`, bytes: Buffer.from(hex) },
    { name: `${text} (HEX)`, bytes: Buffer.from(hex.toUpperCase()) },
    ...[0, 1, 2].map((offset) => ({ name: `${text} (base64+${offset})`, bytes: Buffer.from(base64Middle(utf8, offset)) })),
  ];
}

/** What stands in base64 whatever comes before and after: the first and last characters depend on their neighbours. */
function base64Middle(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replaceAll('=', '');
  const first = offset === 0 ? 0 : offset + 1;
  const whole = Math.floor(((offset + bytes.length) * 8) / 6);
  return text.slice(first, whole);
}

export function searchBytes(place: string, bytes: Buffer, needles: readonly Needle[]): readonly Finding[] {
  return needles.filter(({ bytes: needle }) => bytes.includes(needle)).map(({ name }) => ({ place, needle: name }));
}

/** Every file below a folder, but those `skip` names. Returns how many bytes were read too: a search of nothing finds nothing. */
export function searchFolder(
  folder: string,
  needles: readonly Needle[],
  skip: (path: string) => boolean = () => false,
): { findings: Finding[]; bytes: number } {
  const findings: Finding[] = [];
  let bytes = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    if (skip(path) || statSync(path, { throwIfNoEntry: false })?.isFile() !== true) continue;
    const content = readFileSync(path);
    bytes += content.length;
    findings.push(...searchBytes(path, content, needles));
  }
  return { findings, bytes };
}
