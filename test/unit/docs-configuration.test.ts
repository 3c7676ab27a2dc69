import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ApiEnvironment } from '../../api/config.ts';
import { WorkerEnvironment } from '../../worker/config.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/configuration.md'), 'utf8');

test.each([
  ['The API', ApiEnvironment],
  ['The worker', WorkerEnvironment],
])('%s: every variable stands in the configuration page, with its default', (title, schema) => {
  const section = page.split('\n## ').find((part) => part.startsWith(title)) ?? '';
  for (const [name, property] of Object.entries(schema.properties)) {
    const row = section.split('\n').find((line) => line.split('|')[1]?.includes(`\`${name}\``));
    expect([name, row !== undefined]).toEqual([name, true]);
    const { default: value } = property as { default?: string | number };
    if (value !== undefined && value !== '') expect([name, row?.split('|')[2]]).toEqual([name, ` \`${value}\` `]);
  }
});
