import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { errorsPage, openApiDocument } from '../../../api/documents.ts';
import { PROBLEMS } from '../../../api/problems.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const read = (...path: string[]) => readFile(join(ROOT, ...path), 'utf8');

describe('what is written about the API', () => {
  test('api/openapi.json is current (npm run openapi)', async () => {
    expect(JSON.parse(await read('api', 'openapi.json'))).toEqual(await openApiDocument());
  });

  test('docs/errors/README.md is current (npm run openapi)', async () => {
    expect(await read('docs', 'errors', 'README.md')).toBe(errorsPage());
  });

  test('the document is valid OpenAPI 3.1', async () => {
    const npm = process.env['npm_execpath'];
    const args = ['run', '--silent', 'openapi:lint'];
    const { stdout, stderr } = await (npm === undefined
      ? promisify(execFile)('npm', args, { cwd: ROOT })
      : promisify(execFile)(process.execPath, [npm, ...args], { cwd: ROOT }));
    expect(`${stdout}${stderr}`).toContain('Your API description is valid');
  });

  test('every problem has words in both languages', () => {
    const incomplete = Object.entries(PROBLEMS).filter(([, { title, advice }]) =>
      [title.it, title.en, advice.it, advice.en].some((text) => text.trim() === ''),
    );
    expect(incomplete).toEqual([]);
    const untranslated = Object.entries(PROBLEMS).filter(([, { title }]) => title.it === title.en);
    expect(untranslated).toEqual([]);
  });
});
