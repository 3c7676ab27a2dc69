import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { addKey, ensureKeyFile, KEY_FILE_REFRESH_MS, keyFileIn, keysFromFile, readKeyFile } from '../../../db/protection/key-file.ts';

jest.setTimeout(60_000);

const NOW = Date.parse('2026-11-24T09:00:00Z');
let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'key-file-'));
  file = keyFileIn(directory);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('the key file', () => {
  test('is made once, for its owner alone', () => {
    expect([ensureKeyFile(file, NOW), ensureKeyFile(file, NOW)]).toEqual([true, false]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    expect(readdirSync(dirname(file))).toEqual(['master-keys.json']);
    expect(readKeyFile(file).current.id).toMatch(/^2026-11-24-[0-9a-f]{6}$/);
  });

  test('gets a new current key, and keeps the others', () => {
    ensureKeyFile(file, NOW);
    const first = readKeyFile(file).current.id;
    const second = addKey(file, NOW);
    expect(readKeyFile(file).all.map(({ id }) => id)).toEqual([second, first]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('is read again by a process that runs, within a second of its change', () => {
    ensureKeyFile(file, NOW);
    let now = NOW;
    const keys = keysFromFile(file, () => now);
    const first = keys().current.id;
    const second = addKey(file, NOW);
    now += KEY_FILE_REFRESH_MS;
    expect(keys().current.id).toBe(second);
    rmSync(file);
    now += KEY_FILE_REFRESH_MS;
    expect(keys().all.map(({ id }) => id)).toEqual([second, first]);
  });

  test('that others can read, is missing, cut off or without its current key is refused with what to do', () => {
    expect(() => readKeyFile(file)).toThrow(/keys create/);
    ensureKeyFile(file, NOW);
    chmodSync(file, 0o640);
    expect(() => readKeyFile(file)).toThrow(/chmod 600/);
    chmodSync(file, 0o600);
    writeFileSync(file, '{"current":"a","keys":[');
    expect(() => readKeyFile(file)).toThrow(/no key file/);
    writeFileSync(file, '{"current":"a","keys":[]}');
    expect(() => readKeyFile(file)).toThrow(/names a as its current key/);
    expect(existsSync(file)).toBe(true);
  });
});
