import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { INCIDENT_KINDS } from '../../db/repositories/incidents.ts';

jest.setTimeout(10_000);

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/runbook.md'), 'utf8');

test.each(INCIDENT_KINDS)('%s: the runbook says what happened, what the software did and what to do', (kind) => {
  const row = page.split('\n').find((line) => line.startsWith(`| \`${kind}\` |`));
  expect(
    row
      ?.split('|')
      .slice(2, 5)
      .map((cell) => cell.trim() !== ''),
  ).toEqual([true, true, true]);
});
