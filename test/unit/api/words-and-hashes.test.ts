import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { commandIdOf, fingerprintOf } from '../../../api/command-id.ts';
import { fromIso, isInstant, readableFacts, toIso } from '../../../api/instants.ts';
import { pickLanguage } from '../../../api/language.ts';
import { commandOf } from '../../../api/routes/case-commands.ts';

describe('the language of an answer', () => {
  test.each([
    [undefined, 'it'],
    ['', 'it'],
    ['en', 'en'],
    ['en-GB,en;q=0.9', 'en'],
    ['de, en;q=0.4, it;q=0.3', 'en'],
    ['en;q=0.2, it;q=0.8', 'it'],
    ['en;q=0', 'it'],
    ['fr', 'it'],
    ['*', 'it'],
  ])('%s -> %s', (header, language) => {
    expect(pickLanguage(header)).toBe(language);
  });
});

describe('instants', () => {
  test('every instant of the product survives the wire', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (instant) => isInstant(toIso(instant)) && fromIso(toIso(instant)) === instant));
  });

  test.each([
    '2026-02-29T10:00:00Z',
    '2026-10-05T24:00:00Z',
    '2026-10-05T10:00:60Z',
    '2026-10-05T10:00:00',
    '2026-10-05',
    '2026-13-01T10:00:00Z',
    'now',
    '',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
  ])('%s is none', (text) => {
    expect(isInstant(text)).toBe(false);
  });

  test.each([
    ['2026-10-05T10:00:00+02:00', '2026-10-05T08:00:00.000Z'],
    ['2028-02-29T10:00:00.5-01:30', '2028-02-29T11:30:00.500Z'],
  ])('%s is %s', (text, utc) => {
    expect(isInstant(text)).toBe(true);
    expect(toIso(fromIso(text))).toBe(utc);
  });

  test('facts become readable; numbers that are no instants stay numbers', () => {
    expect(readableFacts({ dueAt: 1_790_000_000_000, to: 2, step: 3, from: 'green', earliest: 1_790_000_000_000 })).toEqual({
      dueAt: '2026-09-21T14:13:20.000Z',
      to: 2,
      step: 3,
      from: 'green',
      earliest: '2026-09-21T14:13:20.000Z',
    });
  });
});

describe('command ids and fingerprints', () => {
  test('a key belongs to a person of an issuer', () => {
    const ids = [commandIdOf('i', 'a', 'k'), commandIdOf('i', 'b', 'k'), commandIdOf('j', 'a', 'k'), commandIdOf('i', 'a', 'l')];
    expect(new Set(ids).size).toBe(4);
    expect(ids[0]).toMatch(/^[0-9a-f]{40}$/);
  });

  test('the order of fields does not matter, anything else does', () => {
    const request = { method: 'POST', route: '/r/:id', params: { id: '1' }, body: { a: 1, b: [1, { c: 2, d: 3 }] } };
    const print = (change: object = {}) => fingerprintOf({ ...request, ...change }, 'k');
    expect(print()).toBe(print({ body: { b: [1, { d: 3, c: 2 }], a: 1 } }));
    expect(print({ body: undefined })).toBe(print({ body: {} }));
    const others = [{ method: 'PUT' }, { route: '/s/:id' }, { params: { id: '2' } }, { body: { a: 1, b: [{ c: 2, d: 3 }, 1] } }];
    for (const other of others) expect(print(other)).not.toBe(print());
  });

  test('a fingerprint tells nothing of its body to who does not have the key', () => {
    const request = { method: 'POST', route: '/r', params: {}, body: { phone: '+393331234567' } };
    expect(fingerprintOf(request, 'k')).not.toBe(fingerprintOf(request, 'l'));
  });

  test('a body becomes its command, instants as numbers', () => {
    expect(commandOf('agreeCallback', { from: '2026-10-05T10:00:00+02:00', to: '2026-10-05T11:00:00Z' })).toEqual({
      type: 'agreeCallback',
      from: Date.UTC(2026, 9, 5, 8),
      to: Date.UTC(2026, 9, 5, 11),
    });
    expect(commandOf('claim', {})).toEqual({ type: 'claim' });
  });
});
