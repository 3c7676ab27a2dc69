import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { readClaim, takeClaim } from '../../../cli/embedded/directory-claim.ts';
import { DirectoryInUseError } from '../../../cli/embedded/errors.ts';

jest.setTimeout(60_000);

// No process has this number and start time.
const DEAD = { pid: 1, identity: 'an earlier boot:1' };

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'claims-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A directory as a crashed owner left it. */
function staleDirectory(name: string, number = 1): string {
  const directory = join(root, name);
  mkdirSync(directory);
  writeFileSync(join(directory, `running.${number}.json`), JSON.stringify({ owner: DEAD, server: { ...DEAD, port: 5432 } }));
  return directory;
}

interface Report {
  readonly pid: number;
  readonly directory: string;
  readonly outcome: string;
}

/** Several processes claim each directory at the same instant; resolves once every one has reported on every directory. */
async function race(processes: number, directories: readonly string[]): Promise<readonly Report[]> {
  const script = join(import.meta.dirname, '..', '..', 'support', 'claim-racer.ts');
  const args = [script, String(Date.now() + 2_000), '50', ...directories];
  const racers = Array.from({ length: processes }, () => spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] }));
  const reports: Report[] = [];
  const heard = racers.map(async ({ stdout }) => {
    let count = 0;
    for await (const line of createInterface({ input: stdout })) {
      reports.push(JSON.parse(line) as Report);
      if (++count === directories.length) return;
    }
  });
  await Promise.all(heard);
  const gone = racers.map((racer) => new Promise((resolve) => racer.once('exit', resolve)));
  for (const racer of racers) racer.stdin.end();
  await Promise.all(gone);
  return reports;
}

describe('a stale claim', () => {
  test('wanted by several processes at once goes to exactly one; the others are told who has it', async () => {
    const directories = Array.from({ length: 30 }, (_, index) => staleDirectory(`contested-${index}`));
    const reports = await race(5, directories);
    for (const directory of directories) {
      const here = reports.filter((report) => report.directory === directory);
      const [winner, ...more] = here.filter(({ outcome }) => outcome === 'won');
      expect({ here: here.length, more }).toEqual({ here: 5, more: [] });
      for (const { pid, outcome } of here) {
        if (pid !== winner?.pid) expect(outcome).toContain(`${directory} is in use by the running process ${winner?.pid ?? 0}. Stop it first`);
      }
    }
  });

  test('wanted many times at once within one process goes to exactly one', async () => {
    for (let round = 0; round < 20; round++) {
      const directory = staleDirectory(`crowd-${round}`, round + 1);
      const outcomes = await Promise.allSettled(Array.from({ length: 40 }, () => takeClaim(directory)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(DirectoryInUseError);
      expect(readdirSync(directory)).toEqual([`running.${round + 2}.json`]);
    }
  });

  test('leaves its server on record until another is recorded: a successor that crashes loses no trace of it', async () => {
    const directory = staleDirectory('server');
    await takeClaim(directory);
    expect(await readClaim(directory)).toMatchObject({ owner: { pid: process.pid }, server: { port: 5432 } });
  });

  test('that a power cut left unreadable is succeeded', async () => {
    const directory = staleDirectory('cut');
    writeFileSync(join(directory, 'running.2.json'), '');
    await takeClaim(directory);
    expect(readdirSync(directory)).toEqual(['running.3.json']);
  });
});

describe('a claim given up', () => {
  test('is free for the next, and giving it up again takes nothing from him', async () => {
    const directory = staleDirectory('released');
    const first = await takeClaim(directory);
    await first.release();
    await takeClaim(directory);
    await first.release();
    await expect(takeClaim(directory)).rejects.toThrow(DirectoryInUseError);
  });

  test('and claimed many times in turn leaves one file, and never has two owners', async () => {
    const directory = staleDirectory('turns');
    let owners = 0;
    let turns = 0;
    const contend = async (): Promise<void> => {
      for (let attempt = 0; attempt < 60; attempt++) {
        const claim = await takeClaim(directory).catch(() => null);
        if (claim === null) continue;
        expect(++owners).toBe(1);
        turns++;
        await claim.record(null);
        owners--;
        await claim.release();
      }
    };
    await Promise.all(Array.from({ length: 8 }, contend));
    expect(turns).toBeGreaterThan(8);
    expect(readdirSync(directory)).toHaveLength(1);
  });
});
