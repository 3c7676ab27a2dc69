import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ConfigInvalid } from '../../../config/environment.ts';
import { readSecretFiles } from '../../../config/secret-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function faultsOf(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.faults;
    throw error;
  }
}

describe('a secret in a file', () => {
  test('is read without the line end an editor leaves', () => {
    const env = readSecretFiles({ DATABASE_URL_FILE: file('url', 'postgres://a:b@c/d\n'), LOG_LEVEL: 'info' });
    expect(env).toMatchObject({ DATABASE_URL: 'postgres://a:b@c/d', LOG_LEVEL: 'info' });
  });

  test('is given once: what was read may be read again, as a child process does with the environment it inherits', () => {
    const env = readSecretFiles({ DATABASE_URL_FILE: file('url', 'postgres://a'), MASTER_KEYS: 'k', MASTER_KEYS_FILE: '' });
    expect(Object.keys(env)).not.toContain('DATABASE_URL_FILE');
    expect(readSecretFiles(env)).toEqual(env);
  });

  test('given twice, missing or empty is a fault, told by name and never by value', () => {
    const env = {
      DATABASE_URL: 'postgres://secret',
      DATABASE_URL_FILE: file('url', 'x'),
      SMTP_URL_FILE: join(folder, 'absent'),
      WEBHOOK_SECRET_FILE: file('e', '\n'),
    };
    expect(faultsOf(() => readSecretFiles(env))).toEqual([
      'DATABASE_URL and DATABASE_URL_FILE are both set: keep one',
      'SMTP_URL_FILE names a file that cannot be read by this account, or is empty',
      'WEBHOOK_SECRET_FILE names a file that cannot be read by this account, or is empty',
    ]);
  });

  test('that is not given changes nothing', () => {
    expect(readSecretFiles({ DATABASE_URL: 'postgres://a', SMTP_URL_FILE: '' })).toEqual({ DATABASE_URL: 'postgres://a', SMTP_URL_FILE: '' });
  });
});
