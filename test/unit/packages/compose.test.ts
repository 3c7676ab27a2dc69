import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ApiEnvironment } from '../../../api/config.ts';
import { SECRETS } from '../../../config/secret-files.ts';
import { WorkerEnvironment } from '../../../worker/config.ts';

const root = join(import.meta.dirname, '../../..');
const compose = readFileSync(join(root, 'compose.yaml'), 'utf8');

/** The lines below a key, as far as they are indented deeper. */
function block(key: string): string {
  const lines = compose.split('\n');
  const start = lines.findIndex((line) => line.trimStart() === key);
  const indent = (lines[start] ?? '').search(/\S/);
  const end = lines.findIndex((line, index) => index > start && line.trim() !== '' && line.search(/\S/) <= indent);
  return lines.slice(start + 1, end).join('\n');
}

function variablesOf(text: string): string[] {
  return [...text.matchAll(/^ +([A-Z][A-Z0-9_]+):/gm)].map(([, name = '']) => name);
}

// Read by Temporal's own configuration.
const TEMPORAL = ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE'];

describe('the deployment with Compose', () => {
  test.each([
    ['api:', ApiEnvironment],
    ['worker:', WorkerEnvironment],
  ])('%s is given variables it knows, and all it needs', (service, schema) => {
    const given = [...variablesOf(block('x-app-environment: &app-environment')), ...variablesOf(block(service))];
    const known = [...Object.keys(schema.properties), ...SECRETS.map((name) => `${name}_FILE`), ...TEMPORAL];
    expect(given.filter((name) => !known.includes(name))).toEqual([]);
    const needed = Object.entries(schema.properties).filter(([name, property]) => (schema.required as string[]).includes(name) && !('default' in property));
    for (const [name] of needed) expect([name, given.includes(name) || given.includes(`${name}_FILE`)]).toEqual([name, true]);
  });

  test('names nothing twice: Compose would take it for a mistake', () => {
    const path: string[] = [];
    const keys = compose.split('\n').flatMap((line) => {
      const [, indent = '', key = ''] = /^( *)([\w.-]+):( |$)/.exec(line) ?? [];
      if (key === '') return [];
      path.splice(indent.length / 2, path.length, key);
      return [path.join('.')];
    });
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  test('mounts only scripts that are there', () => {
    const mounted = [...compose.matchAll(/\.\/(deploy\/[\w.-]+):/g)].map(([, path = '']) => path);
    expect(mounted.length).toBeGreaterThan(0);
    for (const path of mounted) expect(readFileSync(join(root, path), 'utf8')).not.toBe('');
  });

  test('keeps its secrets out of the image and of the repository', () => {
    for (const file of ['.gitignore', '.dockerignore']) expect(readFileSync(join(root, file), 'utf8')).toContain('deploy/secrets');
  });
});
