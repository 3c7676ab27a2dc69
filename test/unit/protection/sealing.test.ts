import { describe, expect, jest, test } from '@jest/globals';
import { createSecretKey, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { blindToken, blindTokens } from '../../../db/protection/blind-index.ts';
import { createKeyRing, parseMasterKeys, type WrittenKey } from '../../../db/protection/key-ring.ts';
import { createProtection } from '../../../db/protection/protection.ts';
import { seal, unseal } from '../../../db/protection/sealing.ts';

jest.setTimeout(60_000);

const written = (id: string): WrittenKey => ({ id, key: randomBytes(32).toString('base64') });
const [OLD, NEW] = [written('old'), written('new')];
const before = createKeyRing([OLD]);
const after = createKeyRing([NEW, OLD]);
const key = createSecretKey(randomBytes(32));
const parts = fc.array(fc.string(), { minLength: 1, maxLength: 3 });
const bytes = fc.uint8Array({ maxLength: 300 });

describe('sealed bytes', () => {
  test('open where they were sealed, and are never the same twice', () => {
    fc.assert(
      fc.property(bytes, parts, (plain, place) => {
        const sealed = seal(key, place, plain);
        expect(unseal(key, place, sealed)).toEqual(Buffer.from(plain));
        expect(seal(key, place, plain)).not.toEqual(sealed);
      }),
    );
  });

  test('do not open at any other place, however alike its name', () => {
    fc.assert(
      fc.property(bytes, parts, parts, (plain, place, other) => {
        fc.pre(JSON.stringify(place) !== JSON.stringify(other));
        expect(() => unseal(key, other, seal(key, place, plain))).toThrow(expect.objectContaining({ type: 'seal_broken' }));
      }),
    );
    expect(() => unseal(key, ['a', 'bc'], seal(key, ['ab', 'c'], Buffer.from('x')))).toThrow(/cannot be opened/);
  });

  test('do not open when any bit of them is altered, or any of them is cut off', () => {
    fc.assert(
      fc.property(bytes, fc.nat(), fc.integer({ min: 0, max: 7 }), (plain, position, bit) => {
        const sealed = seal(key, ['t'], plain);
        const altered = Buffer.from(sealed);
        const at = position % sealed.length;
        altered[at] = altered[at]! ^ (1 << bit);
        expect(() => unseal(key, ['t'], altered)).toThrow(/cannot be opened/);
        expect(() => unseal(key, ['t'], sealed.subarray(0, at))).toThrow(/cannot be opened/);
      }),
    );
  });
});

describe("a household's key", () => {
  const place = { table: 'person', row: 'p-1' };
  const protection = createProtection(() => before);
  const { key: ours, stored } = protection.newHousehold('h-1');

  test('opens any value it sealed, for that household, table and row alone', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(ours.open(place, ours.seal(place, value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    const sealed = ours.seal(place, { familyName: 'x' });
    for (const other of [
      { ...place, row: 'p-2' },
      { ...place, table: 'note' },
    ])
      expect(() => ours.open(other, sealed)).toThrow(/cannot be opened/);
    expect(() => protection.newHousehold('h-2').key.open(place, sealed)).toThrow(/cannot be opened/);
  });

  test('comes back from how it is stored, and not for another household', () => {
    const sealed = ours.seal(place, 'x');
    expect(protection.openHousehold('h-1', stored).open(place, sealed)).toBe('x');
    expect(() => protection.openHousehold('h-2', stored)).toThrow(/cannot be opened/);
  });

  test('is wrapped anew by a new master key, and what it sealed still opens', () => {
    const sealed = ours.seal(place, 'x');
    const rotated = createProtection(() => after);
    const rewrapped = rotated.rewrap('h-1', stored);
    expect(rewrapped.keyId).toBe('new');
    expect(
      createProtection(() => createKeyRing([NEW]))
        .openHousehold('h-1', rewrapped)
        .open(place, sealed),
    ).toBe('x');
    expect(() => createProtection(() => createKeyRing([NEW])).openHousehold('h-1', stored)).toThrow(
      expect.objectContaining({ type: 'key_unknown', keyId: 'old', message: expect.stringMatching(/old is not in the key ring \(which holds new\)/) }),
    );
  });
});

describe('the key ring', () => {
  const secret = randomBytes(32).toString('base64');

  test('is read from one variable, the current key first', () => {
    const ring = parseMasterKeys(`b:${secret}, a:${OLD.key}`);
    expect([ring.current.id, ring.all.map(({ id }) => id)]).toEqual(['b', ['b', 'a']]);
  });

  test.each([
    ['', /no proper id/],
    [`a${secret}`, /no proper id/],
    [`a:${secret.slice(8)}`, /Key a of the key ring is not 32 bytes/],
    [`a:${secret},a:${OLD.key}`, /same id/],
    [`-a:${secret}`, /no proper id/],
  ])('refuses %#, saying what is wrong and nothing of a secret', (text, message) => {
    const refused = (): unknown => parseMasterKeys(text);
    expect(refused).toThrow(message);
    expect(refused).toThrow(expect.objectContaining({ type: 'key_ring_invalid', exitCode: 78 }));
    expect(refused).not.toThrow(secret.slice(8));
  });

  test('shows no secret when it is printed', () => {
    const shown = inspect(parseMasterKeys(`a:${secret}`), { depth: 9, showHidden: true });
    expect(shown).not.toContain(secret.slice(0, 12));
  });

  test('derives another key for each purpose', () => {
    const purposes = ['household-wrap', 'blind-index', 'temporal-payload'] as const;
    const derived = purposes.map((purpose) => before.current.derive(purpose).export().toString('hex'));
    expect(new Set([...derived, Buffer.from(OLD.key, 'base64').toString('hex')]).size).toBe(4);
  });
});

describe('a blind index', () => {
  test('is the same for the same value and key, another for anything else', () => {
    const token = blindToken(before.current, { kind: 'phone', value: '+393331234567' });
    expect(blindToken(createKeyRing([OLD]).current, { kind: 'phone', value: '+393331234567' })).toEqual(token);
    const others = [
      blindToken(after.current, { kind: 'phone', value: '+393331234567' }),
      blindToken(before.current, { kind: 'name', value: '+393331234567' }),
      blindToken(before.current, { kind: 'phone', value: '+393331234568' }),
    ];
    expect(others.some((other) => other.equals(token))).toBe(false);
  });

  test('is looked for under every key of the ring', () => {
    const indexed = { kind: 'name', value: 'rossi' } as const;
    expect(blindTokens(after, indexed)).toEqual([blindToken(after.current, indexed), blindToken(before.current, indexed)]);
  });
});
