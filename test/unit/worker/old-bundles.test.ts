import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { markUsed, pruneBundles } from '../../../worker/old-bundles.ts';

jest.setTimeout(10_000);

const HOUR_MS = 3_600_000;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundles-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function bundle(digit: string, hoursAgo: number, suffix = ''): string {
  const name = `workflow-bundle.${digit.repeat(16)}.js${suffix}`;
  writeFileSync(join(folder, name), '');
  const at = new Date(Date.now() - hoursAgo * HOUR_MS);
  utimesSync(join(folder, name), at, at);
  return name;
}

test('the two bundles used last stay, older ones and half-built ones go', () => {
  const kept = [bundle('a', 3), bundle('b', 5)];
  bundle('c', 6);
  bundle('d', 7);
  bundle('e', 8, '.4711');
  pruneBundles(folder);
  expect(readdirSync(folder).sort()).toEqual(kept);
});

test('one used within the hour stays: somebody may be about to read it', () => {
  const kept = [bundle('a', 0), bundle('b', 0), bundle('c', 0.5)];
  bundle('d', 2);
  const used = bundle('e', 9);
  markUsed(join(folder, used));
  pruneBundles(folder);
  expect(readdirSync(folder).sort()).toEqual([...kept, used]);
});

test('what is no bundle is left alone', () => {
  bundle('a', 3);
  bundle('b', 3);
  writeFileSync(join(folder, 'workflow-bundle.js'), '');
  utimesSync(join(folder, 'workflow-bundle.js'), 0, 0);
  pruneBundles(folder);
  expect(readdirSync(folder)).toHaveLength(3);
  expect(() => markUsed(join(folder, 'gone.js'))).not.toThrow();
});
