import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { needlesFor, searchBytes } from '../../support/canaries.ts';

jest.setTimeout(60_000);

const WORD = 'Zyxquill';
const needles = needlesFor([WORD]);
const around = fc.uint8Array({ maxLength: 40 });

describe('the search for canaries', () => {
  const forms: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
    plain: (bytes) => bytes,
    base64: (bytes) => Buffer.from(bytes.toString('base64')),
    hex: (bytes) => Buffer.from(bytes.toString('hex')),
    HEX: (bytes) => Buffer.from(bytes.toString('hex').toUpperCase()),
  };
  test.each(Object.keys(forms))('finds one in the middle of anything, %s', (form) => {
    fc.assert(
      fc.property(around, around, fc.constantFrom(WORD, WORD.toLowerCase(), WORD.toUpperCase()), (before, after, word) => {
        const bytes = forms[form]!(Buffer.concat([before, Buffer.from(word), after]));
        expect(searchBytes('here', bytes, needles)).not.toEqual([]);
      }),
    );
  });

  test('finds one as UTF-16, in JSON, in an address and in SQL', () => {
    const texts = [
      Buffer.from(WORD, 'utf16le'),
      Buffer.from(WORD, 'utf16le').swap16(),
      JSON.stringify({ a: WORD }),
      `/x?y=${encodeURIComponent(WORD)}`,
      `'${WORD}'`,
    ];
    for (const text of texts) expect(searchBytes('here', Buffer.from(text), needles)).toContainEqual({ place: 'here', needle: expect.stringContaining(WORD) });
  });

  test('finds none where there is none', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => expect(searchBytes('here', Buffer.from(bytes), needles)).toEqual([])));
  });
});
