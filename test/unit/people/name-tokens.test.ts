import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { indexedNameTokens, nameTokens } from '../../../domain/people/name-tokens.ts';

jest.setTimeout(60_000);

const found = (stored: string, searched: string): boolean => {
  const tokens = indexedNameTokens(stored);
  const wanted = nameTokens(searched);
  return wanted.length > 0 && wanted.every((token) => tokens.includes(token));
};

describe('a name', () => {
  test.each([
    ['Maria Rossi', 'rossi maria'],
    ['Maria Rossi', 'MARIA'],
    ['Nicolò D’Angelo', "nicolo d'angelo"],
    ["D'Angelo", 'Dangelo'],
    ['De Luca', 'deluca'],
    ['De Luca', 'Luca De'],
    ['Núñez-Łukasz', 'lukasz nunez'],
    ['İbrahim Şahin', 'ibrahim sahin'],
    ['Weiß', 'weiss'],
    ['Ｍａｒｉａ', 'maria'],
    ['محمد علي', 'علي'],
    ['王小明', '王小明'],
    ['Søren', 'soren'],
  ])('%s is found by %s', (stored, searched) => expect(found(stored, searched)).toBe(true));

  test.each([
    ['Maria Rossi', 'Maria Bianchi'],
    ['Maria Rossi', 'Ros'],
    ['Maria Rossi', ' .- '],
    ['Deluca', 'De Luca'],
  ])('%s is not found by %s', (stored, searched) => expect(found(stored, searched)).toBe(false));

  test('of any script is found by itself, in any order and any case', () => {
    const name = fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(name, (words) => {
        const stored = words.join(' ');
        if (nameTokens(stored).length === 0) return;
        expect(found(stored, words.toReversed().join(' '))).toBe(true);
        expect(found(stored, stored.toUpperCase().normalize('NFD'))).toBe(found(stored.toUpperCase(), stored));
      }),
    );
  });
});
