/** Secrets given as files, as container platforms mount them: `X_FILE` names the file that holds the value of `X`. */
import { readFileSync } from 'node:fs';
import { ConfigInvalid, type Environment } from './environment.ts';

/** What must not stand in an environment others can read. */
export const SECRETS = ['DATABASE_URL', 'MASTER_KEYS', 'SMTP_URL', 'WEBHOOK_SECRET'] as const;

/**
 * The environment with each such file read and no longer named: whoever hands it on to a child process, whole or without the database, need not know of files. A line
 * end at the end of a file does not count.
 * @throws ConfigInvalid for a file that cannot be read or is empty, and for a secret given twice
 */
export function readSecretFiles(environment: Environment): Environment {
  const read: Record<string, string | undefined> = { ...environment };
  const faults: string[] = [];
  for (const name of SECRETS) {
    const path = environment[`${name}_FILE`];
    if (path === undefined || path === '') continue;
    const value = contentOf(path);
    if ((environment[name] ?? '') !== '') faults.push(`${name} and ${name}_FILE are both set: keep one`);
    else if (value === undefined) faults.push(`${name}_FILE names a file that cannot be read by this account, or is empty`);
    else {
      read[name] = value;
      delete read[`${name}_FILE`];
    }
  }
  if (faults.length > 0) throw new ConfigInvalid(faults);
  return read;
}

function contentOf(path: string): string | undefined {
  try {
    const value = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    return value === '' ? undefined : value;
  } catch {
    return undefined;
  }
}
